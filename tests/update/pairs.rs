//! Every change of a release, with every change of a user.

use std::collections::BTreeSet;

use hoglet::generate::journal::{self, Entry, Journal, sha256};
use serde_json::Value;
use xtask::Tree;

use crate::app::App;
use crate::reference::{self, with_lf};
use crate::releases;
use crate::users;

/// Files with a merge of their own. Git would merge them by lines.
pub const OWN_MERGE: &[&str] = &[".hoglet.toml", journal::PATH, "Cargo.toml", "Cargo.lock"];

/// A test for each change of a release. Together they are all, which the last test checks.
macro_rules! releases {
    ($($change:ident),* $(,)?) => {
        $(#[test]
        fn $change() {
            merges_with_every_user(stringify!($change));
        })*

        #[test]
        fn every_release_has_a_test() {
            let known: Vec<&str> = releases::CHANGES.iter().map(|(name, _)| *name).collect();
            assert_eq!(known, [$(stringify!($change)),*]);
        }
    };
}

releases!(
    insert_a_route,
    rename_a_file,
    change_defaults,
    add_a_setting,
    add_a_migration,
    add_a_question,
    remove_a_page,
    reindent_vendor,
    move_a_folder,
);

#[test]
fn a_reworded_heading_is_in_conflict_with_the_users() {
    let report = update("reword_the_home_page", &["home_page"]);
    assert_eq!(
        files_of(&report["conflicts"]),
        ["templates/home.html".to_owned()].into()
    );
}

/// Many changes of a user are in one app, because an update takes each file by itself.
fn merges_with_every_user(change: &str) {
    for user in [users::WITH_DEMO, users::EVERYTHING] {
        let report = update(change, user);
        assert_eq!(files_of(&report["conflicts"]), BTreeSet::new(), "{change}");
    }
    update(change, users::AGAINST_ADVICE);
}

/// Updates an app, and compares the result with git's. Returns the report.
fn update(change: &str, user: &[&str]) -> Value {
    let label = format!("{change} and {user:?}");
    let app = App::new(&[change]);
    let base = app.tracked();
    users::change(&app, user);
    let (mine, environment) = (app.tracked(), app.bytes(".env"));
    let theirs = app.rendered("1.1.0");
    let (report, code) = app.report("");

    let result = app.tracked();
    let listed = is_as_git_merges(&label, [&base, &mine, &theirs], &result, &report);
    let conflicts = files_of(&report["conflicts"]);
    assert_eq!(code == 0, conflicts.is_empty(), "{label}: {report}");
    assert_eq!(
        app.bytes(".env"),
        environment,
        "{label}: .env is the user's"
    );
    only_listed_files_changed(&label, &app, &listed);
    keeps_line_ends(&label, &mine, &result, &report);
    own_merges_are_right(&label, &app, (&mine, &theirs));
    report
}

/// Returns every path that the report lists.
pub fn is_as_git_merges(
    label: &str,
    [base, mine, theirs]: [&Tree; 3],
    result: &Tree,
    report: &Value,
) -> BTreeSet<String> {
    let reference = reference::merge(base, mine, theirs);
    let kept_deleted = files_of(&report["kept_deleted"]);
    let conflicts = files_of(&report["conflicts"]);
    let is_by_lines = |path: &&String| !OWN_MERGE.contains(&path.as_str());
    let left: BTreeSet<&String> = conflicts.iter().filter(is_by_lines).collect();
    // A file that was deleted here and changed there is always a conflict for git.
    let right = reference.conflicts.difference(&kept_deleted);
    let right: BTreeSet<&String> = right.filter(is_by_lines).collect();
    assert_eq!(left, right, "{label}: the conflicts are git's\n{report}");

    let paths: BTreeSet<&String> = reference.files.keys().chain(result.keys()).collect();
    for path in paths.into_iter().filter(is_by_lines) {
        if kept_deleted.contains(path) {
            assert!(!result.contains_key(path), "{label}: {path} stays deleted");
            continue;
        }
        let (Some(right), Some(left)) = (reference.files.get(path), result.get(path)) else {
            panic!("{label}: {path} is not in both results\n{report}");
        };
        let (left, right) = (with_lf(left), right.clone());
        let left = String::from_utf8_lossy(&left).into_owned();
        let right = String::from_utf8_lossy(&right).into_owned();
        if conflicts.contains(path) {
            assert_eq!(
                without_labels(&left),
                without_labels(&right),
                "{label}: {path}"
            );
        } else {
            assert_eq!(left, right, "{label}: {path}");
        }
    }

    let mut listed: BTreeSet<String> = conflicts.union(&kept_deleted).cloned().collect();
    for list in ["created", "replaced", "merged", "deleted"] {
        listed.extend(files_of(&report[list]));
    }
    for moved in report["moved"].as_array().expect("a list") {
        for end in ["from", "to"] {
            listed.insert(moved[end].as_str().expect("a path").to_owned());
        }
    }
    listed
}

/// Both name the sides in their own words.
fn without_labels(text: &str) -> String {
    let lines = text.lines().map(|line| match line.get(..8) {
        Some(marker @ ("<<<<<<< " | ">>>>>>> ")) => marker,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn only_listed_files_changed(label: &str, app: &App, listed: &BTreeSet<String>) {
    let status = app.git(&[
        "status",
        "--porcelain",
        "--untracked-files=all",
        "--no-renames",
    ]);
    for line in status.lines() {
        let path = &line[3..];
        let is_known = listed.contains(path) || OWN_MERGE.contains(&path);
        assert!(
            is_known,
            "{label}: `{line}` is not in the report {listed:?}"
        );
    }
}

fn keeps_line_ends(label: &str, mine: &Tree, result: &Tree, report: &Value) {
    let moved: Vec<(&str, &str)> = report["moved"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|moved| {
            (
                moved["from"].as_str().expect("a path"),
                moved["to"].as_str().expect("a path"),
            )
        })
        .collect();
    let has_crlf = |contents: &[u8]| contents.windows(2).any(|two| two == b"\r\n");
    for (path, _) in mine.iter().filter(|(_, contents)| has_crlf(contents)) {
        let now = moved
            .iter()
            .find(|(from, _)| from == path)
            .map_or(path.as_str(), |(_, to)| to);
        let text = str::from_utf8(&result[now]).expect("a text");
        assert_eq!(
            text.matches('\n').count(),
            text.matches("\r\n").count(),
            "{label}: {now}"
        );
    }
}

fn own_merges_are_right(label: &str, app: &App, (mine, theirs): (&Tree, &Tree)) {
    let toml = |text: &str| {
        text.parse::<toml::Table>()
            .unwrap_or_else(|error| panic!("{label}: {error}\n{text}"))
    };
    let text_of = |tree: &Tree, path: &str| String::from_utf8(tree[path].clone()).expect("a text");
    assert_eq!(
        toml(&app.read(".hoglet.toml")),
        toml(&text_of(theirs, ".hoglet.toml")),
        "{label}: version, hash and answers are those of the release"
    );
    // No release of this test changes the manifest.
    assert_eq!(
        toml(&app.read("Cargo.toml")),
        toml(&text_of(mine, "Cargo.toml")),
        "{label}: the manifest is the user's"
    );
    let packages = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter(|line| line.starts_with("name = "));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(
        packages(&app.read("Cargo.lock")),
        packages(&text_of(mine, "Cargo.lock")),
        "{label}: the same packages are locked"
    );
    journal_is_right(label, app, mine);
}

fn journal_is_right(label: &str, app: &App, mine: &Tree) {
    // Without an entry there is no journal.
    let read = |contents: Option<Vec<u8>>| {
        let contents = contents.unwrap_or_default();
        let text = str::from_utf8(&contents)
            .expect("a text")
            .replace("\r\n", "\n");
        Journal::from_text(&text).expect("a journal").generated
    };
    let before = read(mine.get(journal::PATH).cloned());
    let now = read(app.has(journal::PATH).then(|| app.bytes(journal::PATH)));
    let parts = |entries: &[Entry]| -> Vec<String> {
        let parts = entries.iter();
        parts
            .map(|entry| format!("{} {}", entry.kind, entry.name))
            .collect()
    };
    assert_eq!(parts(&now), parts(&before), "{label}");
    // The entry of a file that the user deleted by hand stays.
    let was_deleted = |path: &str| {
        let mut files = before.iter().flat_map(|entry| &entry.file);
        files.any(|file| file.path == path) && !mine.contains_key(path)
    };
    for entry in &now {
        let files = entry.file.iter().map(|file| &file.path);
        for path in files.chain(entry.line.iter().map(|line| &line.path)) {
            assert!(
                app.has(path) || was_deleted(path),
                "{label}: {path} of {}",
                entry.name
            );
        }
        // `hoglet destroy` can still remove what the user did not change.
        for file in entry.file.iter().filter(|file| app.has(&file.path)) {
            let hash = |contents: &[u8]| sha256(&with_lf(contents));
            let is_edited = mine.get(&file.path).is_some_and(|contents| {
                let mut files = before.iter().flat_map(|entry| &entry.file);
                !files.any(|known| known.path == file.path && known.sha256 == hash(contents))
            });
            assert!(
                is_edited || file.sha256 == hash(&app.bytes(&file.path)),
                "{label}: {}",
                file.path
            );
        }
    }
}

/// The files of a list of the report, each a path or an object with a path.
pub fn files_of(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().unwrap_or_else(|| panic!("a list: {list}"));
    let path = |item: &Value| match item {
        Value::String(path) => path.clone(),
        item => item["file"].as_str().expect("a path").to_owned(),
    };
    list.iter().map(path).collect()
}
