//! [`JobState`]: the app's state, for its jobs.

/// The app's state, for its jobs: its database, its settings, its mail server.
pub trait JobState: Clone + Send + Sync + 'static {
    /// The context of an attempt, see [`Run::context`](crate::Run::context).
    ///
    /// The app's [`Hooks`](crate::Hooks) make it from the job's [`StoredActor`](crate::StoredActor).
    type Context: Clone + Send + Sync + 'static;
}

impl JobState for () {
    type Context = ();
}
