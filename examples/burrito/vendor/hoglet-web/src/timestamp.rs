//! Times as Hoglet's tables store them.

use time::OffsetDateTime;

/// Milliseconds since 1970. SQLite stores a timestamp as text, in which a whole second compares as later
/// than a fraction of it.
pub(crate) fn milliseconds(time: OffsetDateTime) -> i64 {
    time.unix_timestamp() * 1000 + i64::from(time.millisecond())
}
