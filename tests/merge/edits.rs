//! Random edits of texts, similar to those of people and releases.

use proptest::prelude::*;
use proptest::sample::{Index, select};

#[derive(Debug, Clone)]
pub struct Texts {
    pub base: String,
    pub mine: String,
    pub theirs: String,
}

#[derive(Debug, Clone)]
enum Edit {
    Insert(Index, Vec<Line>),
    Delete(Index, usize),
    Change(Index, Line),
    Move(Index, Index, usize),
    Duplicate(Index, Index, usize),
    Append(Vec<Line>),
    /// Removes the last line end, or adds it.
    LineEndAtTheEnd,
}

#[derive(Debug, Clone)]
enum Line {
    New(u8),
    /// A line that the text already has, such as `}`.
    Known(Index),
}

/// Some edits, one after the other.
#[derive(Debug, Clone)]
pub struct Edits(Vec<Edit>);

impl Edits {
    pub fn apply(&self, text: &str) -> String {
        let lines = text.split_inclusive('\n').map(str::to_owned);
        let edits = self.0.iter();
        edits
            .fold(lines.collect(), |lines: Vec<String>, edit| {
                edit.apply(lines)
            })
            .concat()
    }
}

pub fn edits(most: usize) -> impl Strategy<Value = Edits> {
    prop::collection::vec(edit(), 1..=most).prop_map(Edits)
}

/// A part of a file that both sides change. Both sides make some of the same changes.
pub fn texts(files: Vec<String>) -> impl Strategy<Value = Texts> {
    let part = (
        select(files),
        any::<Index>(),
        prop_oneof![1..12usize, 12..80usize, Just(usize::MAX)],
    );
    let edits = |most| prop::collection::vec(edit(), 0..most);
    (part, edits(3), edits(5), edits(5)).prop_map(|((file, at, length), both, mine, theirs)| {
        let lines: Vec<String> = file.split_inclusive('\n').map(str::to_owned).collect();
        let start = match length {
            usize::MAX => 0,
            _ => at.index(lines.len()),
        };
        let part: Vec<String> = lines.into_iter().skip(start).take(length).collect();
        let changed = |edits: &[Edit]| {
            let edits = both.iter().chain(edits);
            let text = edits.fold(part.clone(), |lines, edit| edit.apply(lines));
            text.concat()
        };
        Texts {
            base: part.concat(),
            mine: changed(&mine),
            theirs: changed(&theirs),
        }
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    let lines = || prop::collection::vec(line(), 1..4);
    prop_oneof![
        4 => (at(), lines()).prop_map(|(at, lines)| Edit::Insert(at, lines)),
        3 => (at(), 1..5usize).prop_map(|(at, count)| Edit::Delete(at, count)),
        4 => (at(), line()).prop_map(|(at, line)| Edit::Change(at, line)),
        1 => (at(), at(), 1..6usize).prop_map(|(from, to, count)| Edit::Move(from, to, count)),
        1 => (at(), at(), 1..6usize).prop_map(|(from, to, count)| Edit::Duplicate(from, to, count)),
        1 => lines().prop_map(Edit::Append),
        1 => Just(Edit::LineEndAtTheEnd),
    ]
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        any::<u8>().prop_map(Line::New),
        any::<Index>().prop_map(Line::Known),
    ]
}

impl Edit {
    fn apply(&self, mut lines: Vec<String>) -> Vec<String> {
        let known = lines.clone();
        let new = |line: &Line| match line {
            Line::Known(at) if !known.is_empty() => at.get(&known).clone(),
            Line::Known(_) => "}\n".to_owned(),
            Line::New(number) => format!("    new_{number}();\n"),
        };
        let place = |at: &Index| at.index(known.len() + 1);
        let range = |at: &Index, count: usize| {
            let start = place(at);
            start..(start + count).min(known.len())
        };
        match self {
            Edit::Insert(at, inserted) => {
                lines.splice(place(at)..place(at), inserted.iter().map(new));
            }
            Edit::Delete(at, count) => drop(lines.drain(range(at, *count))),
            Edit::Change(at, line) => {
                lines.splice(range(at, 1), [new(line)]);
            }
            Edit::Move(from, to, count) => {
                let moved: Vec<String> = lines.drain(range(from, *count)).collect();
                let to = to.index(lines.len() + 1);
                lines.splice(to..to, moved);
            }
            Edit::Duplicate(from, to, count) => {
                let copied = known[range(from, *count)].to_vec();
                lines.splice(place(to)..place(to), copied);
            }
            Edit::Append(appended) => lines.extend(appended.iter().map(new)),
            Edit::LineEndAtTheEnd => {
                if let Some(last) = lines.last_mut()
                    && last.len() > 1
                {
                    *last = match last.strip_suffix('\n') {
                        Some(line) => line.to_owned(),
                        None => format!("{last}\n"),
                    };
                }
            }
        }
        // Every line except the last must have a line end.
        let last = lines.len().saturating_sub(1);
        for line in lines.iter_mut().take(last) {
            if !line.ends_with('\n') {
                line.push('\n');
            }
        }
        lines
    }
}

/// A change of one line. Neither side changes the lines before and after it.
#[derive(Debug, Clone, Copy)]
enum Small {
    Keep,
    Change,
    Delete,
    InsertAfter,
}

/// Texts in which both sides change different lines, and the expected text with all changes.
pub fn apart() -> impl Strategy<Value = (Texts, String)> {
    let small = select(vec![
        Small::Keep,
        Small::Keep,
        Small::Change,
        Small::Delete,
        Small::InsertAfter,
    ]);
    let edits = prop::collection::vec((small, any::<bool>()), 1..60);
    edits.prop_map(|edits| {
        let line = |number: usize| format!("line {number}\n");
        let mut texts = [(); 4].map(|()| String::new());
        for (number, (small, is_mine)) in edits.into_iter().enumerate() {
            let before = line(2 * number);
            let old = line(2 * number + 1);
            let new = match small {
                Small::Keep => old.clone(),
                Small::Change => format!("changed {number}\n"),
                Small::Delete => String::new(),
                Small::InsertAfter => format!("{old}inserted {number}\n"),
            };
            let mine = if is_mine { &new } else { &old };
            let theirs = if is_mine { &old } else { &new };
            for (text, line) in texts.iter_mut().zip([&old, mine, theirs, &new]) {
                *text += &before;
                *text += line;
            }
        }
        let [base, mine, theirs, expected] = texts;
        (Texts { base, mine, theirs }, expected)
    })
}
