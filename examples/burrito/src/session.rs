//! What a session holds, behind typed methods. Its keys are named in this file only.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tower_sessions::{Session, session};
use uuid::Uuid;

use crate::error::Result;
use crate::models::user;
use crate::session_store::{SeaOrmStore, USER_ID};

const BURRITO_COUNT: &str = "burrito_count";
const FLASH: &str = "flash";
/// Which password the session was begun with.
const PASSWORD: &str = "password";

/// The request's session. Reading an empty one costs nothing and writes no row.
#[derive(Clone)]
pub struct AppSession {
    session: Session,
    store: Arc<SeaOrmStore>,
    /// How many of the waiting messages this request's page shows.
    shown: Arc<AtomicUsize>,
}

/// A message for the next page that is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    pub level: FlashLevel,
    pub message: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashLevel {
    Success,
    Info,
    Error,
}

impl AppSession {
    pub fn new(session: Session, store: Arc<SeaOrmStore>) -> Self {
        Self {
            session,
            store,
            shown: Arc::default(),
        }
    }

    /// The user who was loaded with the session, unless their password has changed since it began: a
    /// log-in with the old one may have been in progress. Only the first call gets them.
    pub async fn load_user(&self) -> Result<Option<user::Model>> {
        let begun_with: Option<String> = value(&self.session, PASSWORD).await?;
        let user = self.store.take_user();
        Ok(user.filter(|user| begun_with.as_deref() == Some(user.password_hash.salt())))
    }

    async fn user_id(&self) -> Result<Option<Uuid>> {
        value(&self.session, USER_ID).await
    }

    /// Begins a user's session under a new id, so that an id known from before the log-in is worth
    /// nothing. What a visitor did is kept, but for the burrito count, which has become the user's;
    /// what another user left behind is not.
    pub async fn log_in(&self, user: &user::Model) -> Result<()> {
        if self
            .user_id()
            .await?
            .is_some_and(|previous| previous != user.id)
        {
            self.session.flush().await?;
        }
        self.session.cycle_id().await?;
        self.session.remove_value(BURRITO_COUNT).await?;
        self.session.insert(USER_ID, user.id).await?;
        self.set_password(user).await
    }

    /// Binds the session to the user's password of now.
    pub async fn set_password(&self, user: &user::Model) -> Result<()> {
        let salt = user.password_hash.salt();
        Ok(self.session.insert(PASSWORD, salt).await?)
    }

    /// Ends the session: its row goes now.
    pub async fn log_out(&self) -> Result<()> {
        if self.session.id().is_some() {
            self.session.flush().await?;
        }
        Ok(())
    }

    /// The row's id, for ending a user's other sessions.
    pub fn row_id(&self) -> Option<String> {
        self.session.id().map(|id| id.to_string())
    }

    /// A visitor's count. A user's is in the database, see `models/user.rs`.
    pub async fn burrito_count(&self) -> Result<i64> {
        let count = value(&self.session, BURRITO_COUNT).await?;
        Ok(count.unwrap_or_default())
    }

    /// Counts one more consideration of a visitor and returns how many there are now.
    pub async fn consider_burrito(&self) -> Result<i64> {
        let count = self.burrito_count().await? + 1;
        self.session.insert(BURRITO_COUNT, count).await?;
        Ok(count)
    }

    pub async fn flash(&self, level: FlashLevel, message: &str) -> Result<()> {
        let mut messages = self.waiting_flash().await?;
        messages.push(Flash {
            level,
            message: message.to_owned(),
        });
        Ok(self.session.insert(FLASH, messages).await?)
    }

    /// The messages that wait to be shown. Looking takes none away.
    pub async fn waiting_flash(&self) -> Result<Vec<Flash>> {
        Ok(value(&self.session, FLASH).await?.unwrap_or_default())
    }

    /// Notes that a page shows the first `count` messages.
    pub fn flash_is_shown(&self, count: usize) {
        self.shown.fetch_max(count, Ordering::AcqRel);
    }

    /// Takes away the messages that a page has shown. Called once, when the answer is complete.
    pub async fn forget_shown_flash(&self) -> Result<()> {
        let shown = self.shown.load(Ordering::Acquire);
        if shown == 0 {
            return Ok(());
        }
        let mut messages = self.waiting_flash().await?;
        messages.drain(..shown.min(messages.len()));
        if messages.is_empty() {
            self.session.remove_value(FLASH).await?;
        } else {
            self.session.insert(FLASH, messages).await?;
        }
        Ok(())
    }
}

/// A value of a session. One that cannot be read any more, because a deploy has changed its type,
/// counts as absent: an error would meet its visitor on every page until they log out.
pub async fn value<T: DeserializeOwned>(session: &Session, key: &'static str) -> Result<Option<T>> {
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

impl<S: Sync> FromRequestParts<S> for AppSession {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        Ok(parts
            .extensions
            .get::<Self>()
            .cloned()
            .expect("the session layer wraps every page"))
    }
}
