//! [`Unique`]: what happens if a job with the same unique key waits.

/// What happens if a job of the same kind with the same [`unique_key`](crate::Job::unique_key) waits. If it runs
/// instead, the new job is enqueued either way, and begins when the running one has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unique {
    /// The waiting job stays as it is, and the new one is dropped.
    #[default]
    Keep,
    /// The waiting job gets the fields, the time and the attempts of the new one. So a job that waits for its
    /// next attempt runs earlier, and a job with a delay runs when no new one has come for that long.
    Replace,
}
