//! The rule for a merged file: it has every line of mine except those that theirs removed, and no other line except those
//! that theirs added. The same rule applies with mine and theirs exchanged.
//!
//! Only the number of each line is checked, not the order.

use std::collections::HashMap;

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

/// Which lines may have moved between two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    /// Lines that changed their order with another line that is there once, or that have other neighbours.
    Likely,
    /// Lines that changed their order with any other line.
    Possible,
}

/// The error names a line that breaks the rule.
///
/// Lines like `}` are nearly everywhere, so that nearly every line may have moved past one. This is only accepted of a result
/// that is neither of the two sides: then neither side is lost as a whole.
pub fn check(versions: &Versions) -> Result<(), String> {
    check_with(versions, Moves::Likely).or_else(|change| {
        let result = versions.with_mine;
        let has_conflicts = result != versions.with_theirs;
        if has_conflicts || result != versions.mine && result != versions.theirs {
            check_with(versions, Moves::Possible)
        } else {
            Err(change)
        }
    })
}

fn check_with(versions: &Versions, moves: Moves) -> Result<(), String> {
    let of = |text| Lines::of(text);
    let (base, mine, theirs) = (of(versions.base), of(versions.mine), of(versions.theirs));
    check_side(&of(versions.with_mine), &mine, (&base, &theirs), moves)?;
    check_side(&of(versions.with_theirs), &theirs, (&base, &mine), moves)
}

/// Checks that `result` differs from `side` only by the changes between `base` and `other`.
fn check_side(
    result: &Lines,
    side: &Lines,
    (base, other): (&Lines, &Lines),
    moves: Moves,
) -> Result<(), String> {
    for line in side.places.keys().chain(result.places.keys()) {
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
        let may_move = || moved > 0 && base.may_move(line, other, moves);
        let is_right = allowed(0) || may_move() && allowed(moved);
        if !is_right {
            return Err(format!("the line `{}`", line.trim()));
        }
    }
    Ok(())
}

/// The lines of a text, and the places of each line.
struct Lines<'a> {
    lines: Vec<&'a str>,
    places: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut places: HashMap<_, Vec<_>> = HashMap::new();
        for (place, line) in lines.iter().enumerate() {
            places.entry(*line).or_default().push(place);
        }
        Self { lines, places }
    }

    fn count(&self, line: &str) -> usize {
        self.places_of(line).len()
    }

    fn places_of(&self, line: &str) -> &[usize] {
        self.places.get(line).map_or(&[], Vec::as_slice)
    }

    /// Whether a diff to `other` can contain this line, which both have, as a moved line.
    ///
    /// If two lines changed their order, one algorithm finds that the first has moved, and another one the second. So all
    /// lines count that any algorithm can choose.
    fn may_move(&self, line: &str, other: &Self, moves: Moves) -> bool {
        let (&[here], &[there]) = (self.places_of(line), other.places_of(line)) else {
            return true;
        };
        let only_unique =
            moves == Moves::Likely && self.neighbours(here) == other.neighbours(there);
        self.places.iter().any(|(line, places)| {
            let others = other.places_of(line);
            let is_unique = places.len() == 1 && others.len() == 1;
            if only_unique && !is_unique {
                return false;
            }
            let moves_down = places[0] < here && others.last() > Some(&there);
            let moves_up =
                places.last() > Some(&here) && others.first().is_some_and(|first| *first < there);
            moves_down || moves_up
        })
    }

    /// The lines before and after a place.
    fn neighbours(&self, place: usize) -> [Option<&&'a str>; 2] {
        let before = place.checked_sub(1).and_then(|place| self.lines.get(place));
        [before, self.lines.get(place + 1)]
    }
}
