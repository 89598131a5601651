//! Timestamps as clients write them: whether PostHog can read them, and their values.

use time::format_description::well_known::{Iso8601, Rfc2822, Rfc3339};
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// Whether a timestamp is complete and has a zone, as v1 requires: `2026-01-01T12:00:00Z`, `…+01:00`.
pub fn is_rfc3339(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// Whether the older endpoints can read a timestamp. Otherwise they use the time of arrival.
///
/// The formats follow `parse_date` in PostHog's `rust/common/types/src/timestamp.rs`: ISO 8601 with or without time and zone,
/// slashes between the parts of the date, RFC 2822, and Unix time in seconds to nanoseconds.
pub fn is_readable(text: &str) -> bool {
    milliseconds(text).is_some()
}

/// The time as the older endpoints read it, in milliseconds since 1970.
///
/// A time without a zone is in UTC.
pub fn milliseconds(text: &str) -> Option<i128> {
    if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(of(time));
    }
    let text = text.trim();
    if matches!(text.len(), 10 | 13 | 16 | 19) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i128 = text.parse().ok()?;
        return Some(match text.len() {
            10 => number * 1_000,
            13 => number,
            16 => number / 1_000,
            _ => number / 1_000_000,
        });
    }
    let dashes = text.replace('/', "-").replacen(' ', "T", 1);
    let time = OffsetDateTime::parse(text, &Rfc2822)
        .or_else(|_| OffsetDateTime::parse(&dashes, &Iso8601::PARSING))
        .or_else(|_| {
            PrimitiveDateTime::parse(&dashes, &Iso8601::PARSING).map(PrimitiveDateTime::assume_utc)
        })
        .or_else(|_| {
            Date::parse(&dashes, &Iso8601::PARSING).map(|date| date.midnight().assume_utc())
        });
    time.ok().map(of)
}

fn of(time: OffsetDateTime) -> i128 {
    time.unix_timestamp_nanos().div_euclid(1_000_000)
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

    #[test]
    fn one_moment_may_be_written_in_many_ways() {
        for text in [
            "2026-01-01T12:00:00Z",
            "2026-01-01T13:00:00.000999+01:00",
            "2026-01-01T13:00:00+01",
            "2026-01-01T12:00:00",
            "2026/01/01 12:00:00",
            "Thu, 1 Jan 2026 13:00:00 +0100",
            "1767268800",
            "1767268800000",
            "1767268800000999",
            "1767268800000999999",
        ] {
            assert_eq!(milliseconds(text), Some(1_767_268_800_000), "{text}");
        }
        assert_eq!(milliseconds("2026-01-01"), Some(1_767_225_600_000));
        assert_eq!(milliseconds("yesterday"), None);
    }
}
