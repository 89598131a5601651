//! `/logout`: ends the session.

use axum::response::{IntoResponse, Redirect};

use crate::auth::{self, CurrentUser};
use crate::error::Result;
use crate::posthog::PostHog;
use crate::posthog::events::UserLoggedOut;
use crate::session::AppSession;

pub async fn log_out(
    user: Option<CurrentUser>,
    session: AppSession,
    posthog: PostHog,
) -> Result<impl IntoResponse> {
    if user.is_some() {
        posthog.capture(UserLoggedOut {});
        auth::log_out(&session).await?;
    }
    Ok(Redirect::to("/"))
}
