//! Line ends are no difference.

use similar::{ChangeTag, TextDiff};

/// The base with the line ends of the user's file.
///
/// A line that both have gets the end that it has in the user's file. So the diff fits to that file, and `git apply -R`
/// takes it.
pub fn as_in(mine: &[u8], base: &[u8]) -> Vec<u8> {
    match (str::from_utf8(mine), str::from_utf8(base)) {
        (Ok(mine), Ok(base)) if mine.contains("\r\n") => as_in_text(mine, base).into_bytes(),
        _ => base.to_vec(),
    }
}

fn as_in_text(mine: &str, base: &str) -> String {
    let (mine_lf, base) = (mine.replace("\r\n", "\n"), base.replace("\r\n", "\n"));
    let own = lines(mine);
    let crlf = mine.matches("\r\n").count();
    let most_end_in_crlf = crlf * 2 > mine.matches('\n').count();
    let diff = TextDiff::from_slices(&lines(&base), &lines(&mine_lf));
    let mut text = String::new();
    for change in diff.iter_all_changes() {
        match (change.tag(), change.new_index()) {
            (ChangeTag::Equal, Some(line)) => text += own[line],
            (ChangeTag::Delete, _) if most_end_in_crlf => {
                text += &change.value().replace('\n', "\r\n");
            }
            (ChangeTag::Delete, _) => text += change.value(),
            _ => {}
        }
    }
    text
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(mine: &str, base: &str) -> String {
        String::from_utf8(as_in(mine.as_bytes(), base.as_bytes())).unwrap()
    }

    #[test]
    fn the_base_gets_the_line_ends_of_mine() {
        assert_eq!(same("a\r\nb\r\n", "a\nb\n"), "a\r\nb\r\n");
        assert_eq!(same("a\nb", "a\nb\n"), "a\nb\n");
        assert_eq!(same("a\r\nb", "a\nb\n"), "a\r\nb\r\n");
    }

    #[test]
    fn a_line_that_is_gone_ends_as_most_lines() {
        assert_eq!(same("a\r\nb\r\n", "a\ngone\nb\n"), "a\r\ngone\r\nb\r\n");
        assert_eq!(same("a\r\nb\nc\n", "a\ngone\nb\nc\n"), "a\r\ngone\nb\nc\n");
    }

    #[test]
    fn bytes_that_are_no_text_stay() {
        assert_eq!(as_in(b"\xff\r\n", b"a\n"), b"a\n");
    }
}
