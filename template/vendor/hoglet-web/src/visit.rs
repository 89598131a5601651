//! [`Visit`]: who is asking, with all that belongs to them. Logging in and out goes through here.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use sea_orm::DatabaseTransaction;
use time::Duration;
use tower_cookies::Cookies;
use uuid::Uuid;

use crate::email::Email;
use crate::error::Result;
use crate::jobs::behalf;
use crate::local_path::local_path;
use crate::passwords::PasswordHash;
use crate::posthog::first_touch;
use crate::posthog::tracker::PostHog;
use crate::posthog::visitor_link;
use crate::request::RequestInfo;
use crate::session::flash::Messages;
use crate::session::model::{self as sessions, Listed};
use crate::session::{FlashLevel, Remember, Session};
use crate::throttle::{Reserved, Throttle, Who};
use crate::tokens;
use crate::users::User;
use crate::web::Web;
use futures_core::future::BoxFuture;

/// Who is asking: a visitor or a user, with their request, session and cookies, and the way to
/// PostHog. An argument of a handler.
#[derive(Clone)]
pub struct Visit {
    /// The request: its id, address and expectations.
    pub request: Arc<RequestInfo>,
    /// What is kept of this visitor or user from request to request.
    pub session: Session,
    /// Captures events, and reads flags, on this person's behalf.
    pub posthog: PostHog,
    messages: Messages,
    cookies: Cookies,
    web: Web,
}

impl Visit {
    /// Whether this is the account's password; without an account the answer is no, after the same
    /// time. Failures are counted, and after too many of them the answer is an error. Where it is
    /// the password of who is signed in, [`Visit::logged_in_within`] counts from now on.
    ///
    /// # Errors
    ///
    /// 429 after too many failures, 503 while too many passwords wait to be checked, both with
    /// `Retry-After`; 500 where the database fails.
    pub fn check_password<'a>(
        &'a self,
        throttle: &'a Throttle,
        email: &'a Email,
        user: Option<&'a dyn User>,
        password: String,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let network = self.request.network();
            let who = self.who(email, &network, user).await?;
            let attempts = &self.web.attempts;
            attempts.check(throttle, who).await?;
            // In this order, so that few passwords at once have room reserved for their failure: the
            // place is where requests wait for each other.
            let place = self.web.passwords.log_in.place_in_time(&network).await?;
            let reserved = attempts.reserve(throttle, who).await?;
            let matches = place
                .verify(password, user.map(User::password_hash))
                .await?;
            let database = &self.web.database;
            if !matches {
                reserved.counts(database).await?;
                return Ok(false);
            }
            reserved.give_back(database).await?;
            if let Some(user) = user
                && self.session.belongs_to(user.id()).await?
            {
                self.session.confirm().await?;
            }
            Ok(matches)
        })
    }

    /// Forgets what this network has got wrong on an account.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub fn forget_failures<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        throttle: &'a Throttle,
        email: &'a Email,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let network = self.request.network();
            let attempts = &self.web.attempts;
            Ok(attempts
                .forget(transaction, throttle, email, &network)
                .await?)
        })
    }

    /// Counts something that anybody may ask for in the name of an address, such as a mail to it. The
    /// answer is an error where it was asked for too often, whether or not there is an account. `owner`
    /// is the account's user, where the address is known to be theirs: what strangers have used up does
    /// not hold them up where they are known.
    ///
    /// # Errors
    ///
    /// 429 with `Retry-After`; 500 where the database fails.
    pub fn count<'a>(
        &'a self,
        throttle: &'a Throttle,
        email: &'a Email,
        owner: Option<&'a dyn User>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let network = self.request.network();
            let who = self.who(email, &network, owner).await?;
            self.web.attempts.count(throttle, who).await
        })
    }

    /// Counts something in the transaction that does it. Returns whether there was room for it; the
    /// transaction goes on either way. It must have been begun with [`database::begin`].
    ///
    /// [`database::begin`]: crate::database::begin
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub fn count_in<'a>(
        &'a self,
        transaction: &'a DatabaseTransaction,
        throttle: &'a Throttle,
        email: &'a Email,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let network = self.request.network();
            let who = stranger(email, &network);
            Ok(self
                .web
                .attempts
                .count_in(transaction, throttle, who)
                .await?)
        })
    }

    /// The hash of a new account's password. Every sign-up is counted, before its password is hashed:
    /// hashing is what a flood of sign-ups would cost everybody else. Room is reserved in `taken` for the
    /// answer that the address has an account: it counts in the end where that was the answer.
    ///
    /// # Errors
    ///
    /// As [`Visit::check_password`].
    pub fn hash_first_password<'a>(
        &'a self,
        sign_up: &'a Throttle,
        taken: &'a Throttle,
        email: &'a Email,
        password: String,
    ) -> BoxFuture<'a, Result<(PasswordHash, Reserved)>> {
        Box::pin(async move {
            let network = self.request.network();
            let who = stranger(email, &network);
            let attempts = &self.web.attempts;
            attempts.check(taken, who).await?;
            attempts.count(sign_up, who).await?;
            let place = self.web.passwords.sign_up.place_in_time(&network).await?;
            let reserved = attempts.reserve(taken, who).await?;
            Ok((place.hash(password).await?, reserved))
        })
    }

    /// Who tries something, for a throttle. The work is the same with and without an account.
    async fn who<'a>(
        &self,
        email: &'a Email,
        network: &'a str,
        owner: Option<&dyn User>,
    ) -> Result<Who<'a>> {
        let id = owner.map(User::id).unwrap_or_default();
        let known = self.web.attempts.is_known(id, network).await?;
        Ok(Who {
            email,
            network,
            known: known || self.session.belongs_to(id).await?,
        })
    }

    /// The hash of a new password for an account that is there.
    ///
    /// # Errors
    ///
    /// 503 while too many passwords wait to be hashed.
    pub fn hash_password(&self, password: String) -> BoxFuture<'_, Result<PasswordHash>> {
        Box::pin(async move {
            let network = self.request.network();
            self.web.passwords.log_in.hash(&network, password).await
        })
    }

    /// Makes this visitor the user: joins what they did before to the user's person, commits the
    /// transaction, begins the user's session and tells PostHog. From here on `self` is the user's.
    ///
    /// The link between visitor and user is a row in the same transaction, so neither is stored
    /// without the other. Who has opted out is not linked: no event bears their visitor id.
    ///
    /// # Errors
    ///
    /// Where the database fails. Nobody is logged in then; what the transaction holds is stored or not,
    /// as a whole.
    pub fn log_in(
        &mut self,
        transaction: DatabaseTransaction,
        user: impl User,
        remember: Remember,
    ) -> BoxFuture<'_, Result<()>> {
        self.become_user(transaction, Arc::new(user), remember)
    }

    fn become_user(
        &mut self,
        transaction: DatabaseTransaction,
        user: Arc<dyn User>,
        remember: Remember,
    ) -> BoxFuture<'_, Result<()>> {
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
                let link = visitor_link::link(&transaction, visitor_id, user.id(), &first_touch);
                Some(link.await?)
            };
            let network = self.request.network();
            let attempts = &self.web.attempts;
            attempts.remember(&transaction, user.id(), &network).await?;
            let posthog = self.posthog.as_user(user.clone());
            // What this request has enqueued so far is the user's too.
            behalf::becomes(&transaction, &posthog).await?;
            transaction.commit().await?;

            if self.session.log_in(&*user, remember).await? {
                self.messages.forget();
            }
            // The visitor id now belongs to this user for good. The next person at this computer gets a
            // new one.
            self.web.cookies.forget_visitor(&self.cookies);
            self.posthog = posthog;
            if let Some(link) = link {
                let delivered = self.posthog.identify(&*user, &link);
                self.web.outbox.acknowledge_when(delivered, link.visitor_id);
            }
            Ok(())
        })
    }

    /// Whether the user has logged in, or confirmed their password, within this time. What is
    /// worth stealing asks for the password again where it is longer ago.
    ///
    /// # Errors
    ///
    /// Where the session cannot be read.
    pub async fn logged_in_within(&self, time: Duration) -> Result<bool> {
        self.session.logged_in_within(time).await
    }

    /// Where the signed-in user is logged in, the session seen last first.
    ///
    /// # Errors
    ///
    /// Where the database does not answer.
    pub fn sessions_of(&self, user_id: Uuid) -> BoxFuture<'_, Result<Vec<Listed>>> {
        Box::pin(async move {
            let current = self.session.row_id();
            let database = &self.web.database;
            Ok(sessions::of_user(database, user_id, current.as_deref()).await?)
        })
    }

    /// Ends all that gives access to an account: every session of the user, this one included, and
    /// every token. For an account whose password is reset, or that a stranger has prepared.
    ///
    /// # Errors
    ///
    /// Where the database fails.
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

    /// Stores a changed password: ends the user's other sessions, which know the old one, and commits.
    ///
    /// # Errors
    ///
    /// Where the database fails: nothing is changed then.
    pub fn keep_only_this_session<'a>(
        &'a self,
        transaction: DatabaseTransaction,
        user: &'a dyn User,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let this_one = self.session.row_id().unwrap_or_default();
            sessions::delete_others(&transaction, user.id(), &this_one).await?;
            transaction.commit().await?;
            self.session.set_password(user).await
        })
    }

    /// Ends the session and takes its cookie away. Returns whether this request ended it: of several at
    /// once one does.
    ///
    /// # Errors
    ///
    /// Where the database fails: the session goes on then.
    pub fn log_out(&self) -> BoxFuture<'_, Result<bool>> {
        Box::pin(async move {
            let ended = match self.session.row_id() {
                Some(id) => sessions::end(&self.web.database, &id).await?,
                None => false,
            };
            self.session.log_out().await?;
            self.web.cookies.session.delete(&self.cookies);
            self.messages.forget();
            Ok(ended)
        })
    }

    /// Leaves a message for the next page that is shown, in a cookie. A long one is cut.
    ///
    /// # Errors
    ///
    /// None today.
    pub async fn flash(&self, level: FlashLevel, message: &str) -> Result<()> {
        self.messages.leave(level, message);
        Ok(())
    }

    /// Keeps where it goes on after a log-in by a link, in a cookie: only in this browser. None forgets
    /// it.
    pub fn set_next(&self, path: Option<&str>) {
        let cookie = &self.web.cookies.next;
        match path.and_then(local_path) {
            Some(path) => cookie.set_text(&self.cookies, path),
            None => cookie.delete(&self.cookies),
        }
    }

    /// Where it goes on, if that is kept here. Only the first call gets it.
    pub fn take_next(&self) -> Option<String> {
        let cookie = &self.web.cookies.next;
        let path = cookie.text(&self.cookies);
        cookie.delete(&self.cookies);
        path
    }

    /// Whether the answer is read by a program; see [`RequestInfo::wants_json`].
    pub fn wants_json(&self) -> bool {
        self.request.wants_json
    }
}

/// Who is known to no account.
fn stranger<'a>(email: &'a Email, network: &'a str) -> Who<'a> {
    Who {
        email,
        network,
        known: false,
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
            messages: Messages::of(extensions),
            cookies: extensions
                .get::<Cookies>()
                .cloned()
                .expect("the cookies' layer wraps every page"),
            web: Web::from_ref(state),
        })
    }
}
