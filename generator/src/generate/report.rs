//! The report at the end of `hoglet generate` and `hoglet destroy`, for people or as JSON.

use serde::Serialize;

use crate::colors::{ACCENT, DIM};
use crate::error::Error;
use crate::generate::arguments::Output;
use crate::output;
use crate::unified_diff::unified;
use crate::write::changes::Change;

/// Lines that the user must add or remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ByHand {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub reason: String,
    pub text: String,
}

pub struct Report<'a> {
    /// Such as `page about`.
    pub part: &'a str,
    pub changes: &'a [Change],
    /// Files that exist and differ. If there are any, nothing was written.
    pub conflicts: &'a [String],
    /// Files that were not deleted, because they were changed by hand.
    pub kept: &'a [String],
    pub by_hand: &'a [ByHand],
    /// The next steps for the user, one line each.
    pub next: &'a [String],
    pub output: &'a Output,
}

/// The shape of `--json`.
#[derive(Serialize)]
struct Json<'a> {
    part: &'a str,
    created: Vec<&'a str>,
    changed: Vec<&'a str>,
    deleted: Vec<&'a str>,
    kept: &'a [String],
    conflicts: &'a [String],
    by_hand: &'a [ByHand],
    next: &'a [String],
    dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<String>,
}

impl Report<'_> {
    pub fn print(&self) -> Result<(), Error> {
        let text = if self.output.json {
            self.json()
        } else if self.output.dry_run {
            unified(self.changes) + &self.left_to_do()
        } else {
            self.words()
        };
        output::print(&text).map_err(Error::Output)
    }

    /// Whether everything is done.
    pub fn is_complete(&self) -> bool {
        self.conflicts.is_empty() && self.kept.is_empty() && self.by_hand.is_empty()
    }

    fn json(&self) -> String {
        let json = Json {
            part: self.part,
            created: self.paths(|change| change.before.is_none()),
            changed: self.paths(|change| change.before.is_some() && change.after.is_some()),
            deleted: self.paths(|change| change.after.is_none()),
            kept: self.kept,
            conflicts: self.conflicts,
            by_hand: self.by_hand,
            next: self.next,
            dry_run: self.output.dry_run,
            diff: self.output.dry_run.then(|| unified(self.changes)),
        };
        let json = serde_json::to_string_pretty(&json).unwrap_or_default();
        json + "\n"
    }

    fn paths(&self, wanted: impl Fn(&Change) -> bool) -> Vec<&str> {
        let changes = self.changes.iter().filter(|change| wanted(change));
        changes.map(|change| change.path.as_str()).collect()
    }

    fn words(&self) -> String {
        let mut text = format!("\n  {ACCENT}{}{ACCENT:#}\n\n", self.part);
        for change in self.changes {
            let verb = match (&change.before, &change.after) {
                (None, _) => "new",
                (_, None) => "deleted",
                _ => "changed",
            };
            text += &format!("    {DIM}{verb:<7}{DIM:#}  {}\n", change.path);
        }
        text += &self.left_to_do();
        if !self.next.is_empty() {
            text.push('\n');
        }
        for line in self.next {
            text += &format!("  {line}\n");
        }
        text.push('\n');
        text
    }

    fn left_to_do(&self) -> String {
        let mut text = String::new();
        if !self.kept.is_empty() {
            text += "\n  Changed by hand, so they stay; --force deletes them, too:\n\n";
        }
        for path in self.kept {
            text += &format!("    {path}\n");
        }
        if !self.by_hand.is_empty() {
            text += "\n  Left to do by hand:\n";
        }
        for ByHand {
            file,
            line,
            reason,
            text: lines,
        } in self.by_hand
        {
            text += &format!("\n    {ACCENT}{file}{ACCENT:#}, line {line}: {reason}\n");
            for line in lines.lines() {
                text += format!("        {line}").trim_end();
                text.push('\n');
            }
        }
        text
    }
}
