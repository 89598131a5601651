//! Deleting a person.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    pub persons: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the person cannot be deleted at PostHog: {0}")]
pub enum NotDeleted {
    Off(String),
    NotAllowed(String),
    Refused(String),
    Later(String),
}
