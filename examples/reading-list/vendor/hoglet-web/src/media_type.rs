//! Media types in the headers `Content-Type` and `Accept`.
//!
//! Letter case is ignored. Source: RFC 9110, 8.3.1 and 12.5.1.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};

/// Whether a body has a media type, with any parameters.
pub fn is(headers: &HeaderMap, media_type: &str) -> bool {
    let value = headers.get(CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok());
    value.is_some_and(|value| without_parameters(value).eq_ignore_ascii_case(media_type))
}

/// Whether `Accept` names a media type, with a weight above zero. `*/*` does not count.
pub fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let values = headers.get_all(ACCEPT).iter();
    let mut asked = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    asked
        .any(|item| without_parameters(item).eq_ignore_ascii_case(media_type) && weight(item) > 0.0)
}

/// The weight of an item in a list such as `Accept`. The default is 1; a malformed weight is 0.
pub fn weight(item: &str) -> f32 {
    let mut parameters = item.split(';').skip(1);
    let weight = parameters.find_map(|parameter| {
        let (name, weight) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| weight.trim())
    });
    let weight = weight.map_or(Ok(1.0_f32), str::parse);
    weight.unwrap_or(0.0)
}

/// Changes the media type of a body to lower case, because axum's `Form` is case-sensitive. Parameters stay.
pub(crate) fn lower_case(headers: &mut HeaderMap) {
    let Some(value) = headers.get_mut(CONTENT_TYPE) else {
        return;
    };
    let end = value.as_bytes().iter().position(|byte| *byte == b';');
    let mut lower = value.as_bytes().to_vec();
    let end = end.unwrap_or(lower.len());
    lower[..end].make_ascii_lowercase();
    if let Ok(lower) = HeaderValue::from_bytes(&lower) {
        *value = lower;
    }
}

fn without_parameters(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &str, value: &str) -> HeaderMap {
        let name = axum::http::HeaderName::try_from(name).expect("a name");
        HeaderMap::from_iter([(name, value.parse().expect("text"))])
    }

    #[test]
    fn accept_names_a_type_in_any_letter_case() {
        for (asked, expected) in [
            ("text/html", true),
            ("TEXT/Html;q=0.1", true),
            ("application/xml, text/html ; charset=utf-8;Q=1", true),
            ("text/html;q=0", false),
            ("text/html; Q=0.000", false),
            ("*/*", false),
            ("text/*", false),
            ("text/html5", false),
            ("application/xhtml+xml", false),
        ] {
            let headers = headers("accept", asked);
            assert_eq!(accepts(&headers, "text/html"), expected, "{asked}");
        }
    }

    #[test]
    fn a_body_has_a_type_in_any_letter_case() {
        for (value, expected) in [
            ("text/html", true),
            ("Text/HTML; charset=utf-8", true),
            ("text/html;charset=utf-8", true),
            ("text/htmlx", false),
            ("x-text/html", false),
        ] {
            let headers = headers("content-type", value);
            assert_eq!(is(&headers, "text/html"), expected, "{value}");
        }
        let mut sent = headers("content-type", "Multipart/FORM-data; boundary=AbC");
        lower_case(&mut sent);
        assert_eq!(sent[CONTENT_TYPE], "multipart/form-data; boundary=AbC");
    }
}
