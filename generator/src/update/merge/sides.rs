//! The three versions of a file, and the result of their merge.

use std::ops::RangeInclusive;

/// The three versions of a file, with LF as line ends.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    /// Empty if both sides added the file.
    pub base: &'a str,
    pub mine: &'a str,
    pub theirs: &'a str,
}

/// The text after a merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// With markers around conflicts.
    pub text: String,
    /// The lines of each conflict in the text, counted from 1, with their markers.
    pub conflicts: Vec<RangeInclusive<usize>>,
}

/// The names in the markers of a conflict.
#[derive(Debug, Clone)]
pub struct Labels {
    pub mine: String,
    pub theirs: String,
}
