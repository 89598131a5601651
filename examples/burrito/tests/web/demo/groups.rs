//! `/api/group-analytics`

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, BROWSER, People};

#[tokio::test]
async fn the_event_belongs_to_the_company_as_well_as_to_the_user() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = ann.post("/api/group-analytics", &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["success"], true);
    assert!(answer.json()["message"].is_string());

    let events = app.events().await;
    let [.., group, used] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(group.name, "$groupidentify");
    assert_eq!(group["$group_type"], "company");
    assert_eq!(group["$group_key"], "acme-corp");
    let company = json!({ "name": "Acme Corp", "plan": "enterprise", "employee_count": 150 });
    assert_eq!(group["$group_set"], company);
    assert_eq!(used.name, "feature_used");
    assert_eq!(used.distinct_id, app.user_id("Ann").await);
    assert_eq!(used["feature_name"], "group_analytics");
    assert_eq!(used["$groups"], json!({ "company": "acme-corp" }));
}

#[tokio::test]
async fn without_scripts_the_button_leads_to_a_page_that_says_what_happened() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = ann.post_with("/api/group-analytics", &[], BROWSER).await;

    assert_eq!(answer.location(), "/dashboard");
    let page = ann.get("/dashboard").await.text();
    assert!(page.contains("Captured for the company acme-corp."));
    app.event("feature_used").await;
}

#[tokio::test]
async fn it_is_for_users() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser.post("/api/group-analytics", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["success"], false);

    let answer = browser
        .post_with("/api/group-analytics", &[], BROWSER)
        .await;
    assert_eq!(answer.location(), "/login");
    assert!(app.events().await.is_empty());
}
