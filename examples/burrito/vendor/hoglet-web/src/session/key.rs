//! Typed keys for what a session holds.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use tower_sessions::session;

use crate::error::Result;

/// A name in the session with the type of its value. An app declares each of its own once:
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
    /// A key of this name. Two keys of one name would overwrite each other's value.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            value: PhantomData,
        }
    }
}

/// A value of a session. One that cannot be read any more, because a deploy has changed its type,
/// counts as absent: an error would meet its visitor on every page until they log out.
pub(crate) async fn value<T: DeserializeOwned>(
    session: &tower_sessions::Session,
    key: &'static str,
) -> Result<Option<T>> {
    match session.get(key).await {
        Err(session::Error::SerdeJson(_)) => {
            tracing::warn!(
                key,
                "a session's value has another type; it counts as absent"
            );
            Ok(None)
        }
        found => Ok(found?),
    }
}
