//! Visitor ids: random UUIDs of version 7, which contain their date.
//!
//! An id can be linked to one user only, and `visitor_links` stores this link. The date limits the size
//! of that table: an id is refused a year after it was made, as if it had no signature. So its row can
//! be deleted a day later.
//!
//! Cookies of earlier versions contain ids without a date (version 4). They are refused too: if such an
//! id is replayed after its row was deleted, it could be linked to a second person.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a visitor id is valid.
pub const LIFETIME: Duration = Duration::days(365);
/// How wrong a machine's clock may be when it makes or reads an id.
const MAX_CLOCK_ERROR: Duration = Duration::days(1);

/// A new visitor's id.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// The id in a visitor cookie, unless it is too old or too far in the future.
///
/// A wrong clock explains at most `MAX_CLOCK_ERROR`.
pub fn read_id(cookie: &str, now: OffsetDateTime) -> Option<Uuid> {
    let id: Uuid = cookie
        .parse()
        .ok()
        .filter(|id: &Uuid| id.get_version_num() == 7)?;
    let (seconds, _) = id.get_timestamp()?.to_unix();
    let made_at = OffsetDateTime::from_unix_timestamp(seconds.try_into().ok()?).ok()?;
    (now - LIFETIME..=now + MAX_CLOCK_ERROR)
        .contains(&made_at)
        .then_some(id)
}

/// Every process refuses ids below this one, even if its clock is wrong by `MAX_CLOCK_ERROR`.
pub fn oldest_valid_id(now: OffsetDateTime) -> Uuid {
    let milliseconds = (now - LIFETIME - MAX_CLOCK_ERROR).unix_timestamp().max(0) as u64 * 1000;
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &[0; 10]).into_uuid()
}
