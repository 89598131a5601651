//! Prepares addresses for PostHog: shortens them and removes secrets.
//!
//! If a query parameter's name looks like that of a secret, its value is replaced: `?token=redacted`.
//! Everything else stays the same, byte for byte. Fragments are treated like queries, because some log-ins
//! return `#access_token=…`. So are values that are addresses themselves, such as
//! `?next=%2Freset%3Ftoken%3D…`.

use std::borrow::Cow;

use form_urlencoded::{byte_serialize, parse};

use hoglet_errors::mask_tokens;

/// The length of the longest address that is sent, in characters.
pub const MAX_CHARACTERS: usize = 2000;

/// Names of secrets, anywhere in a parameter's name: `access_token`, `clientSecret`.
pub const SECRETS: &[&str] = &["token", "password", "secret", "signature"];
/// Names of secrets, only at the end of a word: `api_key`, `apikey` and `key[0]`, but not `keyword`.
pub const SECRETS_AT_THE_END: &[&str] = &["code", "key"];
const REDACTED: &str = "redacted";
/// How many levels of addresses within addresses are searched.
const MAX_DEPTH: usize = 4;

/// The address without secrets, cut to [`MAX_CHARACTERS`].
pub fn safe(url: &str) -> String {
    // Mask tokens before cutting: the beginning of a token is nearly as secret as all of it.
    let url = mask_tokens(url);
    // Cut before the search for parameters, to bound its work. A parameter's name comes before its value, so
    // it is not cut off while the value stays.
    let url = without_secrets(cut(&url, MAX_CHARACTERS));
    cut(&url, MAX_CHARACTERS).to_owned()
}

/// The first `characters` of a text.
pub fn cut(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters);
    end.map_or(text, |(end, _)| &text[..end])
}

/// The address with the values of secret parameters replaced.
pub fn without_secrets(url: &str) -> Cow<'_, str> {
    let Some(path_end) = url.find(['?', '#']) else {
        return Cow::Borrowed(url);
    };
    let (path, parameters) = url.split_at(path_end);
    match redact(parameters, MAX_DEPTH) {
        Some(parameters) => Cow::Owned(format!("{path}{parameters}")),
        None => Cow::Borrowed(url),
    }
}

/// The parameters without secrets; none if there is no secret in them.
fn redact(parameters: &str, depth: usize) -> Option<String> {
    let mut redacted = String::new();
    let mut found = false;
    let mut in_fragment = false;
    let mut rest = parameters;
    while !rest.is_empty() {
        let name_begin = rest.len() - rest.trim_start_matches(['?', '#', '&', ';']).len();
        in_fragment |= rest[..name_begin].contains('#');
        redacted.push_str(&rest[..name_begin]);
        rest = &rest[name_begin..];

        let end = rest.find(['?', '#', '&', ';']).unwrap_or(rest.len());
        let (name, value) = rest[..end].split_once('=').unwrap_or(("", &rest[..end]));
        redacted.push_str(&rest[..end - value.len()]);
        if looks_secret(&decoded(name)) {
            // A secret may contain characters that otherwise begin a parameter, such as `;` and `?`.
            let value_end = rest.find(|letter| letter == '&' || letter == '#' && !in_fragment);
            let end = value_end.unwrap_or(rest.len());
            redacted.push_str(REDACTED);
            found = true;
            rest = &rest[end..];
            continue;
        }
        match redact_nested(value, depth) {
            Some(nested) => {
                redacted.push_str(&nested);
                found = true;
            }
            None => redacted.push_str(value),
        }
        rest = &rest[end..];
    }
    found.then_some(redacted)
}

/// A value without secrets, if it contains parameters with secrets.
fn redact_nested(value: &str, depth: usize) -> Option<String> {
    let plain = decoded(value);
    if depth == 0 || !plain.contains('=') && plain == value {
        return None;
    }
    let redacted = redact(&plain, depth - 1)?;
    Some(if plain == value {
        redacted
    } else {
        byte_serialize(redacted.as_bytes()).collect()
    })
}

/// A name or a value without percent-encoding, as a server reads it.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    // The text is parsed as a name, which would end at a `=`.
    let pair = text.replace('=', "%3D");
    let name = parse(pair.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned());
    Cow::Owned(name.unwrap_or_default())
}

fn looks_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|letter: char| !letter.is_alphanumeric());
    SECRETS.iter().any(|secret| name.contains(secret))
        || words.any(|word| SECRETS_AT_THE_END.iter().any(|end| word.ends_with(end)))
}
