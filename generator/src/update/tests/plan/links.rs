//! Links, folders and files that are in the way.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::update::tests::fixture::{Case, after};

fn case() -> Case {
    Case::new(&[("a", "1\n")], &[("a", "2\n"), ("b/c", "1\n")], &[])
}

#[test]
fn a_link_to_a_file_of_the_app_is_followed() {
    let case = case();
    case.write("own", "1\n");
    symlink("own", case.app.path().join("a")).unwrap();
    assert_eq!(case.words(), ["replaced a", "created b/c"]);
    assert_eq!(after(&case.plan(), "a"), "2\n");
}

#[test]
fn a_link_to_a_file_that_changes_too_is_refused() {
    let case = Case::new(
        &[("AGENTS.md", "1\n"), ("CLAUDE.md", "@AGENTS.md\n")],
        &[("AGENTS.md", "2\n"), ("CLAUDE.md", "2\n")],
        &[("AGENTS.md", "1\n")],
    );
    symlink("AGENTS.md", case.app.path().join("CLAUDE.md")).unwrap();
    assert_eq!(
        case.error(),
        "`APP/CLAUDE.md` is in the way of a file or folder of the app; move it elsewhere"
    );
}

#[test]
fn a_link_that_leads_out_of_the_app_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("file");
    fs::write(&file, "1\n").unwrap();
    let linked = case();
    symlink(&file, linked.app.path().join("a")).unwrap();
    assert!(linked.error().contains("is outside of the app"));

    let folder = case();
    folder.write("a", "1\n");
    symlink(outside.path(), folder.app.path().join("b")).unwrap();
    assert!(folder.error().contains("is outside of the app"));
}

#[test]
fn anything_else_in_the_way_is_refused() {
    let dangling = case();
    symlink("nowhere", dangling.app.path().join("a")).unwrap();
    let folder = case();
    folder.write("a/own", "");
    for case in [dangling, folder] {
        assert_eq!(
            case.error(),
            "`APP/a` is in the way of a file or folder of the app; move it elsewhere"
        );
    }
    let file = case();
    file.write("a", "1\n");
    file.write("b", "own\n");
    assert_eq!(
        file.error(),
        "`APP/b` is in the way of a file or folder of the app; move it elsewhere"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_if_it_would_change() {
    let case = Case::new(
        &[("a", "1\n"), ("b", "1\n")],
        &[("a", "2\n"), ("b", "1\n")],
        &[("a", "1\n"), ("b", "1\n")],
    );
    let lock = |path: &str| {
        let path = case.app.path().join(path);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        // The superuser can read it in spite of its permissions.
        fs::read(path).is_err()
    };
    if lock("b") {
        assert_eq!(case.words(), ["replaced a"]);
        lock("a");
        assert!(case.error().contains("could not read `APP/a`"));
    }
}
