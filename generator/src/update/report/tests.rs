use super::*;
use crate::update::outcome::{Conflict, ConflictKind, FileUpdate, Outcome};
use crate::update::summary::Notes;

fn update(path: &str, moved_from: Option<&str>, outcome: Outcome) -> FileUpdate {
    FileUpdate {
        path: path.to_owned(),
        moved_from: moved_from.map(str::to_owned),
        outcome,
        before: None,
        after: None,
    }
}

fn conflict(kind: ConflictKind) -> Outcome {
    Outcome::Conflict(Conflict {
        kind,
        stages: [None, None, None],
    })
}

fn summary() -> Summary {
    let mut summary = Summary {
        app: "hedge".to_owned(),
        from: "0.1.0".to_owned(),
        to: "0.2.0".to_owned(),
        exact: true,
        settings: vec!["CACHE_URL".to_owned()],
        migrations: vec!["m20270101_090000_create_notes".to_owned()],
        notes: vec![Notes {
            version: "0.2.0".to_owned(),
            text: "## Pages\n\n- Quicker.\n  Much.\n".to_owned(),
        }],
        by_hand: vec![ByHand {
            file: "Cargo.lock".to_owned(),
            reason: "cargo could not complete it".to_owned(),
            text: "error: no network\n".to_owned(),
        }],
        next: vec!["cargo build".to_owned(), "cargo test".to_owned()],
        ..Summary::default()
    };
    summary.add(&[
        update("a.rs", None, Outcome::Created),
        update("b.rs", None, Outcome::Replaced),
        update("c.rs", Some("old.rs"), Outcome::Merged),
        update("d.rs", None, Outcome::Deleted),
        update("e.rs", None, Outcome::KeptDeleted),
        update(
            "f.rs",
            None,
            conflict(ConflictKind::Lines(vec![2..=6, 8..=12])),
        ),
        update("g.png", None, conflict(ConflictKind::Binary)),
        update("h.rs", None, conflict(ConflictKind::DeletedHere)),
        update("i.rs", None, conflict(ConflictKind::DeletedInTemplate)),
        update("vendor/a/src/lib.rs", None, Outcome::Replaced),
        update("vendor/a/src/new.rs", None, Outcome::Created),
    ]);
    summary
}

fn plain(summary: &Summary) -> String {
    anstream::adapter::strip_str(&words(summary)).to_string()
}

#[test]
fn the_words_tell_everything() {
    insta::assert_snapshot!(plain(&summary()), @r"
    hedge 0.1.0 → 0.2.0

      new       a.rs
      replaced  b.rs
      replaced  vendor/ (2 files)
      merged    c.rs
      moved     old.rs → c.rs
      deleted   d.rs

    You deleted these, and 0.2.0 changed them. They stay deleted:

      e.rs

    Notes of 0.2.0

      ## Pages

      - Quicker.
        Much.

    New settings, see .env.example:

      CACHE_URL

    Migrations that will run:

      m20270101_090000_create_notes

    Left to do by hand:

      Cargo.lock: cargo could not complete it
          error: no network

    Conflicts to resolve:

      f.rs, lines 2-6, 8-12
      g.png: you and 0.2.0 changed it, and it is not text. Yours stays
      h.rs: you deleted it, but new code of 0.2.0 needs it, so it is back
      i.rs: you changed it, and 0.2.0 deleted it. Yours stays

    Next:

      cargo build
      cargo test
    ");
}

#[test]
fn edited_files_in_vendor_are_named() {
    let mut summary = summary();
    summary.edited_in_vendor = vec!["vendor/a/README.md".to_owned()];
    let text = plain(&summary);
    for expected in [
        "    replaced  vendor/ (2 files)\n",
        "    kept      vendor/a/README.md (you have edited it)\n",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn the_nearest_release_is_said() {
    let mut summary = summary();
    summary.exact = false;
    let text = plain(&summary).replace("\n  ", " ");
    let expected = "This app was made from a template between two releases. The nearest is 0.1.0, so the merge may show changes that are not yours.";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_current_app_has_one_line() {
    let version = semver::Version::new(0, 2, 0);
    let summary = Summary::up_to_date("hedge", &version, &[]);
    assert_eq!(plain(&summary), "\n  hedge is up to date (0.2.0)\n\n");
}

#[test]
fn json_has_the_same() {
    let json = serde_json::to_value(summary()).unwrap();
    assert_eq!(
        json["moved"][0],
        serde_json::json!({"from": "old.rs", "to": "c.rs"})
    );
    assert_eq!(json["merged"], serde_json::json!(["c.rs"]));
    assert_eq!(
        json["conflicts"][0],
        serde_json::json!({"file": "f.rs", "kind": "lines", "lines": [{"from": 2, "to": 6}, {"from": 8, "to": 12}]})
    );
    let keys: Vec<&str> = json
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys.join(" "),
        "by_hand conflicts created deleted dry_run exact from kept_deleted merged migrations moved next notes replaced settings to"
    );
}
