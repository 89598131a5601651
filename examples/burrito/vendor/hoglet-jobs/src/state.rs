//! [`JobState`]: what an app's jobs work with.

/// What an app's jobs work with: its database, its settings, its mail server.
pub trait JobState: Clone + Send + Sync + 'static {
    /// What each attempt gets besides, as [`Run::context`](crate::Run::context). The app's
    /// [`Hooks`](crate::Hooks) make it from the job's [`Actor`](crate::Actor).
    type Context: Clone + Send + Sync + 'static;
}

impl JobState for () {
    type Context = ();
}
