//! The difference between two versions of a text: ranges of lines to copy, and lines to insert.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A piece of the new text. In JSON it is `[12, 40]` or `"the lines\n"`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Step {
    /// Lines of the old text: from the first number, counted from 0, up to the second.
    Copy(usize, usize),
    Insert(String),
}

/// The steps that make the text `after` from the text `before`.
pub fn between(before: &str, after: &str) -> Vec<Step> {
    let (before, after) = (lines(before), lines(after));
    let insert = |range: Range<usize>| Some(Step::Insert(after[range].concat()));
    capture_diff_slices(Algorithm::Myers, &before, &after)
        .into_iter()
        .filter_map(|operation| match operation {
            DiffOp::Equal { old_index, len, .. } => Some(Step::Copy(old_index, old_index + len)),
            DiffOp::Delete { .. } => None,
            DiffOp::Insert { .. } | DiffOp::Replace { .. } => insert(operation.new_range()),
        })
        .collect()
}

/// The new text. Fails if the steps do not match this old text.
pub fn apply(before: &str, steps: &[Step]) -> Result<String, String> {
    let lines = lines(before);
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Insert(inserted) => text.push_str(inserted),
            Step::Copy(start, end) => {
                let copied = lines.get(*start..*end).ok_or_else(|| {
                    format!("no lines {start} to {end} in a text of {}", lines.len())
                })?;
                text.extend(copied.iter().copied());
            }
        }
    }
    Ok(text)
}

/// Lines with their ends. A carriage return is part of the line.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_changed_lines_are_in_the_steps() {
        let steps = between("a\nb\nc\nd\n", "a\nB\nc\nd\ne\n");
        let insert = |text: &str| Step::Insert(text.to_owned());
        assert_eq!(
            steps,
            [
                Step::Copy(0, 1),
                insert("B\n"),
                Step::Copy(2, 4),
                insert("e\n")
            ]
        );
        let json = serde_json::to_string(&steps).unwrap();
        assert_eq!(json, r#"[[0,1],"B\n",[2,4],"e\n"]"#);
        assert_eq!(serde_json::from_str::<Vec<Step>>(&json).unwrap(), steps);
    }

    #[test]
    fn ends_of_lines_and_of_the_text_are_kept() {
        for (before, after) in [
            ("", ""),
            ("", "a"),
            ("a", ""),
            ("a\n", "a"),
            ("a", "a\n"),
            ("a\nb\n", "a\r\nb\r\n"),
            ("a\r\nb", "a\r\nb\r\n"),
            ("a\rb\n", "a\nb\r"),
            ("\n\n", "\n"),
        ] {
            let steps = between(before, after);
            assert_eq!(
                apply(before, &steps).unwrap(),
                after,
                "{before:?} {after:?}"
            );
        }
    }

    #[test]
    fn steps_for_another_text_are_an_error() {
        let error = apply("a\n", &[Step::Copy(0, 2)]).unwrap_err();
        assert_eq!(error, "no lines 0 to 2 in a text of 1");
        assert!(apply("a\nb\n", &[Step::Copy(2, 1)]).is_err());
    }

    proptest! {
        #[test]
        fn every_text_is_made_from_every_other(
            before in "(a|b|é|\r|\n|\r\n){0,30}",
            after in "(a|b|é|\r|\n|\r\n){0,30}",
        ) {
            let steps = between(&before, &after);
            prop_assert_eq!(apply(&before, &steps).unwrap(), after);
        }
    }
}
