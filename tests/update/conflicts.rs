//! Conflicts: markers, git's index, and the way out.

use std::fs;

use serde_json::Value;

use crate::app::{App, outcome};
use crate::pairs::files_of;
use crate::releases::PAW;

const HOME: &str = "templates/home.html";
const HEADING: &str = "    <h1>{{ app.name }}</h1>\n";
const MINE: &str = "    <h1>Hedgehogs</h1>\n";

/// An app whose heading is in conflict with the release.
fn app_with_conflict() -> App {
    let app = App::new(&["reword_the_home_page+add_a_setting"]);
    app.edit(HOME, HEADING, MINE);
    app.commit();
    app
}

fn stages(app: &App) -> Vec<String> {
    let unmerged = app.git(&["ls-files", "--unmerged"]);
    let stage = |line: &str| {
        let (before, path) = line.split_once('\t').expect("a path");
        format!("{} {path}", before.rsplit(' ').next().expect("a stage"))
    };
    unmerged.lines().map(stage).collect()
}

#[test]
fn a_conflict_has_markers_and_is_unmerged_in_git() {
    let app = app_with_conflict();
    let (report, code) = app.report("");
    assert_eq!(code, 1, "{report}");
    assert_eq!(files_of(&report["conflicts"]), [HOME.to_owned()].into());
    let text = app.read(HOME);
    let conflict = format!(
        "<<<<<<< yours\n{MINE}=======\n    <h1>Welcome to {{{{ app.name }}}}</h1>\n>>>>>>> hoglet 1.1.0\n"
    );
    assert!(text.contains(&conflict), "{text}");
    let lines = &report["conflicts"][0]["lines"];
    let first = text
        .lines()
        .position(|line| line.starts_with("<<<<<<<"))
        .expect("a marker")
        + 1;
    assert!(
        lines.to_string().contains(&first.to_string()),
        "{lines} begin at {first}"
    );

    let expected = ["1 ", "2 ", "3 "].map(|stage| format!("{stage}{HOME}"));
    assert_eq!(stages(&app), expected);
    assert!(
        app.status().contains(&format!("UU {HOME}")),
        "{:?}",
        app.status()
    );
    for (stage, contains) in [(":1:", HEADING), (":2:", MINE), (":3:", "Welcome to")] {
        let text = app.git(&["show", &format!("{stage}{HOME}")]);
        assert!(text.contains(contains), "{stage}: {text}");
    }
    // The rest is done.
    assert!(app.read("src/settings.rs").contains("support_address"));
    let rejected = app
        .files()
        .into_keys()
        .find(|path| path.ends_with(".rej") || path.ends_with(".orig"));
    assert_eq!(rejected, None);
}

#[test]
fn conflicts_that_are_left_refuse_the_next_update_until_they_are_resolved() {
    let app = app_with_conflict();
    assert_eq!(app.update("").code, 1);
    let before = app.files();
    for arguments in ["", "--force", "--dry-run"] {
        let outcome = app.update(arguments);
        assert_eq!(outcome.code, 1, "{arguments}: {outcome:?}");
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(said.contains(HOME), "{arguments}: {said}");
        assert_eq!(app.files(), before, "{arguments}");
    }
    app.edit(HOME, "<<<<<<< yours\n", "");
    let text = app.read(HOME);
    let (mine, rest) = text.split_once("=======\n").expect("a marker");
    let (_, after) = rest.split_once(">>>>>>> hoglet 1.1.0\n").expect("a marker");
    app.write(HOME, format!("{mine}{after}"));
    app.git(&["add", HOME]);
    let outcome = app.update("");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stdout.contains("up to date"), "{outcome:?}");
    assert!(app.read(HOME).contains(MINE));
}

#[test]
fn git_mergetool_resolves_them() {
    let app = app_with_conflict();
    assert_eq!(app.update("").code, 1);
    app.git(&[
        "-c",
        "mergetool.theirs.cmd=cp \"$REMOTE\" \"$MERGED\"",
        "-c",
        "mergetool.theirs.trustExitCode=true",
        "-c",
        "mergetool.keepBackup=false",
        "mergetool",
        "--no-prompt",
        "--tool=theirs",
    ]);
    assert_eq!(stages(&app), [] as [String; 0]);
    assert_eq!(app.bytes(HOME), app.rendered("1.1.0")[HOME]);
    assert_eq!(app.update("").code, 0);
}

#[test]
fn without_git_there_are_markers_and_a_list() {
    let app = App::without_git("1.0.0", &["reword_the_home_page"]);
    app.edit(HOME, HEADING, MINE);
    let outcome = app.update("");
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stdout.contains(HOME), "{outcome:?}");
    assert!(app.read(HOME).contains("<<<<<<< yours"));
    assert!(!app.has(".git"));
    // The markers are still there.
    let outcome = app.update("");
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(said.contains(HOME), "{said}");
    app.write(HOME, &app.rendered("1.1.0")[HOME]);
    assert_eq!(app.update("").code, 0);
}

#[test]
fn in_a_folder_of_a_repository_the_paths_are_right() {
    let app = App::without_git("1.0.0", &["reword_the_home_page"]);
    app.edit(HOME, HEADING, MINE);
    let above = app.folder.parent().expect("a folder").to_owned();
    crate::app::git(&above, &["init", "--quiet"]);
    app.commit();
    fs::write(above.join("beside.txt"), "Not of the app.\n").expect("a writable folder");
    crate::app::git(&above, &["add", "beside.txt"]);
    // Files beside the app are not its concern.
    let outcome = outcome(&mut app.update_command_in("src", ""));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let unmerged = crate::app::git(&above, &["ls-files", "--unmerged"]);
    assert_eq!(unmerged.lines().count(), 3, "{unmerged}");
    assert!(
        unmerged
            .lines()
            .all(|line| line.ends_with(&format!("\tyard/{HOME}"))),
        "{unmerged}"
    );
    let staged = crate::app::git(
        &above,
        &["diff", "--cached", "--name-only", "--diff-filter=A"],
    );
    assert_eq!(staged, "beside.txt\n", "what was staged stays staged");
}

#[test]
fn a_file_that_both_added_is_a_conflict() {
    let app = App::new(&["insert_a_route"]);
    let own = "//! My own imprint.\n";
    app.write("src/routes/imprint.rs", own);
    app.commit();
    let (report, code) = app.report("");
    assert_eq!(code, 1, "{report}");
    assert_eq!(
        files_of(&report["conflicts"]),
        ["src/routes/imprint.rs".to_owned()].into()
    );
    assert!(app.read("src/routes/imprint.rs").contains(own));
    assert_eq!(
        stages(&app),
        ["2 src/routes/imprint.rs", "3 src/routes/imprint.rs"]
    );
    assert!(
        app.status()
            .contains(&"AA src/routes/imprint.rs".to_owned())
    );

    // The same file is no conflict.
    let app = App::new(&["insert_a_route"]);
    app.write(
        "src/routes/imprint.rs",
        &app.rendered("1.1.0")["src/routes/imprint.rs"],
    );
    app.commit();
    let (report, code) = app.report("");
    assert_eq!(code, 0, "{report}");
}

#[test]
fn a_deleted_file_stays_deleted_unless_it_is_needed() {
    let deleted = "templates/listing.html";
    let app = App::new(&["insert_a_route", "use_the_listing"]);
    app.remove("docs/recipes.md");
    app.remove(deleted);
    app.commit();
    let (report, code) = app.report("--to 1.1.0");
    assert_eq!(code, 0, "{report}");
    assert_eq!(
        files_of(&report["kept_deleted"]),
        ["docs/recipes.md".to_owned()].into()
    );
    assert!(!app.has("docs/recipes.md") && !app.has(deleted));
    app.commit();

    let (report, code) = app.report("");
    assert_eq!(code, 1, "{report}");
    assert_eq!(files_of(&report["conflicts"]), [deleted.to_owned()].into());
    assert_eq!(
        stages(&app),
        [format!("1 {deleted}"), format!("3 {deleted}")]
    );
    // `git add` and `git rm` are the two ways out.
    app.git(&["rm", "--quiet", deleted]);
    assert_eq!(app.update("").code, 0);
}

#[test]
fn a_changed_file_that_the_template_deleted_stays() {
    let app = App::new(&["remove_signup"]);
    let file = "src/routes/signup.rs";
    app.edit(file, "//!", "//! Mine.");
    app.commit();
    let mine = app.read(file);
    let (report, code) = app.report("");
    assert_eq!(code, 1, "{report}");
    assert_eq!(files_of(&report["conflicts"]), [file.to_owned()].into());
    assert_eq!(app.read(file), mine, "no markers");
    assert_eq!(stages(&app), [format!("1 {file}"), format!("2 {file}")]);

    // Without changes it goes, and with it what git says about it.
    let app = App::new(&["remove_signup"]);
    let (report, code) = app.report("");
    assert_eq!((code, &report["deleted"]), (0, &Value::from(vec![file])));
    assert!(!app.has(file));
}

#[test]
fn a_picture_is_replaced_or_listed() {
    let picture = "static/paw.png";
    let releases = ["add_a_picture", "change_the_picture"];
    let app = App::of("1.1.0", &releases);
    let (report, code) = app.report("");
    assert_eq!(code, 0, "{report}");
    let replaced = [".hoglet.toml", picture].map(str::to_owned);
    assert_eq!(files_of(&report["replaced"]), replaced.into());
    assert_ne!(app.bytes(picture), PAW);

    let app = App::of("1.1.0", &releases);
    app.write(picture, b"\xff\xd8mine");
    app.commit();
    let (report, code) = app.report("");
    assert_eq!(code, 1, "{report}");
    assert_eq!(files_of(&report["conflicts"]), [picture.to_owned()].into());
    assert_eq!(app.bytes(picture), b"\xff\xd8mine");
    assert_eq!(stages(&app).len(), 3);

    let app = App::of("1.1.0", &["add_a_picture", "remove_the_picture"]);
    app.write(picture, b"\xff\xd8mine");
    app.commit();
    let (report, code) = app.report("");
    assert_eq!(code, 1, "{report}");
    assert_eq!(app.bytes(picture), b"\xff\xd8mine");
}
