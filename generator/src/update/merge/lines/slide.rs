//! Moves changed lines to where a reader expects them.
//!
//! A diff often can call another line the changed one: if a function is added, its `}` or the one before it. Both texts must
//! be treated alike, or else one change looks like two.

/// Slides each group of changed lines of a text.
///
/// It goes down as far as it can, or to the last place where the other text has changed lines, too. Groups that meet become
/// one.
pub fn slide(lines: &[usize], changed: &mut [bool], other_changed: &[bool]) {
    let gaps = gaps(other_changed);
    let mut group = Group {
        lines,
        changed,
        start: 0,
        end: 0,
        gap: 0,
    };
    loop {
        group.extend();
        if group.start < group.end {
            group.settle(&gaps);
        }
        if group.end == lines.len() {
            return;
        }
        group.start = group.end + 1;
        group.end = group.start;
        group.gap += 1;
    }
}

/// Whether there are changed lines before the first unchanged line, the second, and so on, and after the last.
fn gaps(changed: &[bool]) -> Vec<bool> {
    let gaps = changed.split(|changed| !changed);
    gaps.map(|gap| !gap.is_empty()).collect()
}

/// Changed lines that follow each other.
struct Group<'a> {
    lines: &'a [usize],
    changed: &'a mut [bool],
    start: usize,
    end: usize,
    /// The number of unchanged lines before it.
    gap: usize,
}

impl Group<'_> {
    fn settle(&mut self, gaps: &[bool]) {
        let mut is_beside_other;
        loop {
            let length = self.end - self.start;
            while self.up() {}
            is_beside_other = gaps[self.gap];
            while self.down() {
                is_beside_other |= gaps[self.gap];
            }
            // A longer group can perhaps go further.
            if length == self.end - self.start {
                break;
            }
        }
        if is_beside_other {
            while !gaps[self.gap] && self.up() {}
        }
    }

    /// Takes in the changed lines that follow.
    fn extend(&mut self) {
        while self.changed.get(self.end) == Some(&true) {
            self.end += 1;
        }
    }

    fn up(&mut self) -> bool {
        if self.start == 0 || self.lines[self.start - 1] != self.lines[self.end - 1] {
            return false;
        }
        (self.start, self.end, self.gap) = (self.start - 1, self.end - 1, self.gap - 1);
        self.changed[self.start] = true;
        self.changed[self.end] = false;
        while self.start > 0 && self.changed[self.start - 1] {
            self.start -= 1;
        }
        true
    }

    fn down(&mut self) -> bool {
        if self.end == self.lines.len() || self.lines[self.start] != self.lines[self.end] {
            return false;
        }
        self.changed[self.start] = false;
        self.changed[self.end] = true;
        (self.start, self.end, self.gap) = (self.start + 1, self.end + 1, self.gap + 1);
        self.extend();
        true
    }
}
