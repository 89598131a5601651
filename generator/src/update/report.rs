//! The report at the end of `hoglet update`, for people or as JSON.

use std::fmt::Write;

use crate::colors::{ACCENT, DIM};
use crate::error::Error;
use crate::output;
use crate::update::summary::{ByHand, ConflictIn, Lines, Move, Summary};

const VENDOR: &str = "vendor/";

/// Prints the result. With `--dry-run` the diff is alone on standard output, so that `git apply` can read it.
pub fn print(summary: &Summary, as_json: bool) -> Result<(), Error> {
    let text = if as_json {
        let json = serde_json::to_string_pretty(summary).unwrap_or_default();
        json + "\n"
    } else if let Some(diff) = &summary.diff {
        output::log(words(summary));
        diff.clone()
    } else {
        words(summary)
    };
    output::print(&text).map_err(Error::Output)
}

fn words(summary: &Summary) -> String {
    let Summary { app, from, to, .. } = summary;
    let mut text = format!("\n  {ACCENT}{app}{ACCENT:#} ");
    text += &match (summary.is_up_to_date(), summary.conflicts.is_empty()) {
        (true, true) => format!("is up to date ({to})\n"),
        (true, false) => format!("is up to date ({to}), but has conflicts\n"),
        (false, _) => format!("{from} → {to}\n"),
    };
    if !summary.exact {
        let _ = write!(
            text,
            "\n  This app was made from a template between two releases. The nearest is {from}, so the\n  \
             merge may show changes that are not its own.\n"
        );
    }
    text += &files(summary);
    text += &paths(
        &format!("You deleted these, and {to} changed them. They stay deleted:"),
        &summary.kept_deleted,
    );
    for notes in &summary.notes {
        let _ = write!(text, "\n  {ACCENT}Notes of {}{ACCENT:#}\n\n", notes.version);
        text += &indented(notes.text.trim(), "    ");
    }
    text += &paths("New settings, see .env.example:", &summary.settings);
    text += &paths("Migrations that will run:", &summary.migrations);
    text += &left_to_do(summary);
    if !summary.dry_run && !summary.next.is_empty() {
        text += "\n  Next:\n\n";
        text += &indented(&summary.next.join("\n"), "    ");
    }
    text + "\n"
}

/// What happened to each file. The files in `vendor/` have one line, unless the user has changed them.
fn files(summary: &Summary) -> String {
    let moved = summary.moved.iter();
    let moved: Vec<String> = moved
        .map(|Move { from, to }| format!("{from} → {to}"))
        .collect();
    let kinds = [
        ("new", &summary.created),
        ("replaced", &summary.replaced),
        ("merged", &summary.merged),
        ("moved", &moved),
        ("deleted", &summary.deleted),
    ];
    let mut text = String::new();
    let mut in_vendor = 0;
    for (kind, paths) in kinds {
        for path in paths {
            if path.starts_with(VENDOR) && kind != "merged" {
                in_vendor += 1;
            } else {
                text += &line(kind, path);
            }
        }
    }
    let edited = &summary.edited_in_vendor;
    if in_vendor > 0 {
        let files = if in_vendor == 1 { "file" } else { "files" };
        let untouched = match edited.is_empty() {
            true => ", none of them edited",
            false => "",
        };
        text += &line(VENDOR, &format!("{in_vendor} {files}{untouched}"));
    }
    // Merged files are listed above, and conflicts below.
    let conflicts = summary.conflicts.iter().map(|conflict| &conflict.file);
    let listed: Vec<&String> = summary.merged.iter().chain(conflicts).collect();
    for path in edited.iter().filter(|path| !listed.contains(path)) {
        text += &line("edited", path);
    }
    match text.is_empty() {
        true => text,
        false => format!("\n{text}"),
    }
}

fn line(kind: &str, path: &str) -> String {
    format!("    {DIM}{kind:<8}{DIM:#}  {path}\n")
}

/// A list below a title; nothing if the list is empty.
fn paths(title: &str, paths: &[String]) -> String {
    match paths.is_empty() {
        true => String::new(),
        false => format!("\n  {title}\n\n{}", indented(&paths.join("\n"), "    ")),
    }
}

fn left_to_do(summary: &Summary) -> String {
    let mut text = String::new();
    if !summary.by_hand.is_empty() {
        text += "\n  Left to do by hand:\n";
    }
    for ByHand {
        file,
        reason,
        text: words,
    } in &summary.by_hand
    {
        let _ = write!(text, "\n    {ACCENT}{file}{ACCENT:#}: {reason}\n");
        text += &indented(words, "        ");
    }
    if !summary.conflicts.is_empty() {
        text += "\n  Conflicts, for you to resolve:\n\n";
    }
    for conflict in &summary.conflicts {
        let _ = writeln!(
            text,
            "    {ACCENT}{}{ACCENT:#}{}",
            conflict.file,
            explanation(conflict, &summary.to)
        );
    }
    text
}

fn explanation(conflict: &ConflictIn, to: &str) -> String {
    match conflict.kind {
        "binary" => format!(": you and {to} changed it, and it is no text. Yours stays"),
        "deleted_here" => format!(": you deleted it, and other files of {to} need it"),
        "deleted_in_template" => {
            format!(": you changed it, and {to} has no such file. Yours stays")
        }
        _ => {
            let ranges = conflict.lines.iter();
            let ranges: Vec<String> = ranges
                .map(|Lines { from, to }| format!("{from}-{to}"))
                .collect();
            match ranges.is_empty() {
                true => String::new(),
                false => format!(", lines {}", ranges.join(", ")),
            }
        }
    }
}

fn indented(text: &str, by: &str) -> String {
    let lines = text.lines().map(|line| format!("{by}{line}"));
    lines
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[cfg(test)]
mod tests {
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
          merged    c.rs
          moved     old.rs → c.rs
          deleted   d.rs
          vendor/   2 files, none of them edited

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

        Conflicts, for you to resolve:

          f.rs, lines 2-6, 8-12
          g.png: you and 0.2.0 changed it, and it is no text. Yours stays
          h.rs: you deleted it, and other files of 0.2.0 need it
          i.rs: you changed it, and 0.2.0 has no such file. Yours stays

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
        let expected = "    vendor/   2 files\n    edited    vendor/a/README.md\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn the_nearest_release_is_said() {
        let mut summary = summary();
        summary.exact = false;
        let text = plain(&summary).replace("\n  ", " ");
        let expected = "This app was made from a template between two releases. The nearest is 0.1.0, so the merge may show changes that are not its own.";
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
}
