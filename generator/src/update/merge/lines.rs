//! Merges by lines, with the same result as git.
//!
//! Changes of both sides that touch each other are a conflict, unless both sides made the same change. A conflict is then
//! reduced to the lines that really differ.
//!
//! The merge of `similar` is not used. Its histogram diff finds other changes than git's, so it has conflicts that git does
//! not have, and git has some that it does not have. The tests compare this merge with git's, byte by byte.

mod diff;
mod histogram;
mod slide;

use std::collections::HashMap;
use std::ops::Range;

use self::diff::{Change, changes};
use crate::update::merge::sides::{Labels, MIDDLE, Merged, Sides};

/// Two conflicts become one if at most this number of lines is between them. Git has the same limit.
const NEAR: usize = 3;

/// A part of the result where the sides differ, or did differ from the base. Between hunks, the texts are equal.
struct Hunk {
    choice: Choice,
    mine: Range<usize>,
    theirs: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Mine,
    Theirs,
    Conflict,
}

pub fn merge(sides: Sides, labels: &Labels) -> Merged {
    let mut numbers = Numbers::default();
    let base = numbers.of(sides.base);
    let mine = numbers.of(sides.mine);
    let theirs = numbers.of(sides.theirs);

    let hunks = hunks(&base, &mine, &theirs);
    let hunks = hunks
        .into_iter()
        .flat_map(|hunk| refine(hunk, &mine, &theirs));
    write(&join(hunks), sides, labels)
}

/// Gives equal lines of all texts the same number.
#[derive(Default)]
struct Numbers<'a>(HashMap<&'a str, usize>);

impl<'a> Numbers<'a> {
    fn of(&mut self, text: &'a str) -> Vec<usize> {
        let lines = text.split_inclusive('\n');
        lines
            .map(|line| {
                let next = self.0.len();
                *self.0.entry(line).or_insert(next)
            })
            .collect()
    }
}

/// The changes of both sides, in order. Changes that touch each other are one hunk.
fn hunks(base: &[usize], mine: &[usize], theirs: &[usize]) -> Vec<Hunk> {
    let mut my_changes = changes(base, mine).into_iter().peekable();
    let mut their_changes = changes(base, theirs).into_iter().peekable();
    // The ends of the last hunk in base, mine and theirs. Up to the next hunk, the three texts are equal.
    let mut last = (0, 0, 0);
    let mut hunks = Vec::new();
    loop {
        let next = [my_changes.peek(), their_changes.peek()];
        let starts = next.into_iter().flatten().map(|change| change.old.start);
        let Some(start) = starts.min() else {
            return hunks;
        };

        let mut end = start;
        let (mut mine_here, mut theirs_here) = (Vec::new(), Vec::new());
        loop {
            let touches = |change: &Change| change.old.start <= end;
            if let Some(change) = my_changes.next_if(touches) {
                end = end.max(change.old.end);
                mine_here.push(change);
            } else if let Some(change) = their_changes.next_if(touches) {
                end = end.max(change.old.end);
                theirs_here.push(change);
            } else {
                break;
            }
        }

        let range = |changes: &[Change], last: usize, last_in_base: usize| {
            let first = last + (start - last_in_base);
            let length = changes.iter().fold(end - start, |length, change| {
                length + change.new.len() - change.old.len()
            });
            first..first + length
        };
        let (last_in_base, last_in_mine, last_in_theirs) = last;
        let hunk = Hunk {
            choice: match (&mine_here[..], &theirs_here[..]) {
                (_, []) => Choice::Mine,
                ([], _) => Choice::Theirs,
                _ => Choice::Conflict,
            },
            mine: range(&mine_here, last_in_mine, last_in_base),
            theirs: range(&theirs_here, last_in_theirs, last_in_base),
        };
        last = (end, hunk.mine.end, hunk.theirs.end);
        let is_same_change = match (&mine_here[..], &theirs_here[..]) {
            ([one], [other]) => {
                one.old == other.old && mine[one.new.clone()] == theirs[other.new.clone()]
            }
            _ => false,
        };
        if !is_same_change {
            hunks.push(hunk);
        }
    }
}

/// Reduces a conflict to the lines that differ between the two sides.
fn refine(hunk: Hunk, mine: &[usize], theirs: &[usize]) -> Vec<Hunk> {
    if hunk.choice != Choice::Conflict || hunk.mine.is_empty() || hunk.theirs.is_empty() {
        return vec![hunk];
    }
    let differences = changes(&mine[hunk.mine.clone()], &theirs[hunk.theirs.clone()]);
    if differences.is_empty() {
        let choice = Choice::Mine;
        return vec![Hunk { choice, ..hunk }];
    }
    let conflict = |change: Change| Hunk {
        choice: Choice::Conflict,
        mine: hunk.mine.start + change.old.start..hunk.mine.start + change.old.end,
        theirs: hunk.theirs.start + change.new.start..hunk.theirs.start + change.new.end,
    };
    differences.into_iter().map(conflict).collect()
}

/// Joins conflicts that are near each other, because one conflict is easier to read than two.
fn join(hunks: impl Iterator<Item = Hunk>) -> Vec<Hunk> {
    let mut joined: Vec<Hunk> = Vec::new();
    for hunk in hunks {
        match joined.last_mut() {
            Some(last)
                if last.choice == Choice::Conflict
                    && hunk.choice == Choice::Conflict
                    && hunk.mine.start - last.mine.end <= NEAR =>
            {
                last.mine.end = hunk.mine.end;
                last.theirs.end = hunk.theirs.end;
            }
            _ => joined.push(hunk),
        }
    }
    joined
}

fn write(hunks: &[Hunk], sides: Sides, labels: &Labels) -> Merged {
    let mine: Vec<&str> = sides.mine.split_inclusive('\n').collect();
    let theirs: Vec<&str> = sides.theirs.split_inclusive('\n').collect();
    let mut text = String::new();
    let mut conflicts = Vec::new();
    let mut written = 0;
    for hunk in hunks {
        text.extend(mine[written..hunk.mine.start].iter().copied());
        written = hunk.mine.end;
        let (mine, theirs) = (&mine[hunk.mine.clone()], &theirs[hunk.theirs.clone()]);
        match hunk.choice {
            Choice::Mine => text.extend(mine.iter().copied()),
            Choice::Theirs => text.extend(theirs.iter().copied()),
            Choice::Conflict => {
                let first = text.lines().count() + 1;
                text += &conflict(&mine.concat(), &theirs.concat(), labels);
                conflicts.push(first..=text.lines().count());
            }
        }
    }
    text.extend(mine[written..].iter().copied());
    Merged { text, conflicts }
}

/// Both versions of some lines, between markers.
fn conflict(mine: &str, theirs: &str, labels: &Labels) -> String {
    let end = |side: &str| match side.is_empty() || side.ends_with('\n') {
        true => "",
        false => "\n",
    };
    format!(
        "{}\n{mine}{}{MIDDLE}\n{theirs}{}{}\n",
        labels.start(),
        end(mine),
        end(theirs),
        labels.end(),
    )
}
