//! Times as clients write them: whether PostHog could read them.

use time::format_description::well_known::{Iso8601, Rfc2822, Rfc3339};
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// Complete and with its zone, as v1 wants it: `2026-01-01T12:00:00Z`, `…+01:00`.
pub fn is_rfc3339(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// What the older endpoints make sense of; anything else they replace by the time of arrival. After `parse_date` in
/// PostHog's `rust/common/types/src/timestamp.rs`: ISO 8601 with or without time and zone, slashes between the parts of
/// the date, RFC 2822, and Unix time in seconds to nanoseconds.
pub fn is_readable(text: &str) -> bool {
    if is_rfc3339(text) {
        return true;
    }
    let text = text.trim();
    if matches!(text.len(), 10 | 13 | 16 | 19) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return true;
    }
    let dashes = text.replace('/', "-").replacen(' ', "T", 1);
    OffsetDateTime::parse(text, &Rfc2822).is_ok()
        || OffsetDateTime::parse(&dashes, &Iso8601::PARSING).is_ok()
        || PrimitiveDateTime::parse(&dashes, &Iso8601::PARSING).is_ok()
        || Date::parse(&dashes, &Iso8601::PARSING).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_words() {
        for (text, rfc3339, readable) in [
            ("2026-01-01T12:00:00Z", true, true),
            ("2026-01-01T12:00:00.123456+01:00", true, true),
            ("2026-01-01T12:00:00", false, true),
            ("2026-01-01T12:00:00+01", false, true),
            ("2026-01-01 12:00:00", false, true),
            ("2026-01-01", false, true),
            ("2026/01/01", false, true),
            ("Tue, 1 Jul 2003 10:52:37 +0200", false, true),
            ("1672574400000", false, true),
            ("yesterday", false, false),
            ("", false, false),
            ("2026-13-01T12:00:00Z", false, false),
            ("12", false, false),
        ] {
            assert_eq!(is_rfc3339(text), rfc3339, "{text} as RFC 3339");
            assert_eq!(is_readable(text), readable, "{text}");
        }
    }
}
