//! Visitor ids: random, and dated by being UUIDs of version 7.
//!
//! An id can be linked to one user only, and `visitor_links` remembers that. The date lets the table
//! forget: an id is refused a year after it was made, like one without a signature, so its row may
//! go a day later. Cookies of before hold ids without a date (version 4). They are refused too, because
//! one that is played back after its row is gone could be linked to a second person.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a visitor is known.
pub const LIFETIME: Duration = Duration::days(365);
/// How far the clocks of two machines may be apart.
const CLOCK_SKEW: Duration = Duration::days(1);

/// A new visitor's id.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// The id in a visitor cookie, unless it is too old, or from a future that no clock explains.
pub fn read_id(cookie: &str, now: OffsetDateTime) -> Option<Uuid> {
    let id: Uuid = cookie
        .parse()
        .ok()
        .filter(|id: &Uuid| id.get_version_num() == 7)?;
    let (seconds, _) = id.get_timestamp()?.to_unix();
    let made_at = OffsetDateTime::from_unix_timestamp(seconds.try_into().ok()?).ok()?;
    (now - LIFETIME..=now + CLOCK_SKEW)
        .contains(&made_at)
        .then_some(id)
}

/// Ids below this one are refused everywhere, whatever its clock says.
pub fn first_living_id(now: OffsetDateTime) -> Uuid {
    let milliseconds = (now - LIFETIME - CLOCK_SKEW).unix_timestamp().max(0) as u64 * 1000;
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &[0; 10]).into_uuid()
}
