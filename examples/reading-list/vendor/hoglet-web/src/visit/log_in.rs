//! Logging in and out, and ending other sessions.
//!
//! One rule: the function that begins a transaction commits it. Methods that take a transaction store
//! their rows in it. They return a value, and the caller calls its `finish` after the commit:
//!
//! ```ignore
//! let transaction = begin(&state.database).await?;
//! let log_in = visit.log_in(&transaction, user, Remember::No).await?;
//! transaction.commit().await?;
//! log_in.finish(visit).await?;
//! ```

use std::sync::Arc;

use futures_core::future::BoxFuture;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::Visit;
use crate::actor::Actor;
use crate::error::Result;
use crate::first_touch;
use crate::posthog::PostHog;
use crate::session::Remember;
use crate::session::model as sessions;
use crate::tokens;
use crate::users::User;
use crate::visitor_link;

/// A log-in whose rows are in a transaction.
#[must_use = "commit the transaction, then finish the log-in"]
pub struct LogIn {
    user: Arc<dyn User>,
    remember: Remember,
    /// The PostHog of the user.
    posthog: PostHog,
    /// `None` if the visitor has opted out.
    link: Option<visitor_link::Model>,
}

/// The session that continues when the user's other sessions end.
#[must_use = "commit the transaction, then finish"]
pub struct KeptSession {
    password_salt: String,
}

impl Visit {
    /// Logs the visitor in as a user, in a transaction. [`LogIn::finish`] does the rest after the
    /// commit.
    ///
    /// Links the visitor id to the user. The user becomes the actor of the jobs that this request has
    /// enqueued.
    ///
    /// A visitor who has opted out is not linked: no event has their visitor id.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn log_in<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        user: impl User,
        remember: Remember,
    ) -> BoxFuture<'a, Result<LogIn>> {
        self.become_user(transaction, Arc::new(user), remember)
    }

    fn become_user<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        user: Arc<dyn User>,
        remember: Remember,
    ) -> BoxFuture<'a, Result<LogIn>> {
        Box::pin(async move {
            let link = if self.posthog.opted_out() {
                None
            } else {
                let visitor_id = self.posthog.visitor_id();
                let first_touch = first_touch::properties_of(
                    &self.web.settings,
                    &self.web.secret_paths,
                    &self.web.cookies,
                    &self.cookies,
                    visitor_id,
                );
                let link = visitor_link::link(transaction, visitor_id, user.id(), &first_touch);
                Some(link.await?)
            };
            let network = self.request.network();
            let attempts = &self.web.attempts;
            attempts.remember(transaction, user.id(), &network).await?;
            let posthog = self.posthog.as_user(&user.id().to_string(), user.clone());
            // Jobs that this request has enqueued before get the user as their actor too.
            let actor = Actor::of(&posthog).stored();
            self.jobs.change_actor(transaction, actor).await?;
            Ok(LogIn {
                user,
                remember,
                posthog,
                link,
            })
        })
    }

    /// Ends the user's other sessions, in a transaction.
    ///
    /// If the transaction changes the password too, pass the changed user: [`KeptSession::finish`] binds
    /// this session to the new password.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn end_other_sessions<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        user: &'a dyn User,
    ) -> BoxFuture<'a, Result<KeptSession>> {
        Box::pin(async move {
            let this_one = self.session.row_id().unwrap_or_default();
            sessions::end_others(transaction, user.id(), &this_one).await?;
            let password_salt = user.password_hash().salt().to_owned();
            Ok(KeptSession { password_salt })
        })
    }

    /// Ends everything that gives access to an account: all sessions, this one included, and all tokens.
    ///
    /// Use it for a reset of the password. Also use it for an account that an attacker may have prepared
    /// before its owner confirmed the address (account pre-hijacking).
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn end_everything<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        user_id: Uuid,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            sessions::end_all(transaction, user_id).await?;
            tokens::end_all(transaction, user_id).await?;
            Ok(())
        })
    }

    /// Ends the session and deletes its cookie. Returns whether this request ended the session.
    ///
    /// Only one of several concurrent requests ends it.
    ///
    /// # Errors
    ///
    /// If the database fails. Then the session continues.
    pub fn log_out(&self) -> BoxFuture<'_, Result<bool>> {
        Box::pin(async move {
            let ended = match self.session.row_id() {
                Some(id) => sessions::end(&self.web.database, &id).await?,
                None => false,
            };
            self.session.log_out().await?;
            self.web.cookies.session.delete(&self.cookies);
            self.messages.remove_all();
            Ok(ended)
        })
    }
}

impl LogIn {
    /// Begins the user's session and sends `$identify`. From now on the visit is the user's.
    ///
    /// Call it after the commit: if the commit fails, nobody is logged in.
    ///
    /// # Errors
    ///
    /// If the session cannot be read.
    pub fn finish(self, visit: &mut Visit) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            if visit.session.log_in(&*self.user, self.remember).await? {
                visit.messages.remove_all();
            }
            // The visitor id belongs to this user permanently. The next visitor in this browser gets a
            // new one.
            visit.web.cookies.forget_visitor(&visit.cookies);
            visit.posthog = self.posthog;
            if let Some(link) = self.link {
                let delivered = visit.posthog.identify(&*self.user, &link.visitor());
                let outbox = &visit.web.outbox;
                outbox.acknowledge_when(delivered, link.visitor_id);
            }
            Ok(())
        })
    }
}

impl KeptSession {
    /// Binds the session to the user's password, so that a new password does not end it.
    ///
    /// Call it after the commit: if the commit fails, the old password stays.
    ///
    /// # Errors
    ///
    /// If the session cannot be read.
    pub async fn finish(self, visit: &Visit) -> Result<()> {
        visit.session.bind_to_password(&self.password_salt).await
    }
}
