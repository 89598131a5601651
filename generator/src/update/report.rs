//! The report at the end of `hoglet update`, for people or as JSON.

use std::fmt::Write;

use crate::colors::{ACCENT, DIM};
use crate::error::Error;
use crate::output;
use crate::update::summary::{ByHand, ConflictIn, Lines, Move, Summary};

const VENDOR: &str = "vendor/";

/// Prints the result. With `--dry-run` standard output has only the diff, so that `git apply` can read it.
pub fn print(summary: &Summary, as_json: bool) -> Result<(), Error> {
    let text = if as_json {
        let json = serde_json::to_string_pretty(summary).expect("texts and numbers are JSON");
        json + "\n"
    } else if let Some(diff) = &summary.diff {
        output::log(words(summary).trim_end());
        return output::print_exactly(diff).map_err(Error::Output);
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
             merge may show changes that are not yours.\n"
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

/// The result for each file. The files in `vendor/` share one line, except those that the user has changed.
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
    let shares_line = |kind: &str, path: &str| path.starts_with(VENDOR) && kind != "merged";
    let sharing = |kind: &str, paths: &[String]| {
        let paths = paths.iter();
        paths.filter(|path| shares_line(kind, path)).count()
    };
    let in_vendor: usize = kinds.iter().map(|(kind, paths)| sharing(kind, paths)).sum();
    let mut text = String::new();
    for (kind, paths) in kinds {
        for path in paths.iter().filter(|path| !shares_line(kind, path)) {
            text += &line(kind, path);
        }
        if kind == "replaced" && in_vendor > 0 {
            let files = if in_vendor == 1 { "file" } else { "files" };
            text += &line(kind, &format!("{VENDOR} ({in_vendor} {files})"));
        }
    }
    // Merged files are listed above, and conflicts below.
    let conflicts = summary.conflicts.iter().map(|conflict| &conflict.file);
    let listed: Vec<&String> = summary.merged.iter().chain(conflicts).collect();
    let edited = summary.edited_in_vendor.iter();
    for path in edited.filter(|path| !listed.contains(path)) {
        text += &line("kept", &format!("{path} (you have edited it)"));
    }
    match text.is_empty() {
        true => text,
        false => format!("\n{text}"),
    }
}

fn line(kind: &str, path: &str) -> String {
    format!("    {DIM}{kind:<8}{DIM:#}  {path}\n")
}

/// A list below a title. Empty if the list is empty.
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
        text += "\n  Conflicts to resolve:\n\n";
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
        "binary" => format!(": you and {to} changed it, and it is not text. Yours stays"),
        "deleted_here" => format!(": you deleted it, but new code of {to} needs it, so it is back"),
        "deleted_in_template" => {
            format!(": you changed it, and {to} deleted it. Yours stays")
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
mod tests;
