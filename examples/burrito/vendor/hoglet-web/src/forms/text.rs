//! Fields of text: one line, several lines, a mail address, a web address.

use url::Url;

use super::input::InputType;
use crate::email::Email;
use crate::text::{composed, is_visible, tidied};

/// The longest line, in characters.
const MAX_LINE: usize = 255;
/// The longest text of several lines, in characters.
const MAX_LINES: usize = 100_000;
/// The longest web address, in bytes. Browsers and proxies refuse longer ones, and so does an index of PostgreSQL.
const MAX_ADDRESS: usize = 2000;

const EMPTY: &str = "Fill this in.";

/// One line of text, of at most 255 characters, without the space around it.
#[derive(Clone, Copy, Debug)]
pub struct Line;

impl InputType for Line {
    type Value = String;

    fn read(typed: &str) -> Result<String, String> {
        let line = composed(&tidied(typed)).into_owned();
        check_length(&line, MAX_LINE)?;
        if line.chars().any(char::is_control) {
            return Err("Write one line, without control characters.".into());
        }
        Ok(line)
    }

    fn write(value: &String) -> String {
        value.clone()
    }
}

/// Text of several lines, of at most 100,000 characters. Its lines end with `\n`.
#[derive(Clone, Copy, Debug)]
pub struct MultiLine;

impl InputType for MultiLine {
    type Value = String;

    fn read(typed: &str) -> Result<String, String> {
        // Browsers send `\r\n`.
        let text = typed.replace("\r\n", "\n").replace('\r', "\n");
        let text = composed(&text).into_owned();
        check_length(&text, MAX_LINES)?;
        if text.chars().any(is_unprintable) {
            return Err("Remove the control characters, which cannot be stored.".into());
        }
        Ok(text)
    }

    fn write(value: &String) -> String {
        value.clone()
    }
}

/// A mail address. Only a mail that arrives proves that it exists.
impl InputType for Email {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, String> {
        match Self::is_well_formed(typed) {
            true => Ok(Self::normalized(typed)),
            false if !is_visible(typed) => Err(EMPTY.into()),
            false => Err("Write an e-mail address such as you@example.com.".into()),
        }
    }

    fn write(value: &Self) -> String {
        value.for_people()
    }
}

/// The address of a page, which begins with `http://` or `https://`.
///
/// Pages link it. An address with another scheme, such as `javascript:`, could run code on the page.
#[derive(Clone, Copy, Debug)]
pub struct WebAddress;

impl InputType for WebAddress {
    type Value = String;

    fn read(typed: &str) -> Result<String, String> {
        let address = tidied(typed);
        if !is_visible(&address) {
            return Err(EMPTY.into());
        }
        if address.len() > MAX_ADDRESS {
            return Err("This address is too long.".into());
        }
        let has_space = |letter: char| letter.is_whitespace() || letter.is_control();
        let url = Url::parse(&address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && !address.contains(has_space))
            // On a page, `https:example.com` is a path of the app itself.
            .filter(|url| {
                let rest = address.get(url.scheme().len()..);
                rest.is_some_and(|rest| rest.starts_with("://"))
            });
        match url {
            // A link such as https://bank.example@evil.example deceives its readers.
            Some(url) if !url.username().is_empty() || url.password().is_some() => {
                Err("Remove the user name and the password from the address.".into())
            }
            Some(_) => Ok(address),
            None => Err("Write a web address such as https://example.com.".into()),
        }
    }

    fn write(value: &String) -> String {
        value.clone()
    }
}

fn check_length(text: &str, max: usize) -> Result<(), String> {
    if !is_visible(text) {
        return Err(EMPTY.into());
    }
    if text.chars().count() > max {
        return Err(format!("Write at most {max} characters."));
    }
    Ok(())
}

/// Whether a character must not be in a text. PostgreSQL, for example, cannot store NUL.
fn is_unprintable(letter: char) -> bool {
    letter.is_control() && letter != '\n' && letter != '\t'
}
