//! A run that fails halfway restores the previous files.

use std::fs;

use hoglet::write::undo::Undo;

#[test]
fn changes_are_undone_unless_they_are_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("app/src")).expect("a writable folder");
    fs::create_dir_all(at("aside")).expect("a writable folder");
    fs::write(at("app/src/main.rs"), "old").expect("a writable file");
    fs::write(at("aside/main.rs"), "new").expect("a writable file");
    fs::write(at("aside/page.html"), "new").expect("a writable file");

    let mut undo = Undo::default();
    undo.move_in(
        &at("aside/main.rs"),
        &at("app/src/main.rs"),
        &at("aside/replaced/main.rs"),
    )
    .expect("moved");
    undo.move_in(
        &at("aside/page.html"),
        &at("app/a/b/page.html"),
        &at("aside/replaced/page.html"),
    )
    .expect("moved");
    assert_eq!(
        fs::read_to_string(at("app/src/main.rs")).expect("it is there"),
        "new"
    );
    let failed = undo.move_in(
        &at("aside/missing"),
        &at("app/c/missing"),
        &at("aside/replaced/missing"),
    );
    assert!(failed.is_err());
    drop(undo);

    assert_eq!(
        fs::read_to_string(at("app/src/main.rs")).expect("it is back"),
        "old"
    );
    assert!(
        !at("app/a").exists() && !at("app/c").exists(),
        "no empty folder is left"
    );
    assert!(at("aside/page.html").exists());
}

#[test]
fn kept_changes_stay() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut undo = Undo::default();
    undo.create_folders(&folder.path().join("a/b"))
        .expect("created");
    undo.keep();
    assert!(folder.path().join("a/b").is_dir());
}
