//! Splits a text with conflict markers into the texts of both sides.

use std::ops::RangeInclusive;

/// A text for each side.
#[derive(Debug, PartialEq, Eq)]
pub struct Sides {
    pub mine: String,
    pub theirs: String,
}

impl Sides {
    /// The same text for both sides.
    pub fn same(result: &str) -> Self {
        Self {
            mine: result.to_owned(),
            theirs: result.to_owned(),
        }
    }
}

/// The result with all conflicts resolved for mine, and with all conflicts resolved for theirs.
///
/// `conflicts` has the lines of each conflict, counted from 1. `None` if there are no markers at these lines.
///
/// `originals` are both files before the merge.
pub fn sides(
    result: &str,
    conflicts: &[RangeInclusive<usize>],
    originals: &Sides,
) -> Option<Sides> {
    let lines: Vec<&str> = result.lines().collect();
    let mut sides = Sides::same("");
    let mut done = 0;
    let push = |text: &mut String, lines: &[&str]| {
        for line in lines {
            *text += line;
            text.push('\n');
        }
    };
    for conflict in conflicts {
        let (first, last) = (
            conflict.start().checked_sub(1)?,
            conflict.end().checked_sub(1)?,
        );
        let outside = lines.get(done..first)?;
        push(&mut sides.mine, outside);
        push(&mut sides.theirs, outside);
        let (my_lines, their_lines) = parts(lines.get(first..=last)?, originals)?;
        push(&mut sides.mine, my_lines);
        push(&mut sides.theirs, their_lines);
        done = last + 1;
    }
    let outside = lines.get(done..)?;
    push(&mut sides.mine, outside);
    push(&mut sides.theirs, outside);
    Some(sides)
}

/// The lines of both sides in a conflict.
///
/// A line of a file can look like the middle marker. The right marker is the one that gives two parts that are in the
/// originals.
fn parts<'a, 'b>(
    lines: &'a [&'b str],
    originals: &Sides,
) -> Option<(&'a [&'b str], &'a [&'b str])> {
    let (start, rest) = lines.split_first()?;
    let (end, inside) = rest.split_last()?;
    if !start.starts_with("<<<<<<< ") || !end.starts_with(">>>>>>> ") {
        return None;
    }
    let divided = (0..inside.len()).filter(|at| inside[*at] == "=======");
    let divided: Vec<_> = divided
        .map(|at| (&inside[..at], &inside[at + 1..]))
        .collect();
    let mut right = divided.iter().filter(|(mine, theirs)| {
        is_part_of(mine, &originals.mine) && is_part_of(theirs, &originals.theirs)
    });
    // The merge of a manifest can write lines that are in neither file. Then the first marker is taken.
    right.next().or(divided.first()).copied()
}

fn is_part_of(part: &[&str], text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    part.is_empty() || lines.windows(part.len()).any(|at| at == part)
}
