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

impl Merged {
    /// Finds the conflicts in a text. Every line that looks like a marker with these labels is one.
    pub fn marked(text: String, labels: &Labels) -> Self {
        let (start, end) = (labels.start(), labels.end());
        let mut conflicts = Vec::new();
        let mut first = None;
        for (number, line) in (1..).zip(text.lines()) {
            if line == start {
                first = Some(number);
            } else if line == end
                && let Some(first) = first.take()
            {
                conflicts.push(first..=number);
            }
        }
        Self { text, conflicts }
    }
}

impl Labels {
    /// The marker before my version.
    pub fn start(&self) -> String {
        format!("<<<<<<< {}", self.mine)
    }

    /// The marker after their version.
    pub fn end(&self) -> String {
        format!(">>>>>>> {}", self.theirs)
    }
}

/// The marker between the two versions.
pub const MIDDLE: &str = "=======";
