//! [`Refusal`]: the file does not have the expected shape.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line nearest to the place, counted from 1.
    pub line: usize,
    /// For example "`pages` does not return a chain that begins with `Routes::default()`".
    pub reason: String,
    /// The file has the lines already, so there is nothing to do.
    pub is_there: bool,
}

impl Refusal {
    pub(super) fn new(line: usize, reason: impl Into<String>) -> Self {
        Self {
            line,
            reason: reason.into(),
            is_there: false,
        }
    }

    /// The file is no text that the generators read.
    pub fn not_utf8() -> Self {
        Self::new(1, "the file is not UTF-8")
    }

    /// There is no such file.
    pub fn missing() -> Self {
        Self::new(1, "the file does not exist")
    }

    pub(super) fn there(line: usize, what: &str) -> Self {
        Self {
            is_there: true,
            ..Self::new(line, format!("`{what}` is there already"))
        }
    }
}
