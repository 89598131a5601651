//! The delivery of events, which never happens.

use serde::Serialize;
use tokio::sync::oneshot;

pub type Delivered = oneshot::Receiver<()>;

pub(in crate::posthog) fn never_delivered() -> Delivered {
    oneshot::channel().1
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub captured: u64,
    pub delivered: u64,
    pub waiting: u64,
    pub lost: u64,
    pub dropped: u64,
    pub waiting_bytes: usize,
}
