//! [`Session`]: reads and writes the values in the session of a request.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use sea_orm::prelude::Uuid;
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::{Duration, OffsetDateTime};

use super::key::{Key, value};
use super::lifetime::{Remember, UNTIL_CLOSED};
use super::store::{ENDS_AT, USER_ID};
use crate::error::Result;
use crate::users::User;

/// The key for the salt of the password with which the session began.
const PASSWORD: &str = "password";
/// The key for the time when the user last logged in or confirmed their password, in Unix seconds.
pub(crate) const CONFIRMED_AT: &str = "confirmed_at";
/// How far in the future a log-in may be, because another machine's clock is ahead.
const MAX_LOG_IN_AHEAD: Duration = Duration::minutes(1);

/// The request's session. Reading an empty one costs nothing and writes no row.
#[derive(Clone)]
pub struct Session {
    values: tower_sessions::Session,
}

impl Session {
    pub(crate) fn new(values: tower_sessions::Session) -> Self {
        Self { values }
    }

    /// The session of a request.
    ///
    /// # Panics
    ///
    /// If the request has not passed the layer `sessions`.
    pub fn of(extensions: &Extensions) -> Self {
        extensions
            .get::<Self>()
            .cloned()
            .expect("the session layer wraps every page")
    }

    /// Reads a value of the app. `None` if it is absent, or if its type has changed.
    ///
    /// # Errors
    ///
    /// If the session cannot be read.
    pub async fn get<T: DeserializeOwned>(&self, key: &Key<T>) -> Result<Option<T>> {
        value(&self.values, key.name).await
    }

    /// Sets a value of the app.
    ///
    /// Values that other requests set are kept, even if they set them meanwhile. If two requests set the
    /// same value at the same time, the last one wins: count in the database instead.
    ///
    /// The first value of a visitor creates a row, which lives for a day. Do not store values here that
    /// anyone can create without limit.
    ///
    /// # Errors
    ///
    /// If the session cannot be read, or if the value cannot be written as JSON.
    pub async fn set<T: Serialize>(&self, key: &Key<T>, value: T) -> Result<()> {
        Ok(self.values.insert(key.name, value).await?)
    }

    /// Removes a value of the app.
    ///
    /// # Errors
    ///
    /// If the session cannot be read.
    pub async fn remove<T>(&self, key: &Key<T>) -> Result<()> {
        self.values.remove_value(key.name).await?;
        Ok(())
    }

    /// The salt of the password with which the session began.
    pub(crate) async fn begun_with(&self) -> Result<Option<String>> {
        value(&self.values, PASSWORD).await
    }

    /// Begins a user's session under a new id. An id that was known before the log-in becomes useless.
    ///
    /// The values of a visitor are kept; those of another user are removed. Returns whether there was
    /// another user.
    pub(crate) async fn log_in(&self, user: &dyn User, remember: Remember) -> Result<bool> {
        let previous: Option<Uuid> = value(&self.values, USER_ID).await?;
        let was_another_user = previous.is_some_and(|previous| previous != user.id());
        if was_another_user {
            self.values.flush().await?;
        }
        self.values.cycle_id().await?;
        self.values.insert(USER_ID, user.id()).await?;
        match remember {
            Remember::Yes => drop(self.values.remove_value(ENDS_AT).await?),
            Remember::No => {
                let ends_at = OffsetDateTime::now_utc() + UNTIL_CLOSED;
                self.values
                    .insert(ENDS_AT, ends_at.unix_timestamp())
                    .await?;
            }
        }
        self.confirm().await?;
        self.bind_to_password(user.password_hash().salt()).await?;
        Ok(was_another_user)
    }

    /// Stores that the user has just logged in or confirmed their password.
    pub(crate) async fn confirm(&self) -> Result<()> {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        Ok(self.values.insert(CONFIRMED_AT, now).await?)
    }

    /// Whether the user has logged in, or confirmed their password, within this time.
    ///
    /// # Errors
    ///
    /// If the session cannot be read.
    pub async fn logged_in_within(&self, time: Duration) -> Result<bool> {
        let stored: Option<i64> = value(&self.values, CONFIRMED_AT).await?;
        let at = stored.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        let ago = at.map(|at| OffsetDateTime::now_utc() - at);
        Ok(ago.is_some_and(|ago| (-MAX_LOG_IN_AHEAD..=time).contains(&ago)))
    }

    /// Whether this user is signed in.
    pub(crate) async fn belongs_to(&self, user_id: Uuid) -> Result<bool> {
        let own: Option<Uuid> = value(&self.values, USER_ID).await?;
        Ok(own == Some(user_id))
    }

    /// Binds the session to the user's password. A new password ends the session.
    pub(crate) async fn bind_to_password(&self, salt: &str) -> Result<()> {
        Ok(self.values.insert(PASSWORD, salt).await?)
    }

    /// Ends the session and deletes its row immediately.
    pub(crate) async fn log_out(&self) -> Result<()> {
        if self.values.id().is_some() {
            self.values.flush().await?;
        }
        Ok(())
    }

    /// The id of the session's row, see [`model`](super::model). It is a secret.
    pub fn row_id(&self) -> Option<String> {
        self.values.id().map(|id| id.to_string())
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.extensions))
    }
}
