//! `--dry-run` and the report.

use std::process::{Command, Stdio};
use std::{fs, io::Write};

use serde_json::{Value, json};

use crate::app::{App, assert_same, isolate};
use crate::pairs::files_of;
use crate::releases;
use crate::users;

/// An app with changes that are in no conflict, and all releases in one.
fn changed_app() -> App {
    let changes: Vec<&str> = releases::CHANGES.iter().map(|(name, _)| *name).collect();
    let app = App::new(&[&changes.join("+")]);
    users::change(&app, users::EVERYTHING);
    app
}

#[test]
fn a_dry_run_writes_nothing_and_its_diff_is_the_update() {
    let app = changed_app();
    let before = app.files();
    let (dry, code) = app.report("--dry-run");
    assert_eq!(code, 0, "{dry}");
    assert_eq!(dry["dry_run"], json!(true));
    assert_eq!(app.files(), before);
    assert_eq!(app.status(), [] as [String; 0]);

    // Another copy gets the diff by git.
    let copy = tempfile::tempdir().expect("a temporary folder");
    xtask::repository::write(copy.path(), &before).expect("a writable folder");
    let mut apply = Command::new("git");
    isolate(
        apply
            .args(["apply", "--whitespace=nowarn", "-"])
            .current_dir(copy.path()),
    );
    let mut apply = apply.stdin(Stdio::piped()).spawn().expect("git runs");
    let diff = dry["diff"].as_str().expect("a diff");
    let mut stdin = apply.stdin.take().expect("a pipe");
    stdin.write_all(diff.as_bytes()).expect("git reads");
    drop(stdin);
    assert!(apply.wait().expect("git ends").success(), "{diff}");

    let (report, code) = app.report("");
    assert_eq!(code, 0, "{report}");
    for list in [
        "created",
        "replaced",
        "merged",
        "moved",
        "deleted",
        "kept_deleted",
        "conflicts",
    ] {
        assert_eq!(report[list], dry[list], "{list}");
    }
    let mut applied = xtask::repository::files(copy.path()).expect("a readable folder");
    let mut updated = app.files();
    // Cargo may complete the lock file, which a dry run leaves to the update.
    let locks = [&mut applied, &mut updated].map(|tree| tree.remove("Cargo.lock"));
    assert!(locks.iter().all(Option::is_some));
    assert_same("the diff and the update", &applied, &updated);
}

#[test]
fn the_diff_for_people_is_one_for_git() {
    let app = App::new(&["insert_a_route"]);
    let outcome = app.update("--dry-run");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stdout.contains("+pub mod imprint;"), "{outcome:?}");
    assert_eq!(app.status(), [] as [String; 0]);
}

#[test]
fn new_settings_and_migrations_are_listed() {
    let app = App::new(&["add_a_setting", "add_a_migration", "change_defaults"]);
    let (report, code) = app.report("");
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["settings"], json!(["SUPPORT_ADDRESS"]));
    assert!(
        report["migrations"]
            .to_string()
            .contains("m20270301_090000_create_notices"),
        "{report}"
    );
    let notes = report["notes"].as_array().expect("a list");
    let versions: Vec<&Value> = notes.iter().map(|notes| &notes["version"]).collect();
    assert_eq!(versions, ["1.1.0", "1.2.0", "1.3.0"]);
    assert!(
        notes[0]["text"]
            .as_str()
            .expect("a text")
            .contains("Changes of 1.1.0")
    );
    assert!(
        report["next"].to_string().contains("cargo test"),
        "{report}"
    );
    assert_eq!(report["by_hand"], json!([]));
    assert_eq!(report["dry_run"], json!(false));

    let app = App::new(&["add_a_setting", "add_a_migration", "change_defaults"]);
    let outcome = app.update("");
    for said in [
        "SUPPORT_ADDRESS",
        "create_notices",
        "Changes of 1.2.0",
        "cargo test",
    ] {
        assert!(outcome.stdout.contains(said), "{said}: {outcome:?}");
    }
}

#[test]
fn an_untouched_vendor_is_one_line() {
    let app = App::new(&["reindent_vendor"]);
    let outcome = app.update("");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let lines: Vec<&str> = outcome
        .stdout
        .lines()
        .filter(|line| line.contains("vendor/"))
        .collect();
    assert_eq!(lines.len(), 1, "{lines:?}");

    let app = App::new(&["change_defaults"]);
    let edited = "vendor/hoglet-web/src/settings/hoglet.rs";
    app.edit(edited, "//!", "//! Mine.");
    app.commit();
    let outcome = app.update("");
    assert!(
        outcome.stdout.contains(edited),
        "an edited file is named: {outcome:?}"
    );
}

#[test]
fn files_keep_their_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let app = App::new(&["add_a_setting"]);
    let file = app.path("src/settings.rs");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("my own file");
    app.commit();
    assert_eq!(app.update("").code, 0);
    let mode = fs::metadata(&file)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o755);
}

#[test]
fn tests_of_vendor_are_updated_if_they_are_there() {
    let app = App::new(&["reindent_vendor"]);
    let (report, _) = app.report("--dry-run");
    let is_test = |path: &String| path.starts_with("vendor/hoglet-web/tests/");
    let listed: Vec<String> = files_of(&report["replaced"])
        .into_iter()
        .filter(is_test)
        .collect();
    assert_eq!(listed, [] as [String; 0], "an app without them gets none");
}
