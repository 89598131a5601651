//! Throttles: limits on attempts, such as log-ins, by account and by network.
//!
//! An app declares each [`Throttle`] as a constant, and [`Attempts`] counts for it. Attempts are rows in the
//! database. So a throttle applies to all processes together, and still applies after a restart.
//!
//! # Attempts count before they are allowed
//!
//! An attempt is counted under a lock before it is allowed. So of any number of concurrent requests exactly as
//! many pass as there is room for. A refused attempt does not count: the wait in the answer is true, and
//! retries do not make it longer.
//!
//! Sometimes the app knows only later whether an attempt counts, because it must check a password first. Then
//! it [reserves](Attempts::reserve) room, and releases it after a success.
//!
//! # Room for the owner of an account
//!
//! Attempts by strangers do not lock out the owner. A network is [known](known_network) if the owner is logged
//! in there, or has logged in there within three months. Attempts from known networks are counted separately.
//! A stranger cannot use that room, because this takes a log-in.
//!
//! Known limitation: while strangers at many networks keep trying, an owner at a new network has to wait too.

mod attempts;
mod limit;
mod reservation;
mod room;

pub mod accounts;
pub mod attempt;
pub mod keyed_hash;
pub mod known_network;

pub use attempts::{Attempt, Attempts, delete_expired};
pub use limit::Throttle;
pub use reservation::Reservation;
