//! The layer that loads the session of each request and stores it afterwards.
//!
//! It replaces `tower_sessions::SessionManagerLayer`, which answers an empty 500 when the store fails. That
//! layer would also send the cookie of a session again after another request has ended the session.
//!
//! A session is not written on every request: it is renewed when a fourteenth of its lifetime has passed.
//! For a remembered user that is once a day.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::Method;
use axum::http::header::USER_AGENT;
use axum::response::{IntoResponse, Response};
use time::{Duration, OffsetDateTime};
use tower_cookies::Cookies;
use tower_sessions::session::{Error, Id};
use tower_sessions::{Expiry, session_store};

use crate::chain::Next;
use crate::cookies;
use crate::error::{AppError, Result};
use crate::posthog::PostHog;
use crate::request::RequestInfo;
use crate::session::flash::Messages;
use crate::session::handle::Session;
use crate::session::key;
use crate::session::lifetime::{REMEMBERED, UNTIL_CLOSED, VISITOR};
use crate::session::signed_in::{SignedIn, Unreadable};
use crate::session::store::{Client, ENDS_AT, RENEWED_AT, SESSION_ENDED, SeaOrmStore, USER_ID};
use crate::users::User;
use crate::web::Web;
use futures_core::future::BoxFuture;

/// A session is renewed when one fourteenth of its lifetime has passed.
///
/// A session that ends at a fixed time is written too, so that its user can see when it was last used.
const RENEW_AFTER: i32 = 14;

/// Loads the session and its user, and stores changes of the session after the request.
pub fn sessions(mut request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let web = next.web().clone();
        let cookies = cookies::of(request.extensions());
        // A forged or truncated cookie counts as absent.
        let id = web
            .cookies
            .session
            .get(&cookies)
            .and_then(|value| value.parse::<Id>().ok());
        let client = Client {
            user_agent: request.headers().get(USER_AGENT).cloned(),
            ip: RequestInfo::of(request.extensions()).ip,
        };
        let session_store = Arc::new(SeaOrmStore::new(
            web.database.clone(),
            web.parts.users.clone(),
            client,
        ));
        let values = tower_sessions::Session::new(id, session_store.clone(), None);
        let session = Session::new(values.clone());
        let is_shown = request.method() != Method::HEAD;
        let messages = Messages::new(cookies.clone(), web.cookies.flash.clone(), is_shown);
        let extensions = request.extensions_mut();
        extensions.insert(session.clone());
        extensions.insert(messages);
        match user_of(&session, &session_store).await {
            Ok(Some(user)) => drop(extensions.insert(SignedIn(user))),
            Ok(None) => {}
            Err(error) => drop(extensions.insert(Unreadable(error))),
        }

        let mut response = next.run(request).await;
        if session_store.unreachable() {
            return response;
        }
        match store(&web, &cookies, &values).await {
            Ok(()) => response,
            Err(error) => {
                let mut failed = error.into_response();
                if let Some(posthog) = response.extensions_mut().remove::<PostHog>() {
                    failed.extensions_mut().insert(posthog);
                }
                failed
            }
        }
    })
}

/// The layer that answers with an error if the session could not be read.
///
/// It is inside the layer `identify`, so that the error belongs to an identity. It is outside the
/// handlers, so that they can rely on the session.
pub fn readable(request: Request, next: Next) -> BoxFuture<'static, Response> {
    let Some(Unreadable(error)) = request.extensions().get() else {
        return next.run(request);
    };
    let answer = error.clone().into_response();
    Box::pin(async { answer })
}

/// The user of the session. `None` if their password has changed since the session began.
///
/// A log-in with the old password may have been in progress at that time.
async fn user_of(session: &Session, store: &SeaOrmStore) -> Result<Option<Arc<dyn User>>> {
    // Reading the first value loads the session's row together with its user.
    let begun_with = session.begun_with().await?;
    let user = store.take_user();
    Ok(user.filter(|user| begun_with.as_deref() == Some(user.password_hash().salt())))
}

async fn store(web: &Web, cookies: &Cookies, session: &tower_sessions::Session) -> Result<()> {
    // A cookie without a session is not deleted. Another request may just have logged in, and the deletion
    // could reach the browser after the new cookie.
    if session.is_empty().await {
        return Ok(());
    }
    let user: Option<serde_json::Value> = session.get(USER_ID).await?;
    let ends_at: Option<i64> = key::value(session, ENDS_AT).await?;
    let ends_at = ends_at.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    let ends_at = ends_at.filter(|_| user.is_some());
    let lifetime = match ends_at {
        Some(_) => UNTIL_CLOSED,
        None if user.is_some() => REMEMBERED,
        None => VISITOR,
    };
    let renewed_at = renew(session, lifetime).await?;
    if !session.is_modified() {
        return Ok(());
    }
    let expires_at = ends_at.unwrap_or(renewed_at + lifetime);
    session.set_expiry(Some(Expiry::AtDateTime(expires_at)));
    match session.save().await {
        Ok(()) => {
            let id = session.id().expect("a saved session has an id");
            let cookie = &web.cookies.session;
            match ends_at {
                Some(_) => cookie.set(cookies, id.to_string()),
                None => cookie.set_for(cookies, id.to_string(), lifetime),
            }
            Ok(())
        }
        Err(Error::Store(session_store::Error::Backend(reason))) if reason == SESSION_ENDED => {
            Ok(())
        }
        Err(error) => Err(AppError::from(error)),
    }
}

/// Renews the session if that is due. Returns the time of the last renewal.
async fn renew(session: &tower_sessions::Session, lifetime: Duration) -> Result<OffsetDateTime> {
    let now = OffsetDateTime::now_utc();
    let stored: Option<i64> = key::value(session, RENEWED_AT).await?;
    let renewed_at = stored.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    match renewed_at {
        Some(renewed_at) if now - renewed_at <= lifetime / RENEW_AFTER => Ok(renewed_at),
        _ => {
            session.insert(RENEWED_AT, now.unix_timestamp()).await?;
            Ok(now)
        }
    }
}
