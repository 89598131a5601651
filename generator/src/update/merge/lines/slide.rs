//! Moves groups of changed lines to the same places as git.
//!
//! A diff often has a choice between equal lines. If a function was added, the new `}` can be its own or the one before it.
//! Both texts must follow the same rule, because otherwise one change looks like two.

/// Slides each group of changed lines of a text.
///
/// A group moves down as far as possible. But if the other text has changed lines at one of the possible places, the group
/// moves to the last of these places. Groups that meet become one.
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

/// Whether there are changed lines before each unchanged line, and after the last one.
fn gaps(changed: &[bool]) -> Vec<bool> {
    let gaps = changed.split(|changed| !changed);
    gaps.map(|gap| !gap.is_empty()).collect()
}

/// Consecutive changed lines.
struct Group<'a> {
    lines: &'a [usize],
    changed: &'a mut [bool],
    start: usize,
    end: usize,
    /// The number of unchanged lines before the group, which is also the index of its gap.
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
            // If the group has become longer, it can perhaps move further.
            if length == self.end - self.start {
                break;
            }
        }
        if is_beside_other {
            while !gaps[self.gap] && self.up() {}
        }
    }

    /// Adds the changed lines that follow to the group.
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
