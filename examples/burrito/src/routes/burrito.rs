//! `/burrito`: a counter, and the app's first event.

use std::sync::Arc;

use axum::Json;
use axum::extract::Extension;
use axum::response::{Html, IntoResponse, Redirect, Response};
use minijinja::context;
use serde_json::json;

use crate::error::Result;
use crate::posthog::PostHog;
use crate::posthog::events::BurritoConsidered;
use crate::request::RequestInfo;
use crate::session::AppSession;
use crate::view::Page;

pub async fn show(session: AppSession, page: Page) -> Result<Html<String>> {
    page.render(
        "burrito.html",
        context! { count => session.burrito_count().await? },
    )
}

pub async fn consider(
    Extension(info): Extension<Arc<RequestInfo>>,
    session: AppSession,
    posthog: PostHog,
) -> Result<Response> {
    let count = session.consider_burrito().await?;
    posthog.capture(BurritoConsidered {
        total_considerations: count,
    });
    if info.form_post {
        return Ok(Redirect::to("/burrito").into_response());
    }
    Ok(Json(json!({ "success": true, "count": count })).into_response())
}
