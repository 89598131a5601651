//! The syntax of an `.env` file: one `NAME=value` per line. Values are literal.
//!
//! There is no substitution: `$` has no special meaning, as with `docker --env-file` and systemd. The generator
//! compiles this file too, because `hoglet dev` reads the same `.env`. So the file uses only the standard library.

use std::collections::HashMap;
use std::fmt;

/// A line that is not `NAME=value`. The error does not contain the line's text, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The number of the line, from 1.
    pub number: usize,
}

impl fmt::Display for BadLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        write!(formatter, "line {number} is not NAME=value")
    }
}

impl std::error::Error for BadLine {}

/// Reads the variables. If a name occurs twice, the last value counts.
///
/// - Empty lines and lines that begin with `#` are ignored. So is `export` before a name.
/// - A value without quotes ends at the end of the line, or before a space and a `#`. Spaces around it are removed.
/// - In single quotes everything is literal, including line breaks.
/// - In double quotes `\\`, `\"`, `\$` and `\n` stand for a backslash, a quote, a dollar and a line break.
///
/// # Errors
///
/// The first line that has another form.
pub fn parse(text: &str) -> Result<HashMap<String, String>, BadLine> {
    let text = without_byte_order_mark(text);
    let mut variables = HashMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let number = text[..text.len() - rest.len()].matches('\n').count() + 1;
        let (variable, after) = line(rest).ok_or(BadLine { number })?;
        variables.extend(variable);
        rest = after;
    }
    Ok(variables)
}

/// Removes the byte order mark, which some editors on Windows put at the start of a file.
pub fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

type Variable = (String, String);

/// Reads the first line: its variable, if it has one, and the text after the line.
fn line(text: &str) -> Option<(Option<Variable>, &str)> {
    let (first, after) = text.split_once('\n').unwrap_or((text, ""));
    let trimmed = first.trim();
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return Some((None, after));
    }
    let (name, _) = first.split_once('=')?;
    let value = text[name.len() + 1..].trim_start_matches([' ', '\t', '\r']);
    let (value, after) = match value.chars().next() {
        Some(quote @ ('\'' | '"')) => quoted(&value[1..], quote)?,
        _ => (unquoted(&first[name.len() + 1..]), after),
    };
    Some((Some((valid_name(name)?, value)), after))
}

fn valid_name(name: &str) -> Option<String> {
    let name = name.trim();
    let name = match name.split_once([' ', '\t']) {
        Some(("export", name)) => name.trim_start(),
        _ => name,
    };
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    (begins_well && name.chars().all(is_name)).then(|| name.to_owned())
}

fn unquoted(value: &str) -> String {
    // A comment may follow the equals sign: `NAME= # later`.
    let comment = value
        .char_indices()
        .find(|(at, c)| *c == '#' && value[..*at].ends_with(char::is_whitespace));
    comment
        .map_or(value, |(at, _)| &value[..at])
        .trim()
        .to_owned()
}

/// Reads a value up to its closing quote, and returns the text after the line.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => {
                // Any other backslash is literal.
                let escaped = text[at + 1..].chars().next();
                match escaped.filter(|next| matches!(next, '\\' | '"' | '$' | 'n')) {
                    Some(next) => {
                        value.push(if next == 'n' { '\n' } else { next });
                        chars.next();
                    }
                    None => value.push(c),
                }
            }
            c if c == quote => {
                let rest = &text[at + 1..];
                let (behind, after) = rest.split_once('\n').unwrap_or((rest, ""));
                let nothing = behind.trim().is_empty()
                    || (behind.starts_with(char::is_whitespace)
                        && behind.trim_start().starts_with('#'));
                return nothing.then_some((value, after));
            }
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str) -> String {
        let read = parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(read.len(), 1, "{line}");
        read.into_values().next().unwrap()
    }

    #[test]
    fn a_value_is_taken_literally() {
        for (line, expected) in [
            ("A=pa$word", "pa$word"),
            ("A=$HOME", "$HOME"),
            ("A=${HOME}$$", "${HOME}$$"),
            ("A=\"pa$word ${HOME}\"", "pa$word ${HOME}"),
            ("A='pa$word'", "pa$word"),
            (r"A=C:\data\new", r"C:\data\new"),
            (r"A=pa\$word", r"pa\$word"),
            ("A=it's", "it's"),
            ("A=a\"b", "a\"b"),
            ("A=a=b==", "a=b=="),
            ("A=pa#word", "pa#word"),
            (
                "A=Fancy Shop <shop@example.com>",
                "Fancy Shop <shop@example.com>",
            ),
            ("A=`date`!*", "`date`!*"),
            ("A=ä€🦔", "ä€🦔"),
        ] {
            assert_eq!(value(line), expected, "{line}");
        }
    }

    #[test]
    fn quotes_hold_spaces_hashes_and_line_breaks() {
        for (line, expected) in [
            ("A='a # b'", "a # b"),
            (r#"A="a \"b\" \\ \$c \d""#, r#"a "b" \ $c \d"#),
            (r"A='a \n $b'", r"a \n $b"),
            ("A=\"one\\ntwo\"", "one\ntwo"),
            ("A=\"one\ntwo\" # three", "one\ntwo"),
            ("A=' a '", " a "),
            ("A=''", ""),
        ] {
            assert_eq!(value(line), expected, "{line}");
        }
    }

    #[test]
    fn spaces_comments_and_export_are_ignored() {
        for line in [
            "A=b",
            "\u{feff}A=b",
            "  A = b  ",
            "export A=b\r\n",
            "A=b # c",
            "A='b' #c",
            "# no\n\n\tA=b\t#c\n",
            "A=a\nA=b",
        ] {
            assert_eq!(value(line), "b", "{line:?}");
        }
        for empty in ["A=", "A= # later", "A=\r\n", "A=\"\""] {
            assert_eq!(value(empty), "", "{empty:?}");
        }
        assert_eq!(parse("\n# nothing\n"), Ok(HashMap::new()));
        assert_eq!(
            parse("A=1\n\nexport=2\nB_1.c='x\ny'\nD=3").unwrap().len(),
            4
        );
    }

    #[test]
    fn a_bad_line_is_reported_by_its_number() {
        for line in [
            "A",
            "A b",
            "1A=b",
            "A-B=c",
            "=b",
            "A='b' c",
            "A='b'c",
            "A='b",
            "A=\"b\\\"",
            "sh A=b",
        ] {
            let text = format!("B='one\ntwo'\n# three\n{line}");
            assert_eq!(parse(&text), Err(BadLine { number: 4 }), "{line}");
        }
    }
}
