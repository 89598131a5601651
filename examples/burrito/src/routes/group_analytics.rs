//! `/api/group-analytics`: an event of a person on behalf of their company.

use std::sync::Arc;

use axum::Json;
use axum::extract::Extension;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use crate::auth::CurrentUser;
use crate::error::Result;
use crate::posthog::PostHog;
use crate::posthog::events::FeatureUsed;
use crate::request::RequestInfo;
use crate::session::{AppSession, FlashLevel};

const MESSAGE: &str = "Captured for the company acme-corp.";

pub async fn use_feature(
    _: CurrentUser,
    Extension(info): Extension<Arc<RequestInfo>>,
    session: AppSession,
    posthog: PostHog,
) -> Result<Response> {
    let company = json!({ "name": "Acme Corp", "plan": "enterprise", "employee_count": 150 });
    posthog.with_group("company", "acme-corp", company);
    posthog.capture(FeatureUsed {
        feature_name: "group_analytics",
    });
    if info.wants_json {
        Ok(Json(json!({ "success": true, "message": MESSAGE })).into_response())
    } else {
        session.flash(FlashLevel::Success, MESSAGE).await?;
        Ok(Redirect::to("/dashboard").into_response())
    }
}
