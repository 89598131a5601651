//! [`Unique`]: what becomes of a job where another one with its unique key waits.

/// What becomes of a job where another one of its kind with the same
/// [`unique_key`](crate::job::Job::unique_key) waits. While that one runs, both of these enqueue the new
/// one: it begins when the other one has come to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unique {
    /// The one that waits stays as it is, and the new one is dropped.
    #[default]
    Keep,
    /// The one that waits gets the fields, the time and the attempts of the new one. So a job that waits
    /// for its next attempt is pulled forward, and one with a delay waits until nothing more comes.
    Replace,
}
