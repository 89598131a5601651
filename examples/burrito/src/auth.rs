//! Checking passwords, logging in and out, and the extractor that asks for a user.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use tower_cookies::Cookies;

use crate::app::AppState;
use crate::error::{AppError, Result};
use crate::models::attempt::{self, Action};
use crate::models::user::PasswordHash;
use crate::models::{user, visitor_link};
use crate::posthog::{PostHog, first_touch};
use crate::request::RequestInfo;
use crate::session::{AppSession, FlashLevel};

/// The signed-in user. As an argument of a handler it turns visitors away: browsers are sent to the
/// log-in page, other clients of `/api/` get a 401. `Option<CurrentUser>` lets everybody in.
#[derive(Clone, Debug)]
pub struct CurrentUser(pub Arc<user::Model>);

/// Whether this is the account's password; without an account the answer is no, after the same time.
/// Failures are counted, and after too many of them the answer is a 429.
pub async fn check_password(
    state: &AppState,
    request: &RequestInfo,
    email: &str,
    user: Option<&user::Model>,
    password: String,
) -> Result<bool> {
    let address = request.network();
    throttle(state, Action::LogIn, email, &address).await?;
    let hash = user.map(|user| &user.password_hash);
    let passwords = &state.passwords.log_in;
    let matches = passwords.verify(&address, password, hash).await?;
    // Again, for guesses sent in parallel: others may have failed while this one was checked.
    throttle(state, Action::LogIn, email, &address).await?;
    if !matches {
        attempt::record(&state.database, Action::LogIn, email, &address).await?;
    }
    Ok(matches)
}

/// The hash of a new account's password. Every attempt is counted, before its password is hashed:
/// hashing is what a flood of sign-ups would cost everybody else.
pub async fn hash_for_sign_up(
    state: &AppState,
    request: &RequestInfo,
    email: &str,
    password: String,
) -> Result<PasswordHash> {
    let email = user::normalize_email(email);
    let address = request.network();
    throttle(state, Action::SignUp, &email, &address).await?;
    attempt::record(&state.database, Action::SignUp, &email, &address).await?;
    state.passwords.sign_up.hash(&address, password).await
}

/// Answers 429 after too many attempts, whether or not this one would succeed.
async fn throttle(state: &AppState, action: Action, email: &str, address: &str) -> Result<()> {
    match attempt::retry_after(&state.database, action, email, address).await? {
        None => Ok(()),
        Some(wait) => {
            let message = match action {
                Action::LogIn => {
                    "Too many log-ins have failed. Wait a few minutes, then try again."
                }
                Action::SignUp => {
                    "Too many sign-ups came from here. Wait a few minutes, then try again."
                }
            };
            Err(AppError::new(StatusCode::TOO_MANY_REQUESTS, message)
                .retry_after(wait.unsigned_abs()))
        }
    }
}

/// Links the request's visitor to a user. Who has opted out is not linked: no event bears their
/// visitor id, and none will.
pub async fn link_visitor(
    state: &AppState,
    database: &impl ConnectionTrait,
    cookies: &Cookies,
    posthog: &PostHog,
    user: &user::Model,
) -> Result<Option<visitor_link::Model>> {
    if posthog.opted_out() {
        return Ok(None);
    }
    let visitor_id = posthog.visitor_id();
    let first_touch = first_touch::properties_of(state, cookies, visitor_id);
    Ok(Some(
        visitor_link::link(database, visitor_id, user.id, &first_touch).await?,
    ))
}

/// Begins a user's session and tells PostHog who the visitor became. `link` is what
/// [`link_visitor`] returned.
pub async fn log_in(
    state: &AppState,
    session: &AppSession,
    cookies: &Cookies,
    posthog: &PostHog,
    user: &user::Model,
    link: Option<visitor_link::Model>,
) -> Result<PostHog> {
    session.log_in(user).await?;
    // The visitor id now belongs to this user for good. The next person at this computer gets a new
    // one.
    state.cookies.forget_visitor(cookies);
    let posthog = posthog.as_user(user);
    if let Some(link) = link {
        let delivered = posthog.identify(user, &link);
        state.outbox.acknowledge_when(delivered, link.visitor_id);
    }
    Ok(posthog)
}

/// Ends the session and takes its cookie away.
pub async fn log_out(state: &AppState, session: &AppSession, cookies: &Cookies) -> Result<()> {
    session.log_out().await?;
    state.cookies.session.delete(cookies);
    Ok(())
}

/// Where to go after logging in or signing up. It travels as `next` in the address of both pages
/// and in their forms.
#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    pub fn path(&self) -> Option<&str> {
        local_path(&self.next)
    }

    pub fn path_or_dashboard(&self) -> &str {
        self.path().unwrap_or("/dashboard")
    }
}

/// A path of this app to go to after the log-in, or nothing. Anything a browser could take for
/// another host is refused: `//host`, `/\host`, and what control characters make of a path.
pub fn local_path(next: &str) -> Option<&str> {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    local.then_some(next)
}

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &AppState,
    ) -> std::result::Result<Self, Self::Rejection> {
        match parts.extensions.get::<Self>() {
            Some(user) => Ok(user.clone()),
            None => Err(turn_away(parts).await),
        }
    }
}

impl OptionalFromRequestParts<AppState> for CurrentUser {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &AppState,
    ) -> std::result::Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

async fn turn_away(parts: &Parts) -> Response {
    let request = RequestInfo::of(&parts.extensions);
    if request.wants_json {
        return AppError::new(StatusCode::UNAUTHORIZED, "Log in to do this.").into_response();
    }
    if parts.method == Method::GET {
        let sent = request.path_and_query.as_bytes();
        let next: String = form_urlencoded::byte_serialize(sent).collect();
        return Redirect::to(&format!("/login?next={next}")).into_response();
    }
    // Going to the address of a form would not send the form, so there is no `next`.
    let session = parts.extensions.get::<AppSession>();
    if let Some(session) = session.filter(|_| parts.method == Method::POST) {
        let message = "Log in first, then try that again.";
        if let Err(error) = session.flash(FlashLevel::Info, message).await {
            return error.into_response();
        }
    }
    Redirect::to("/login").into_response()
}
