//! [`Visit`]: the visitor or user who makes a request, with their session and PostHog.
//!
//! `log_in` logs a visitor in and out, and ends sessions. `passwords` checks and hashes passwords, and
//! counts attempts.

pub mod log_in;
mod passwords;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use futures_core::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use time::Duration;
use tower_cookies::Cookies;
use uuid::Uuid;

use crate::account_deletion::AccountDeletion;
use crate::account_mail::notice::Notice;
use crate::cookies;
use crate::error::Result;
use crate::jobs::Enqueuer;
use crate::local_path::local_path;
use crate::posthog::PostHog;
use crate::request::RequestInfo;
use crate::session::flash::Messages;
use crate::session::model::{self as sessions, UserSession};
use crate::session::{FlashLevel, Session};
use crate::users::User;
use crate::web::Web;

/// The visitor or user who makes a request. An argument of a handler.
#[derive(Clone)]
pub struct Visit {
    /// The request: its id, its address, and the format of its answer.
    pub request: Arc<RequestInfo>,
    /// The values that the app stores for this browser between requests.
    pub session: Session,
    /// Captures events and reads flags for this visitor or user.
    pub posthog: PostHog,
    /// Enqueues jobs with this visitor or user as the actor.
    pub jobs: Enqueuer,
    messages: Messages,
    cookies: Cookies,
    web: Web,
}

impl Visit {
    /// Whether the user has logged in, or confirmed their password, within this time.
    ///
    /// If not, ask for the password again before a dangerous change.
    ///
    /// # Errors
    ///
    /// If the session cannot be read.
    pub async fn logged_in_within(&self, time: Duration) -> Result<bool> {
        self.session.logged_in_within(time).await
    }

    /// The sessions of a user, the most recently used first.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub fn sessions_of(&self, user_id: Uuid) -> BoxFuture<'_, Result<Vec<UserSession>>> {
        Box::pin(async move {
            let current = self.session.row_id();
            let database = &self.web.database;
            Ok(sessions::of_user(database, user_id, current.as_deref()).await?)
        })
    }

    /// Enqueues a notice to a user about a change of their account.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn notify<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        user: &'a dyn User,
        notice: Notice,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let (jobs, settings) = (&self.jobs, &self.web.settings);
            Ok(notice.enqueue(transaction, jobs, settings, user).await?)
        })
    }

    /// Deletes an account, see [`AccountDeletion::delete`].
    ///
    /// Returns `false` if another request has just deleted it.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn delete_account<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        user: &'a dyn User,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let deletion = AccountDeletion {
                users: &self.web.parts.users,
                settings: &self.web.settings,
                jobs: &self.jobs,
            };
            Ok(deletion.delete(transaction, user).await?)
        })
    }

    /// Leaves a message for the next page, in a cookie. A long message is cut.
    pub fn flash(&self, level: FlashLevel, message: &str) {
        self.messages.add(level, message);
    }

    /// Redirects, and leaves a message of success for the next page.
    ///
    /// # Errors
    ///
    /// None today.
    pub fn redirect_with_success(&self, path: &str, message: &str) -> Result<Response> {
        self.redirect_with(FlashLevel::Success, path, message)
    }

    /// Redirects, and leaves a message that informs for the next page.
    ///
    /// # Errors
    ///
    /// None today.
    pub fn redirect_with_info(&self, path: &str, message: &str) -> Result<Response> {
        self.redirect_with(FlashLevel::Info, path, message)
    }

    /// Redirects, and leaves a message about a failure for the next page.
    ///
    /// # Errors
    ///
    /// None today.
    pub fn redirect_with_error(&self, path: &str, message: &str) -> Result<Response> {
        self.redirect_with(FlashLevel::Error, path, message)
    }

    fn redirect_with(&self, level: FlashLevel, path: &str, message: &str) -> Result<Response> {
        self.messages.add(level, message);
        Ok(Redirect::to(path).into_response())
    }

    /// Stores the destination after a log-in by link in a cookie of this browser. `None` deletes it.
    pub fn set_next(&self, path: Option<&str>) {
        let cookie = &self.web.cookies.next;
        match path.and_then(local_path) {
            Some(path) => cookie.set_text(&self.cookies, path),
            None => cookie.delete(&self.cookies),
        }
    }

    /// Reads and deletes the destination that [`Visit::set_next`] stored.
    pub fn take_next(&self) -> Option<String> {
        let cookie = &self.web.cookies.next;
        let path = cookie.text(&self.cookies);
        cookie.delete(&self.cookies);
        path
    }

    /// Whether a program reads the answer; see [`RequestInfo::wants_json`].
    pub fn wants_json(&self) -> bool {
        self.request.wants_json
    }
}

impl<S: Sync> FromRequestParts<S> for Visit
where
    Web: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> std::result::Result<Self, Self::Rejection> {
        let extensions = &parts.extensions;
        Ok(Self {
            request: RequestInfo::of(extensions),
            session: Session::of(extensions),
            posthog: PostHog::of(extensions),
            jobs: extensions
                .get::<Enqueuer>()
                .cloned()
                .expect("the identity layer wraps every page"),
            messages: Messages::of(extensions),
            cookies: cookies::of(extensions),
            web: Web::from_ref(state),
        })
    }
}
