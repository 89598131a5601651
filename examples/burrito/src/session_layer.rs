//! The layer that gives each request its session and stores it afterwards.
//!
//! It stands in for `tower_sessions::SessionManagerLayer`, which answers an empty 500 when the store
//! fails, and re-sends the cookie of a session that another request has ended meanwhile. Expiry
//! slides without a write on every request: a user's session is renewed once a day.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use time::{Duration, OffsetDateTime};
use tower_cookies::Cookies;
use tower_sessions::session::{Error, Id};
use tower_sessions::{Expiry, Session, session_store};

use crate::app::AppState;
use crate::error::{AppError, Result};
use crate::posthog::PostHog;
use crate::session::{self, AppSession};
use crate::session_store::{SESSION_ENDED, SeaOrmStore, USER_ID};

/// How long a user's session lives without a visit.
pub const LIFETIME: Duration = Duration::days(14);
/// The same for a visitor's. Anybody can begin any number of those, so they do not stay for long.
const VISITOR_LIFETIME: Duration = Duration::days(1);
/// A session is renewed when this part of its lifetime has passed: one fourteenth.
const RENEW_AFTER: i32 = 14;
const RENEWED_AT: &str = "renewed_at";

pub async fn sessions(
    State(state): State<AppState>,
    cookies: Cookies,
    mut request: Request,
    next: Next,
) -> Response {
    // The store's key in the database is secret; a forged or truncated cookie counts as absent.
    let id = state
        .cookies
        .session
        .get(&cookies)
        .and_then(|value| value.parse::<Id>().ok());
    let session_store = Arc::new(SeaOrmStore::new(state.database.clone()));
    let session = Session::new(id, session_store.clone(), None);
    let app_session = AppSession::new(session.clone(), session_store.clone());
    request.extensions_mut().insert(app_session.clone());
    // Whoever asks with HEAD has seen no page.
    let page = request.method() != Method::HEAD;

    let mut response = next.run(request).await;
    if session_store.unreachable() {
        return response;
    }
    let stored = async {
        if page {
            app_session.forget_shown_flash().await?;
        }
        store(&state, &cookies, &session).await
    };
    match stored.await {
        Ok(()) => response,
        Err(error) => {
            let mut failed = error.into_response();
            if let Some(posthog) = response.extensions_mut().remove::<PostHog>() {
                failed.extensions_mut().insert(posthog);
            }
            failed
        }
    }
}

async fn store(state: &AppState, cookies: &Cookies, session: &Session) -> Result<()> {
    // A cookie without a session is not deleted: another request may have logged in meanwhile, and
    // the deletion would reach the browser after the new session's cookie.
    if session.is_empty().await {
        return Ok(());
    }
    let user: Option<serde_json::Value> = session.get(USER_ID).await?;
    let lifetime = if user.is_some() {
        LIFETIME
    } else {
        VISITOR_LIFETIME
    };
    let renewed_at = renew(session, lifetime).await?;
    if !session.is_modified() {
        return Ok(());
    }
    session.set_expiry(Some(Expiry::AtDateTime(renewed_at + lifetime)));
    match session.save().await {
        Ok(()) => {
            let id = session.id().expect("a saved session has an id");
            let cookie = &state.cookies.session;
            cookie.set_for(cookies, id.to_string(), lifetime);
            Ok(())
        }
        Err(Error::Store(session_store::Error::Backend(reason))) if reason == SESSION_ENDED => {
            Ok(())
        }
        Err(error) => Err(AppError::from(error)),
    }
}

/// When the session was renewed: now, if that is due.
async fn renew(session: &Session, lifetime: Duration) -> Result<OffsetDateTime> {
    let now = OffsetDateTime::now_utc();
    let stored: Option<i64> = session::value(session, RENEWED_AT).await?;
    let renewed_at = stored.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    match renewed_at {
        Some(renewed_at) if now - renewed_at <= lifetime / RENEW_AFTER => Ok(renewed_at),
        _ => {
            session.insert(RENEWED_AT, now.unix_timestamp()).await?;
            Ok(now)
        }
    }
}
