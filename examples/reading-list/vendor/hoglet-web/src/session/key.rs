//! Typed keys for the values of a session.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use tower_sessions::session;

use crate::error::Result;

/// The name and the type of a value in the session. An app declares each key once:
///
/// ```
/// use hoglet_web::session::Key;
///
/// const LAST_SEARCH: Key<String> = Key::new("last_search");
/// ```
#[derive(Debug)]
pub struct Key<T> {
    pub(crate) name: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    /// A key with this name. Two keys with the same name would overwrite each other's value.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            value: PhantomData,
        }
    }
}

/// Reads a value of a session.
///
/// If a deploy has changed the type of the value, it counts as absent. An error would break every page of
/// this visitor until they log out.
pub(crate) async fn value<T: DeserializeOwned>(
    session: &tower_sessions::Session,
    key: &'static str,
) -> Result<Option<T>> {
    match session.get(key).await {
        Err(session::Error::SerdeJson(_)) => {
            tracing::warn!(
                key,
                "a session value has an unexpected type; it counts as absent"
            );
            Ok(None)
        }
        found => Ok(found?),
    }
}
