//! `/api/group-analytics`: an event that belongs to a user and to their company.

use super::events::FeatureUsed;
use crate::prelude::*;

const MESSAGE: &str = "Captured for the company acme-corp.";

/// Describes the company to PostHog, and captures an event for it and its user.
pub async fn use_feature(_: CurrentUser, visit: Visit) -> Result<Response> {
    let company = json!({ "name": "Acme Corp", "plan": "enterprise", "employee_count": 150 });
    visit.posthog.with_group("company", "acme-corp", company);
    visit.posthog.capture(FeatureUsed {
        feature_name: "group_analytics",
    });
    if visit.wants_json() {
        Ok(Json(json!({ "success": true, "message": MESSAGE })).into_response())
    } else {
        visit.redirect_with_success("/dashboard", MESSAGE)
    }
}
