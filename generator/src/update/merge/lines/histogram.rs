//! The histogram diff. It finds the equal part around the rarest line, and repeats this before and after that part.
//!
//! `similar` has a histogram diff, too, but it first removes the equal lines at both ends. This changes the counts, and git
//! does not do it.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A line that occurs more often than this cannot be an anchor.
const RARE: usize = 64;

/// The lines that two ranges have in common.
enum Common {
    Nothing,
    /// Only lines that occur too often.
    OnlyFrequent,
    Anchor(Anchor),
}

/// A range of equal lines in both texts.
struct Anchor {
    old: Range<usize>,
    new: Range<usize>,
}

/// For each line of the old text, and of the new text: whether it changed.
pub fn histogram(old: &[usize], new: &[usize]) -> (Vec<bool>, Vec<bool>) {
    let mut old_changed = vec![true; old.len()];
    let mut new_changed = vec![true; new.len()];
    let mut mark_equal = |old: Range<usize>, new: Range<usize>| {
        old_changed[old].fill(false);
        new_changed[new].fill(false);
    };

    let mut pending = vec![(0..old.len(), 0..new.len())];
    while let Some((in_old, in_new)) = pending.pop() {
        match common(old, in_old.clone(), new, in_new.clone()) {
            Common::Nothing => {}
            Common::Anchor(anchor) => {
                pending.push((
                    in_old.start..anchor.old.start,
                    in_new.start..anchor.new.start,
                ));
                pending.push((anchor.old.end..in_old.end, anchor.new.end..in_new.end));
                mark_equal(anchor.old, anchor.new);
            }
            Common::OnlyFrequent => {
                let (old, new) = (&old[in_old.clone()], &new[in_new.clone()]);
                for operation in capture_diff_slices(Algorithm::Myers, old, new) {
                    if let DiffOp::Equal {
                        old_index,
                        new_index,
                        len,
                    } = operation
                    {
                        let (old, new) = (in_old.start + old_index, in_new.start + new_index);
                        mark_equal(old..old + len, new..new + len);
                    }
                }
            }
        }
    }
    (old_changed, new_changed)
}

/// Finds the equal part with the rarest line. If several are equally rare, the longest part is chosen.
fn common(old: &[usize], in_old: Range<usize>, new: &[usize], in_new: Range<usize>) -> Common {
    let mut places: HashMap<usize, Vec<usize>> = HashMap::new();
    for place in in_old.clone() {
        places.entry(old[place]).or_default().push(place);
    }

    let mut best: Option<Anchor> = None;
    let mut best_length = 1;
    let mut best_count = RARE + 1;
    let mut has_common = false;
    let mut at = in_new.start;
    while at < in_new.end {
        let line = at;
        at += 1;
        let Some(places_of_line) = places.get(&new[line]) else {
            continue;
        };
        has_common = true;
        if places_of_line.len() > best_count {
            continue;
        }
        let mut end_of_last = in_old.start;
        for &place in places_of_line {
            if place < end_of_last {
                continue;
            }
            let (before, after) = (&old[in_old.start..place], &new[in_new.start..line]);
            let above = equal(before.iter().rev(), after.iter().rev());
            let below = equal(&old[place..in_old.end], &new[line..in_new.end]);
            let anchor = Anchor {
                old: place - above..place + below,
                new: line - above..line + below,
            };
            end_of_last = anchor.old.end;
            at = at.max(anchor.new.end);

            let counts = old[anchor.old.clone()]
                .iter()
                .map(|line| places[line].len());
            let count = counts.min().expect("an anchor has lines");
            let length = above + below;
            if count < best_count || length > best_length {
                (best_count, best_length) = (count, length);
                best = Some(anchor);
            }
        }
    }
    match best {
        _ if has_common && best_count > RARE => Common::OnlyFrequent,
        Some(anchor) => Common::Anchor(anchor),
        None => Common::Nothing,
    }
}

/// The number of equal lines before the first difference.
fn equal<'a>(
    one: impl IntoIterator<Item = &'a usize>,
    other: impl IntoIterator<Item = &'a usize>,
) -> usize {
    let pairs = one.into_iter().zip(other);
    pairs.take_while(|(one, other)| one == other).count()
}
