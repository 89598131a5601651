//! The result of an update, in the format of `--json`.

use std::ops::RangeInclusive;

use semver::Version;
use serde::Serialize;

use crate::update::outcome::{Conflict, ConflictKind, FileUpdate, Outcome};
use crate::update::unresolved::Unresolved;

#[derive(Debug, Default, Serialize)]
pub struct Summary {
    #[serde(skip)]
    pub app: String,
    pub from: String,
    pub to: String,
    /// Whether the app was made from exactly the release `from`. If not, `from` is the nearest release.
    pub exact: bool,
    pub created: Vec<String>,
    pub replaced: Vec<String>,
    pub merged: Vec<String>,
    pub moved: Vec<Move>,
    pub deleted: Vec<String>,
    /// Files that the user deleted and the template changed. They stay deleted.
    pub kept_deleted: Vec<String>,
    pub conflicts: Vec<ConflictIn>,
    /// The files in `vendor/` that the user has changed.
    #[serde(skip)]
    pub edited_in_vendor: Vec<String>,
    /// The variables that are new in `.env.example`.
    pub settings: Vec<String>,
    pub migrations: Vec<String>,
    pub notes: Vec<Notes>,
    pub by_hand: Vec<ByHand>,
    /// The next steps for the user, each on one line.
    pub next: Vec<String>,
    pub dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Move {
    pub from: String,
    pub to: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictIn {
    pub file: String,
    /// `lines`, `binary`, `deleted_here` or `deleted_in_template`; `unresolved` if an earlier update left it.
    pub kind: &'static str,
    pub lines: Vec<Lines>,
}

/// The first and the last line of a conflict with its markers, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Lines {
    pub from: usize,
    pub to: usize,
}

/// The notes of a release, in Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notes {
    pub version: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ByHand {
    pub file: String,
    pub reason: String,
    pub text: String,
}

impl Summary {
    /// For an app that already has the target release.
    pub fn up_to_date(app: &str, version: &Version, unresolved: &[Unresolved]) -> Self {
        Self {
            app: app.to_owned(),
            from: version.to_string(),
            to: version.to_string(),
            exact: true,
            conflicts: unresolved
                .iter()
                .map(|Unresolved { file, lines: found }| ConflictIn {
                    file: file.clone(),
                    kind: "unresolved",
                    lines: lines(found),
                })
                .collect(),
            ..Self::default()
        }
    }

    /// Adds each file to the list of its outcome.
    pub fn add(&mut self, updates: &[FileUpdate]) {
        for update in updates {
            let path = update.path.clone();
            if let Some(from) = &update.moved_from {
                self.moved.push(Move {
                    from: from.clone(),
                    to: path.clone(),
                });
            }
            match &update.outcome {
                Outcome::Created => self.created.push(path),
                Outcome::Replaced => self.replaced.push(path),
                Outcome::Merged => self.merged.push(path),
                Outcome::Moved => {}
                Outcome::Deleted => self.deleted.push(path),
                Outcome::KeptDeleted => self.kept_deleted.push(path),
                Outcome::Conflict(conflict) => self.conflicts.push(conflict_in(path, conflict)),
            }
        }
    }

    /// Whether no conflict and nothing to do by hand is left.
    pub fn is_complete(&self) -> bool {
        self.conflicts.is_empty() && self.by_hand.is_empty()
    }

    pub fn is_up_to_date(&self) -> bool {
        self.from == self.to
    }
}

fn conflict_in(file: String, conflict: &Conflict) -> ConflictIn {
    let (kind, lines) = match &conflict.kind {
        ConflictKind::Lines(found) => ("lines", lines(found)),
        ConflictKind::Binary => ("binary", Vec::new()),
        ConflictKind::DeletedHere => ("deleted_here", Vec::new()),
        ConflictKind::DeletedInTemplate => ("deleted_in_template", Vec::new()),
    };
    ConflictIn { file, kind, lines }
}

fn lines(ranges: &[RangeInclusive<usize>]) -> Vec<Lines> {
    let ranges = ranges.iter();
    ranges
        .map(|range| Lines {
            from: *range.start(),
            to: *range.end(),
        })
        .collect()
}
