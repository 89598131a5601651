//! [`Spot`]: the exact position for new lines.

use super::lines::{Lines, indented};

pub struct Spot {
    /// The lines are inserted before this one, counted from 0.
    pub line: usize,
    pub indentation: String,
    /// Whether a blank line is inserted before them.
    pub blank_line: bool,
    /// The line before is divided first, after this many bytes: `flags! {}` into `flags! {` and `}`.
    pub divide: Option<usize>,
}

impl Spot {
    pub fn before(line: usize, indentation: String) -> Self {
        Self {
            line,
            indentation,
            blank_line: false,
            divide: None,
        }
    }

    /// After the last line of the file that is not blank.
    pub fn after_last(lines: &Lines) -> Self {
        let line = lines.after_content(lines.len());
        Self::before(line, String::new()).with_blank_line(line > 0)
    }

    pub fn with_blank_line(self, blank_line: bool) -> Self {
        Self { blank_line, ..self }
    }

    /// Returns the file with the lines, and the lines with their indentation.
    pub fn insert(&self, mut lines: Lines, text: &str) -> (String, String) {
        if let Some(column) = self.divide {
            lines.divide(self.line - 1, column);
        }
        let text = indented(text, &self.indentation);
        lines.insert(self.line, &text);
        if self.blank_line {
            lines.insert(self.line, "\n");
        }
        (lines.text(), text)
    }
}
