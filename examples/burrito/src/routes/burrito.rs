//! `/burrito`: a counter, and the app's first event.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use minijinja::context;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::app::AppState;
use crate::auth::CurrentUser;
use crate::error::Result;
use crate::models::{session, user};
use crate::posthog::PostHog;
use crate::posthog::events::BurritoConsidered;
use crate::request::RequestInfo;
use crate::session::AppSession;
use crate::view::Page;

pub async fn show(
    user: Option<CurrentUser>,
    session: AppSession,
    page: Page,
) -> Result<Html<String>> {
    let count = match user {
        Some(CurrentUser(user)) => user.burrito_count,
        None => session.burrito_count().await?,
    };
    page.render("burrito.html", context! { count })
}

pub async fn consider(
    State(state): State<AppState>,
    Extension(info): Extension<Arc<RequestInfo>>,
    user: Option<CurrentUser>,
    session: AppSession,
    posthog: PostHog,
) -> Result<Response> {
    let count = match user {
        Some(CurrentUser(user)) => user::add_burritos(&state.database, user.id, 1).await?,
        None => session.consider_burrito().await?,
    };
    posthog.capture(BurritoConsidered {
        total_considerations: count,
    });
    if info.wants_json {
        Ok(Json(json!({ "success": true, "count": count })).into_response())
    } else {
        Ok(Redirect::to("/burrito").into_response())
    }
}

/// Gives the burritos that a visitor has considered to the user they log in as. Runs in the log-in's
/// transaction, which ends the visitor's session, so that they are added once.
pub async fn hand_over(
    database: &impl ConnectionTrait,
    session: &AppSession,
    user: &user::Model,
) -> Result<()> {
    let count = session.burrito_count().await?;
    let Some(id) = session.row_id().filter(|_| count > 0) else {
        return Ok(());
    };
    if session::end_visitors(database, &id).await? {
        user::add_burritos(database, user.id, count).await?;
    }
    Ok(())
}
