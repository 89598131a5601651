//! [`Outcome`]: the result of an update for one file.

use std::ops::RangeInclusive;

/// The update of one file. Files that stay as they are have no update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUpdate {
    /// The path after the update.
    pub path: String,
    /// The path before the update, if the file moves.
    pub moved_from: Option<String>,
    pub outcome: Outcome,
    /// The bytes on the disk before the update, at `moved_from` or `path`.
    pub before: Option<Vec<u8>>,
    /// The bytes on the disk after the update. `None` deletes the file.
    pub after: Option<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The template has the file, and the app did not.
    Created,
    /// The template changed the file, and the user did not. It may move, too.
    Replaced,
    /// Both changed the file, in different places. It may move, too.
    Merged,
    /// Only the path changes. It may be the user's own file, in a folder that moves.
    Moved,
    /// The template no longer has the file, and the user did not change it.
    Deleted,
    /// The user deleted the file or its whole folder, and the template changed or added the file. It stays deleted.
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
    /// Both changed the file, and it is not text. The user's file stays.
    Binary,
    /// The user deleted the file, but new code of the template needs it. It comes back.
    DeletedHere,
    /// The user changed the file, and the template no longer has it. The user's file stays.
    DeletedInTemplate,
}
