//! E-mail addresses and tokens, taken out of texts that leave the app: log lines and error messages.

use std::borrow::Cow;

/// Characters of a token, see [`tokens`](crate::tokens).
const TOKEN: usize = 43;

/// The text without e-mail addresses and tokens.
pub fn mask_secrets(text: &str) -> String {
    mask_tokens(&mask_emails(text)).into_owned()
}

/// Takes out what has the form of a token: a long word with letters of both cases and digits. A second
/// net behind [`secret_paths`](crate::secret_paths), for what comes from elsewhere, such as a library.
pub fn mask_tokens(text: &str) -> Cow<'_, str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    let looks_like_one = |word: &str| {
        word.len() >= TOKEN
            && word.bytes().any(|byte| byte.is_ascii_uppercase())
            && word.bytes().any(|byte| byte.is_ascii_lowercase())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    if !text.split(|letter| !is_part(letter)).any(looks_like_one) {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    for piece in text.split_inclusive(|letter| !is_part(letter)) {
        let word = piece.trim_end_matches(|letter| !is_part(letter));
        masked.push_str(if looks_like_one(word) { "***" } else { word });
        masked.push_str(&piece[word.len()..]);
    }
    Cow::Owned(masked)
}

/// A database's message may quote the row that broke a rule, and a library's a form.
fn mask_emails(text: &str) -> String {
    if !text.contains('@') {
        return text.to_owned();
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
    masked + rest
}
