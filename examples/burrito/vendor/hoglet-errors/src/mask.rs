//! Removes e-mail addresses and tokens from texts that leave the app: log lines and error messages.

use std::borrow::Cow;

/// Characters of a token: 32 random bytes in URL-safe Base64.
const TOKEN: usize = 43;
/// How many layers of percent-encoding are decoded.
const MAX_DEPTH: usize = 4;

/// The text without e-mail addresses and tokens.
pub fn mask_secrets(text: &str) -> Cow<'_, str> {
    match mask_emails(text) {
        Cow::Borrowed(text) => mask_tokens(text),
        Cow::Owned(text) => Cow::Owned(mask_tokens(&text).into_owned()),
    }
}

/// The text without words that look like tokens.
///
/// Such a word is long and has letters of both cases and digits. It may be percent-encoded.
pub fn mask_tokens(text: &str) -> Cow<'_, str> {
    // Most texts are short, and each line of the log has a dozen.
    if text.len() < TOKEN || !text.split(is_outside).any(holds_a_token) {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_outside) {
        let word = piece.trim_end_matches(is_outside);
        masked.push_str(if holds_a_token(word) { "***" } else { word });
        masked.push_str(&piece[word.len()..]);
    }
    Cow::Owned(masked)
}

/// Whether a character separates words in an address.
fn is_outside(character: char) -> bool {
    !character.is_ascii_alphanumeric() && !matches!(character, '_' | '-' | '%')
}

/// A setting's value without user and password: `https://***@example.com`.
pub fn mask_credentials(value: &str) -> Cow<'_, str> {
    let Some((before, host)) = value.rsplit_once('@') else {
        return Cow::Borrowed(value);
    };
    match before.find("://").map(|at| at + "://".len()) {
        Some(start) => Cow::Owned(format!("{}***@{host}", &before[..start])),
        None if before.contains(':') => Cow::Owned(format!("***@{host}")),
        // An e-mail address.
        None => Cow::Borrowed(value),
    }
}

fn holds_a_token(word: &str) -> bool {
    if word.len() < TOKEN {
        return false;
    }
    let decoded = decoded(word);
    let mut words = decoded.split(|character| is_outside(character) || character == '%');
    words.any(|word| {
        let has = |is: fn(&u8) -> bool| word.bytes().any(|byte| is(&byte));
        word.len() >= TOKEN
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_digit)
    })
}

/// A database's error message may quote a row, and a library's may quote a form.
fn mask_emails(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let is_address = |character: char| character.is_alphanumeric() || "@._%+-".contains(character);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_address) {
        let word = &rest[start..];
        let end = word
            .find(|character| !is_address(character))
            .unwrap_or(word.len());
        masked.push_str(&rest[..start]);
        masked.push_str(if word[..end].trim_matches('@').contains('@') {
            "[e-mail]"
        } else {
            &word[..end]
        });
        rest = &word[end..];
    }
    Cow::Owned(masked + rest)
}

/// The text without percent-encoding, even if it was encoded several times.
pub fn decoded(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MAX_DEPTH {
        match decoded_once(&text) {
            Some(decoded) => text = Cow::Owned(decoded),
            None => break,
        }
    }
    text
}

fn decoded_once(text: &str) -> Option<String> {
    text.contains('%').then_some(())?;
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hexadecimal = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
        match (bytes[at], hexadecimal(at + 1), hexadecimal(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    (decoded != bytes).then(|| String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A_TOKEN: &str = "aB3-aB3_aB3-aB3_aB3-aB3_aB3-aB3_aB3-aB3_aB3";

    #[test]
    fn what_looks_like_a_token_is_taken_out_wherever_it_stands() {
        let encoded = A_TOKEN.replace('B', "%42");
        for (text, masked) in [
            (A_TOKEN.to_owned(), "***"),
            (
                format!("uri=/pass/{A_TOKEN} passed"),
                "uri=/pass/*** passed",
            ),
            (format!("(\"{A_TOKEN}\", {A_TOKEN}é)"), "(\"***\", ***é)"),
            (format!("/pass/{encoded}?a=1"), "/pass/***?a=1"),
            (format!("?next=%2Fpass%2F{A_TOKEN}&a=b"), "?next=***&a=b"),
        ] {
            assert_eq!(mask_secrets(&text), masked);
        }
        for text in [
            "",
            "/blog/how-to-make-the-best-burrito-in-the-whole-wide-world-in-2026",
            "4592aa917d3f49728d13b63a76e9162699999999999999999999999999999999",
            "?utm_campaign=Some%20Long%20Name%20Of%20A%20Campaign%20In%202026%20Or%20So",
            &A_TOKEN[1..],
        ] {
            assert_eq!(mask_tokens(text), text);
        }
    }

    #[test]
    fn a_value_is_shown_without_user_and_password() {
        for (value, shown) in [
            (
                "https://user:hunter2@example.com",
                "https://***@example.com",
            ),
            (
                "https://user:hun/t@r2@example.com/",
                "https://***@example.com/",
            ),
            ("https://phx_key@example.com", "https://***@example.com"),
            ("user:hunter2@example.com", "***@example.com"),
            (
                "https://a.example, https://user:hunter,2@b.example",
                "https://***@b.example",
            ),
            ("no-reply@example.com", "no-reply@example.com"),
            ("https://example.com:8000/a", "https://example.com:8000/a"),
        ] {
            assert_eq!(mask_credentials(value), shown);
        }
    }
}
