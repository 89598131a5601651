//! [`StoredActor`]: the person a job is done for.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The person a job is done for.
///
/// It is a value of the app's own type, stored with the job as JSON. This crate does not interpret it: the
/// app's [`Hooks`](crate::Hooks) read it before each attempt.
///
/// ```
/// use hoglet_jobs::StoredActor;
///
/// let actor = StoredActor::of(&"user 7");
/// assert_eq!(actor.read::<String>().as_deref(), Some("user 7"));
/// assert_eq!(StoredActor::nobody().read::<String>(), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredActor(Option<String>);

impl StoredActor {
    /// No person: for jobs of schedules and commands.
    pub fn nobody() -> Self {
        Self(None)
    }

    /// The person that this value stands for. Keep it small: it is stored with each job.
    ///
    /// # Panics
    ///
    /// If the value cannot be JSON, such as a map whose keys are not texts.
    pub fn of(value: &impl Serialize) -> Self {
        Self(Some(
            serde_json::to_string(value).expect("an actor is a value that JSON can hold"),
        ))
    }

    /// The value; none if there is no person, or if the value has another type.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.0.as_deref()?).ok()
    }

    /// Whether there is no person.
    pub fn is_nobody(&self) -> bool {
        self.0.is_none()
    }

    /// The value as JSON, as it is stored.
    pub(crate) fn stored(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub(crate) fn from_stored(json: Option<String>) -> Self {
        Self(json)
    }
}
