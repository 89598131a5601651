//! Times as Hoglet's tables store them.

use time::OffsetDateTime;

/// Milliseconds since 1970.
///
/// SQLite stores a timestamp as text. As text, a whole second compares as later than the same second
/// with a fraction.
pub(crate) fn milliseconds(time: OffsetDateTime) -> i64 {
    time.unix_timestamp() * 1000 + i64::from(time.millisecond())
}
