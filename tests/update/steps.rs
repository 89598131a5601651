//! Updates along many releases.

use crate::app::{App, assert_same};
use crate::releases;
use crate::users;

/// An app that was changed in every way, and all changes of releases, one release for each.
fn changed_app() -> App {
    let releases: Vec<&str> = releases::CHANGES.iter().map(|(name, _)| *name).collect();
    let app = App::new(&releases);
    users::change(&app, users::EVERYTHING);
    app
}

#[test]
fn many_steps_give_the_same_as_one() {
    let in_one = changed_app();
    let in_steps = changed_app();
    // The names of migrations have the time of their command.
    let files = in_one.files();
    for path in in_steps.files().keys() {
        in_steps.remove(path);
    }
    xtask::repository::write(&in_steps.folder, &files).expect("a writable folder");
    in_steps.commit();

    let outcome = in_one.update("");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for minor in 1..=releases::CHANGES.len() {
        let outcome = in_steps.update(&format!("--to 1.{minor}.0"));
        assert_eq!(outcome.code, 0, "{minor}: {outcome:?}");
        in_steps.commit();
    }
    assert_same("in one and in steps", &in_one.files(), &in_steps.files());
}

#[test]
fn an_app_without_changes_becomes_the_release() {
    let releases: Vec<&str> = releases::CHANGES.iter().map(|(name, _)| *name).collect();
    let app = App::new(&releases);
    let newest = format!("1.{}.0", releases.len());
    let outcome = app.update("");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_same(&newest, &app.tracked(), &app.rendered(&newest));
    // Afterwards there is nothing to do.
    app.commit();
    let outcome = app.update("");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome
            .stdout
            .contains(&format!("yard is up to date ({newest})")),
        "{outcome:?}"
    );
    assert_eq!(app.status(), [] as [String; 0]);
}

#[test]
fn an_update_can_stop_at_an_earlier_release() {
    let app = App::new(&["insert_a_route", "add_a_setting"]);
    let (report, code) = app.report("--to 1.1.0");
    assert_eq!(
        (code, &report["from"], &report["to"]),
        (0, &"1.0.0".into(), &"1.1.0".into())
    );
    assert!(app.has("src/routes/imprint.rs"));
    assert!(!app.read("src/settings.rs").contains("support_address"));
    assert!(
        report["notes"].to_string().contains("Changes of 1.1.0"),
        "{report}"
    );
    app.commit();

    let (report, code) = app.report("");
    assert_eq!(
        (code, &report["from"], &report["to"]),
        (0, &"1.1.0".into(), &"1.2.0".into())
    );
    assert!(app.read("src/settings.rs").contains("support_address"));
}

#[test]
fn an_app_between_two_releases_has_the_nearest_as_its_base() {
    let releases = ["insert_a_route", "add_a_setting", "change_defaults"];
    let app = App::of("1.1.0", &releases);
    // The template of this app has no release: it is that of 1.1.0 with another word.
    let origin = app.read(".hoglet.toml");
    let hash = origin
        .lines()
        .find(|line| line.starts_with("template_hash"))
        .expect("a hash");
    let unknown = format!("template_hash = \"{}\"", "0".repeat(64));
    app.write(".hoglet.toml", origin.replace(hash, &unknown));
    app.edit("src/forms.rs", "//!", "//! (In between.)");
    app.commit();
    let outcome = app.update("");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(said.contains("between two releases"), "{said}");
    assert!(said.contains("nearest is 1.1.0"), "{said}");
    assert!(app.read("src/settings.rs").contains("support_address"));
    assert!(app.read("src/forms.rs").contains("(In between.)"));
    let origin = app.read(".hoglet.toml");
    assert!(
        origin.contains("template_version = \"1.3.0\"") && !origin.contains(&unknown),
        "{origin}"
    );
}

#[test]
fn an_app_from_before_hashes_has_the_release_of_its_version() {
    let app = App::new(&["add_a_setting"]);
    let origin = app.read(".hoglet.toml");
    app.commit_origin_without_hash(&origin);
    let (report, code) = app.report("");
    assert_eq!((code, &report["from"]), (0, &"1.0.0".into()), "{report}");
    assert!(app.read(".hoglet.toml").contains("template_hash = "));
}

#[test]
fn new_questions_are_answered() {
    let answers = [
        ("", "motto = \"Slow and steady\""),
        ("--yes", "motto = \"Slow and steady\""),
        ("--set motto=Onwards", "motto = \"Onwards\""),
    ];
    for (arguments, answer) in answers {
        let app = App::new(&["add_a_question"]);
        let outcome = app.update(arguments);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let origin = app.read(".hoglet.toml");
        assert!(origin.contains(answer), "{origin}");
        let motto = answer.trim_start_matches("motto = ").trim_matches('"');
        assert!(
            app.read("README.md")
                .contains(&format!("The motto is: {motto}."))
        );
    }
}

#[test]
fn an_answer_stays_when_the_default_changes() {
    let app = App::new(&["change_defaults"]);
    assert_eq!(app.update("").code, 0);
    assert!(app.read(".hoglet.toml").contains("posthog_region = \"us\""));
    assert!(
        app.read(".env.example")
            .contains("REQUEST_TIMEOUT_SECONDS=45")
    );
}

#[test]
fn a_renamed_app_keeps_its_name() {
    let app = App::new(&["change_defaults"]);
    app.edit("Cargo.toml", "name = \"yard\"", "name = \"garden\"");
    app.edit("Cargo.lock", "name = \"yard\"", "name = \"garden\"");
    app.commit();
    let outcome = app.update("");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(app.read("Cargo.toml").contains("name = \"garden\""));
    assert!(app.read("Cargo.lock").contains("name = \"garden\""));
}
