//! The changes between two texts. They are the same that git finds for a merge.

use std::ops::Range;

use super::histogram::histogram;
use super::slide::slide;

/// Lines of the old text, and the lines of the new text that replace them. At least one range is not empty.
pub struct Change {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// All changes, in order. At least one unchanged line is between two changes.
///
/// Each line is a number. Equal lines have equal numbers.
pub fn changes(old: &[usize], new: &[usize]) -> Vec<Change> {
    let (mut old_changed, mut new_changed) = histogram(old, new);
    slide(old, &mut old_changed, &new_changed);
    slide(new, &mut new_changed, &old_changed);

    let mut changes = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    loop {
        let end = |changed: &[bool], start: usize| {
            let unchanged = changed[start..].iter().position(|changed| !changed);
            unchanged.map_or(changed.len(), |length| start + length)
        };
        let old = at_old..end(&old_changed, at_old);
        let new = at_new..end(&new_changed, at_new);
        (at_old, at_new) = (old.end + 1, new.end + 1);
        if !old.is_empty() || !new.is_empty() {
            changes.push(Change { old, new });
        }
        if at_old > old_changed.len() {
            return changes;
        }
    }
}
