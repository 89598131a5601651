//! `/api/group-analytics`: an event of a person on behalf of their company.

use axum::Json;
use serde_json::{Value, json};

use crate::auth::CurrentUser;
use crate::posthog::PostHog;
use crate::posthog::events::FeatureUsed;

pub async fn use_feature(_: CurrentUser, posthog: PostHog) -> Json<Value> {
    let company = json!({ "name": "Acme Corp", "plan": "enterprise", "employee_count": 150 });
    posthog.with_group("company", "acme-corp", company);
    posthog.capture(FeatureUsed {
        feature_name: "group_analytics",
    });
    Json(json!({ "success": true, "message": "Captured for the company acme-corp." }))
}
