//! Updates that do not begin, and leave everything as it was.

use crate::app::{App, Outcome};

#[track_caller]
fn refused(app: &App, arguments: &str, code: i32) -> Outcome {
    let before = (app.files(), app.status());
    let outcome = app.update(arguments);
    assert_eq!(outcome.code, code, "{outcome:?}");
    assert_eq!(outcome.stdout, "", "{outcome:?}");
    assert_eq!(
        (app.files(), app.status()),
        before,
        "{arguments} changed nothing"
    );
    outcome
}

#[test]
fn a_dirty_work_tree_is_refused_without_force() {
    let app = App::new(&["add_a_setting"]);
    app.edit("src/state.rs", "//!", "//! Mine.");
    app.write("notes.txt", "Not in git.\n");
    let outcome = refused(&app, "", 1);
    for said in ["src/state.rs", "notes.txt", "--force"] {
        assert!(outcome.stderr.contains(said), "{said}: {outcome:?}");
    }
    let outcome = app.update("--force");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(app.read("src/state.rs").contains("//! Mine."));
    assert_eq!(app.read("notes.txt"), "Not in git.\n");
    assert!(app.read("src/settings.rs").contains("support_address"));
}

#[test]
fn a_change_of_the_disk_that_git_does_not_show_is_no_obstacle() {
    let app = App::new(&["add_a_setting"]);
    app.write("target/debug/yard", "ignored");
    assert_eq!(app.update("").code, 0);
    assert_eq!(app.read("target/debug/yard"), "ignored");
}

#[test]
fn there_is_no_way_back() {
    let app = App::of("1.1.0", &["add_a_setting", "change_defaults"]);
    let outcome = refused(&app, "--to 1.0.0", 2);
    assert!(outcome.stderr.contains("1.1.0"), "{outcome:?}");
}

#[test]
fn an_unknown_release_is_answered_with_the_list() {
    let app = App::new(&["add_a_setting", "change_defaults"]);
    let outcome = refused(&app, "--to 7.0.0", 2);
    for said in ["7.0.0", "1.0.0", "1.1.0", "1.2.0"] {
        assert!(outcome.stderr.contains(said), "{said}: {outcome:?}");
    }
    refused(&app, "--to newest", 2);
}

#[test]
fn an_app_that_is_newer_than_the_program_needs_a_newer_program() {
    let app = App::new(&["add_a_setting"]);
    let origin = app.read(".hoglet.toml");
    let origin = origin.replace("\"1.0.0\"", "\"9.0.0\"");
    app.commit_origin_without_hash(&origin);
    let outcome = refused(&app, "", 1);
    for said in ["9.0.0", "install"] {
        assert!(outcome.stderr.contains(said), "{said}: {outcome:?}");
    }
}

#[test]
fn an_answer_that_was_given_cannot_be_given_again() {
    let app = App::new(&["add_a_question"]);
    let outcome = refused(&app, "--set database=postgres", 2);
    assert!(outcome.stderr.contains("database"), "{outcome:?}");
    let outcome = refused(&app, "--set mottto=Onwards", 2);
    assert!(outcome.stderr.contains("mottto"), "{outcome:?}");
}

#[test]
fn outside_an_app_there_is_nothing_to_update() {
    let app = App::new(&["add_a_setting"]);
    app.remove(".hoglet.toml");
    app.commit();
    let outcome = refused(&app, "", 1);
    assert!(
        outcome.stderr.contains("no app made by hoglet"),
        "{outcome:?}"
    );
}

#[test]
fn a_broken_origin_is_named() {
    let app = App::new(&["add_a_setting"]);
    for broken in [
        "template_version = ",
        "",
        "template_version = \"one\"\n[answers]\n",
    ] {
        app.write(".hoglet.toml", broken);
        app.commit();
        let outcome = refused(&app, "", 1);
        assert!(outcome.stderr.contains(".hoglet.toml"), "{outcome:?}");
    }
}
