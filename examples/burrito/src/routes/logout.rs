//! `/logout`: ends the session.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use tower_cookies::Cookies;

use crate::app::AppState;
use crate::auth::{self, CurrentUser};
use crate::error::Result;
use crate::posthog::PostHog;
use crate::posthog::events::UserLoggedOut;
use crate::session::AppSession;

pub async fn log_out(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    session: AppSession,
    cookies: Cookies,
    posthog: PostHog,
) -> Result<impl IntoResponse> {
    if user.is_some() {
        posthog.capture(UserLoggedOut {});
        auth::log_out(&state, &session, &cookies).await?;
    }
    Ok(Redirect::to("/"))
}
