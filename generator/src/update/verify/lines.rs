//! The rule for a merged file: it has every line of mine except those that theirs removed, and no other line except those
//! that theirs added. The same rule applies with mine and theirs exchanged.
//!
//! Only the number of each line is checked, not the order.

use std::collections::HashMap;

use similar::{Algorithm, DiffOp};

/// The versions of a merged text.
#[derive(Debug)]
pub struct Versions<'a> {
    pub base: &'a str,
    pub mine: &'a str,
    pub theirs: &'a str,
    /// The result, with conflicts resolved for mine.
    pub with_mine: &'a str,
    /// The result, with conflicts resolved for theirs.
    pub with_theirs: &'a str,
}

/// The error names a line that breaks the rule.
pub fn check(versions: &Versions) -> Result<(), String> {
    let of = |text| Lines::of(text);
    let (base, mine, theirs) = (of(versions.base), of(versions.mine), of(versions.theirs));
    check_side(&of(versions.with_mine), &mine, &base, &theirs)?;
    check_side(&of(versions.with_theirs), &theirs, &base, &mine)
}

/// Checks that `result` differs from `side` only by the changes between `base` and `other`.
fn check_side(result: &Lines, side: &Lines, base: &Lines, other: &Lines) -> Result<(), String> {
    let mut is_reordered = None;
    for line in side.counts.keys().chain(result.counts.keys()) {
        let (before, after) = (base.count(line), other.count(line));
        let allowed = |moved: usize| {
            let removed = before.saturating_sub(after) + moved;
            let added = after.saturating_sub(before) + moved;
            let least = side.count(line).saturating_sub(removed);
            let most = side.count(line) + added;
            (least..=most).contains(&result.count(line))
        };
        // If `other` moves a line, its change removes the line and adds it again. If `side` also removed the line, only the
        // addition has an effect.
        let moved = before.min(after);
        let mut may_move = || {
            moved > 0
                && (before.max(after) > 1
                    || *is_reordered.get_or_insert_with(|| base.is_reordered_in(other)))
        };
        let is_right = allowed(0) || may_move() && allowed(moved);
        if !is_right {
            return Err(format!("the line `{}`", line.trim()));
        }
    }
    Ok(())
}

/// The lines of a text, in order and counted.
struct Lines<'a> {
    lines: Vec<&'a str>,
    counts: HashMap<&'a str, usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut counts = HashMap::new();
        for line in &lines {
            *counts.entry(*line).or_default() += 1;
        }
        Self { lines, counts }
    }

    fn count(&self, line: &str) -> usize {
        self.counts.get(line).copied().unwrap_or(0)
    }

    /// Whether the common lines have another order.
    fn is_reordered_in(&self, other: &Self) -> bool {
        let both = self.counts.iter();
        let both: usize = both
            .map(|(line, count)| other.count(line).min(*count))
            .sum();
        let changes = similar::capture_diff_slices(Algorithm::Myers, &self.lines, &other.lines);
        let in_order = changes.iter().map(|change| match change {
            DiffOp::Equal { len, .. } => *len,
            _ => 0,
        });
        in_order.sum::<usize>() < both
    }
}
