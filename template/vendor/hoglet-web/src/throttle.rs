//! Throttles: how often something may be tried, by account and by network.
//!
//! A throttle is a constant of the app's, and [`Attempts`] counts for it. Attempts are rows in the
//! database, so that a throttle holds for all processes together, and after a restart.
//!
//! # Counted first
//!
//! An attempt is counted before it is let through, under a lock: of any number of requests at the same
//! time exactly as many pass as there is room for. An attempt that is refused is not counted, so the
//! wait that the answer names is true, and nobody makes it longer by asking again. Where it is known
//! only later whether an attempt counts (a password has to be checked first), its room is
//! [reserved](Attempts::reserve), and given back.
//!
//! # Room for the owner
//!
//! What strangers have used up does not lock out the owner of an account. Attempts from a network that
//! the account [is known at](known_network) are counted by themselves: a user of it is signed in there,
//! or has logged in there within three months. A stranger cannot get that room, because it takes a
//! log-in. What stays open: an owner who is at a new network, while strangers at many networks go on
//! trying, waits as they do.

mod attempts;
mod limit;

pub mod attempt;
pub mod keyed_hash;
pub mod known_network;

pub use attempts::{Attempts, Reserved, Who, delete_expired};
pub use limit::Throttle;
