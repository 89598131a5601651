//! Line ends: a file with CRLF is compared and merged with LF, and is written with CRLF again.

use std::borrow::Cow;

use similar::{ChangeTag, TextDiff};

/// The text of a file with LF as line ends, or `None` if the file is not text.
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
    // Without any CR, the line ends are equal, so the files differ in their lines. This is the usual case.
    if !one.contains(&b'\r') && !other.contains(&b'\r') {
        return false;
    }
    match (text(one), text(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// Gives `contents` the line ends of `model`. A file that is not text stays as it is.
///
/// A common line gets the end that it has in `model`. Any other line gets the most frequent end in `model`.
pub fn like(model: &[u8], contents: &[u8]) -> Vec<u8> {
    match (str::from_utf8(model), text(contents)) {
        (Ok(model), Some(text)) if model.contains("\r\n") => {
            with_line_ends(model, &text).into_bytes()
        }
        (Ok(_), Some(Cow::Owned(text))) => text.into_bytes(),
        _ => contents.to_vec(),
    }
}

fn with_line_ends(model: &str, text: &str) -> String {
    let with_lf = model.replace("\r\n", "\n");
    let lines_of_model = lines(model);
    let crlf = model.matches("\r\n").count();
    let most_end_in_crlf = crlf * 2 > model.matches('\n').count();
    let diff = TextDiff::from_slices(&lines(text), &lines(&with_lf));
    let mut result = String::with_capacity(text.len() + text.len() / 16);
    for change in diff.iter_all_changes() {
        match (change.tag(), change.new_index()) {
            (ChangeTag::Equal, Some(line)) => result += lines_of_model[line],
            (ChangeTag::Delete, _) if most_end_in_crlf => {
                result += &change.value().replace('\n', "\r\n");
            }
            (ChangeTag::Delete, _) => result += change.value(),
            _ => {}
        }
    }
    result
}

/// As in git, only a line feed ends a line.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests;
