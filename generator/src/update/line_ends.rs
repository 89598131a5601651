//! Line ends: a file with CRLF is compared and merged with LF, and is written with CRLF again.

use std::borrow::Cow;
use std::collections::HashSet;

/// The text of a file with LF as line ends, or `None` if the file is no text.
pub fn text(contents: &[u8]) -> Option<Cow<'_, str>> {
    // Git regards a file with a null byte as binary, too.
    if contents.contains(&0) {
        return None;
    }
    let text = str::from_utf8(contents).ok()?;
    Some(if text.contains("\r\n") {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    })
}

/// Whether two files are equal, or are texts that differ only in their line ends.
pub fn are_equal(one: &[u8], other: &[u8]) -> bool {
    if one == other {
        return true;
    }
    // Files of different lengths without any CR cannot become equal, and most files have none.
    if !one.contains(&b'\r') && !other.contains(&b'\r') {
        return false;
    }
    match (text(one), text(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// Gives a file the line ends of another one. A file that is no text stays as it is.
pub fn like(model: &[u8], contents: &[u8]) -> Vec<u8> {
    match (str::from_utf8(model), text(contents)) {
        (Ok(model), Some(text)) => LineEnds::of(model).put_into(&text).into_bytes(),
        _ => contents.to_vec(),
    }
}

/// The line ends of a text. They may be mixed.
struct LineEnds<'a> {
    with_crlf: HashSet<&'a str>,
    with_lf: HashSet<&'a str>,
    mostly_crlf: bool,
}

impl<'a> LineEnds<'a> {
    fn of(text: &'a str) -> Self {
        let (mut with_crlf, mut with_lf) = (HashSet::new(), HashSet::new());
        let mut more_crlf = 0;
        let lines = text.split_inclusive('\n');
        for line in lines.filter_map(|line| line.strip_suffix('\n')) {
            match line.strip_suffix('\r') {
                Some(line) => {
                    with_crlf.insert(line);
                    more_crlf += 1;
                }
                None => {
                    with_lf.insert(line);
                    more_crlf -= 1;
                }
            }
        }
        Self {
            with_crlf,
            with_lf,
            mostly_crlf: more_crlf > 0,
        }
    }

    /// Puts these line ends into a text that has LF.
    ///
    /// A new line gets the line end that most lines have.
    fn put_into(&self, text: &str) -> String {
        if self.with_crlf.is_empty() {
            return text.to_owned();
        }
        let mut result = String::with_capacity(text.len() + text.len() / 16);
        for line in text.split_inclusive('\n') {
            let Some(line) = line.strip_suffix('\n') else {
                result += line;
                continue;
            };
            let is_crlf = match (self.with_crlf.contains(line), self.with_lf.contains(line)) {
                (true, false) => true,
                (false, true) => false,
                _ => self.mostly_crlf,
            };
            result += line;
            result += if is_crlf { "\r\n" } else { "\n" };
        }
        result
    }
}

#[cfg(test)]
mod tests;
