//! [`Unique`]: what happens if a job with the same unique key waits.

/// What happens if a job with the same unique key waits.
///
/// This is about jobs of one kind, see [`unique_key`](crate::Job::unique_key). If the other job does not wait
/// but runs, the new job is always enqueued. It begins when the running one has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unique {
    /// The waiting job stays as it is, and the new one is dropped.
    #[default]
    Keep,
    /// The waiting job gets the fields, the time and the attempts of the new one.
    ///
    /// So a job that waits for its next attempt runs earlier. A job with a delay runs once no new
    /// job was enqueued for that long.
    Replace,
}
