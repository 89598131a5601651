//! `/api/group-analytics`

use serde_json::json;

use crate::support::*;

const PATH: &str = "/api/group-analytics";

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn the_event_belongs_to_the_company_and_to_the_user() {
    let (app, ann) = app_with_ann().await;
    let answer = ann.post(PATH, &[]).await;
    assert_eq!(answer.json()["success"], true);
    assert!(answer.json()["message"].is_string());

    let group = app.event("$groupidentify").await;
    assert_eq!(group["$group_type"], "company");
    assert_eq!(group["$group_key"], "acme-corp");
    let company = json!({ "name": "Acme Corp", "plan": "enterprise", "employee_count": 150 });
    assert_eq!(group["$group_set"], company);
    let used = app.event("feature_used").await;
    assert_eq!(used.distinct_id, app.user_id(ANN).await);
    assert_eq!(used["feature_name"], "group_analytics");
    assert_eq!(used["$groups"], json!({ "company": "acme-corp" }));
}

#[tokio::test]
async fn without_scripts_the_button_leads_to_a_page_that_says_what_happened() {
    let (_app, ann) = app_with_ann().await;
    let answer = ann.post_with(PATH, &[], BROWSER).await;
    assert_eq!(answer.location(), "/dashboard");
    let page = ann.page("/dashboard").await;
    assert_shows(&page, "Captured for the company acme-corp.");
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn it_is_for_users() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser.post(PATH, &[]).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["success"], false);
    assert_eq!(
        browser.post_with(PATH, &[], BROWSER).await.location(),
        "/login"
    );
    assert!(app.events().await.is_empty());
}
