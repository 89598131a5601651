//! Moments as the tables keep them.

use time::OffsetDateTime;

/// Milliseconds since 1970. SQLite keeps a timestamp as text, in which a whole second compares as later
/// than a fraction of it.
pub fn milliseconds(moment: OffsetDateTime) -> i64 {
    moment.unix_timestamp() * 1000 + i64::from(moment.millisecond())
}
