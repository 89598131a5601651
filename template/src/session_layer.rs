//! The layer that gives each request its session and stores it afterwards.
//!
//! It stands in for `tower_sessions::SessionManagerLayer`, which answers an empty 500 when the store
//! fails, and re-sends the cookie of a session that another request has ended meanwhile. Expiry
//! slides without a write on every request: a session is renewed once a day.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use time::{Duration, OffsetDateTime};
use tower_cookies::Cookies;
use tower_sessions::session::{Error, Id};
use tower_sessions::{Expiry, Session, session_store};

use crate::app::AppState;
use crate::error::{AppError, Result};
use crate::posthog::PostHog;
use crate::session::AppSession;
use crate::session_store::{SESSION_ENDED, SeaOrmStore};

/// How long a session lives without a visit.
pub const LIFETIME: Duration = Duration::days(14);
const RENEW_AFTER: Duration = Duration::days(1);
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
    request
        .extensions_mut()
        .insert(AppSession::new(session.clone(), session_store));

    let mut response = next.run(request).await;
    match store(&state, &cookies, &session).await {
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
    let renewed_at = renew(session).await?;
    if !session.is_modified() {
        return Ok(());
    }
    session.set_expiry(Some(Expiry::AtDateTime(renewed_at + LIFETIME)));
    match session.save().await {
        Ok(()) => {
            let id = session.id().expect("a saved session has an id");
            state.cookies.session.set(cookies, id.to_string());
            Ok(())
        }
        Err(Error::Store(session_store::Error::Backend(reason))) if reason == SESSION_ENDED => {
            Ok(())
        }
        Err(error) => Err(AppError::from(error)),
    }
}

/// When the session was renewed: now, if that is due.
async fn renew(session: &Session) -> Result<OffsetDateTime> {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let mut renewed_at = session.get::<i64>(RENEWED_AT).await?.unwrap_or_default();
    if now - renewed_at > RENEW_AFTER.whole_seconds() {
        session.insert(RENEWED_AT, now).await?;
        renewed_at = now;
    }
    Ok(OffsetDateTime::from_unix_timestamp(renewed_at)?)
}
