//! What a session holds, behind typed methods. Its keys are named in this file only.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
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
        Self { session, store }
    }

    /// The user who was loaded with the session, unless their password has changed since it began: a
    /// log-in with the old one may have been in progress. Only the first call gets them.
    pub async fn load_user(&self) -> Result<Option<user::Model>> {
        let begun_with: Option<String> = self.session.get(PASSWORD).await?;
        let user = self.store.take_user();
        Ok(user.filter(|user| begun_with.as_deref() == Some(user.password_hash.salt())))
    }

    async fn user_id(&self) -> Result<Option<Uuid>> {
        Ok(self.session.get(USER_ID).await?)
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
        Ok(self.session.get(BURRITO_COUNT).await?.unwrap_or_default())
    }

    /// Counts one more consideration of a visitor and returns how many there are now.
    pub async fn consider_burrito(&self) -> Result<i64> {
        let count = self.burrito_count().await? + 1;
        self.session.insert(BURRITO_COUNT, count).await?;
        Ok(count)
    }

    pub async fn flash(&self, level: FlashLevel, message: &str) -> Result<()> {
        let mut messages = self
            .session
            .get::<Vec<Flash>>(FLASH)
            .await?
            .unwrap_or_default();
        messages.push(Flash {
            level,
            message: message.to_owned(),
        });
        Ok(self.session.insert(FLASH, messages).await?)
    }

    /// Takes the messages that wait to be shown.
    pub async fn take_flash(&self) -> Result<Vec<Flash>> {
        match self.session.get::<Vec<Flash>>(FLASH).await? {
            Some(messages) => {
                self.session.remove_value(FLASH).await?;
                Ok(messages)
            }
            None => Ok(Vec::new()),
        }
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
