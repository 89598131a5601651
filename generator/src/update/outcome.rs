//! [`Outcome`]: what an update does with one file.

use std::ops::RangeInclusive;

/// A file of the update. Files that stay as they are have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUpdate {
    /// The path after the update.
    pub path: String,
    /// The path before the update, if the file moves.
    pub moved_from: Option<String>,
    pub outcome: Outcome,
    /// The bytes on the disk before, at `moved_from` or `path`.
    pub before: Option<Vec<u8>>,
    /// The bytes on the disk after. `None` deletes the file.
    pub after: Option<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The template has it, and the app had no such file.
    Created,
    /// The user had not changed it. It may move, too.
    Replaced,
    /// Both had changed it, in different places. It may move, too.
    Merged,
    /// Only its path changes. It may be a file of the user's own, in a folder that moves.
    Moved,
    /// The template no longer has it, and the user had not changed it.
    Deleted,
    /// The user deleted it or its whole folder, and the template changed or added it. It stays deleted.
    KeptDeleted,
    Conflict(Conflict),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub kind: ConflictKind,
    /// The three versions for git's index: base, mine, theirs.
    pub stages: [Option<Vec<u8>>; 3],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConflictKind {
    /// Both changed these lines. The file has markers there.
    Lines(Vec<RangeInclusive<usize>>),
    /// Both changed it, and it is no text. The user's file stays.
    Binary,
    /// The user deleted it, and changed files of the template need it. It comes back.
    DeletedHere,
    /// The user changed it, and the template no longer has it. The user's file stays.
    DeletedInTemplate,
}
