//! Addresses as PostHog may see them: short, and without secrets.
//!
//! A query parameter with a name like a secret's loses its value: `?token=redacted`. Everything else stays as it was
//! sent, byte for byte. Fragments are read like queries, because some log-ins
//! come back with `#access_token=…`, and so are values that are addresses themselves, such as
//! `?next=%2Freset%3Ftoken%3D…`.

use std::borrow::Cow;

use form_urlencoded::{byte_serialize, parse};

use hoglet_errors::mask_tokens;

/// Longest address that is sent, in characters.
pub const MAX_CHARACTERS: usize = 2000;

/// Names of secrets, also as a part: `access_token`, `clientSecret`.
pub const SECRETS: &[&str] = &["token", "password", "secret", "signature"];
/// These end words that are none (`key` begins `keyword`): only at a word's end, as in `api_key`,
/// `apikey` and `key[0]`.
pub const SECRETS_AT_THE_END: &[&str] = &["code", "key"];
const REDACTED: &str = "redacted";
/// How deep an address may stand in an address.
const MAX_DEPTH: usize = 4;

/// Without secrets, and cut to the bound.
pub fn safe(url: &str) -> String {
    // Before anything is cut off: most of a token is nearly as good as all of it.
    let url = mask_tokens(url);
    // Cut first: what is read then is bounded too, and what is cut off holds no name of what stays.
    let url = without_secrets(cut(&url, MAX_CHARACTERS));
    cut(&url, MAX_CHARACTERS).to_owned()
}

/// The beginning of a text.
pub fn cut(text: &str, characters: usize) -> &str {
    let end = text.char_indices().nth(characters);
    end.map_or(text, |(end, _)| &text[..end])
}

/// The address with the values of secrets taken out.
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

/// The parameters without secrets, where there is one among them.
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
            // A secret may hold what would otherwise begin the next parameter.
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

/// A value that holds parameters itself.
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

/// A name or a value as a server reads it.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    // As a name it would end at a `=`.
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
