//! `/api/group-analytics`

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, People, Person};
use hoglet_web::testing::BROWSER;

#[tokio::test]
async fn the_event_belongs_to_the_company_as_well_as_to_the_user() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = ann.post("/api/group-analytics", &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["success"], true);
    assert!(answer.json()["message"].is_string());

    let group = app.event("$groupidentify").await;
    assert_eq!(group["$group_type"], "company");
    assert_eq!(group["$group_key"], "acme-corp");
    assert_eq!(group["$group_set"]["name"], "Acme Corp");
    assert!(group["$group_set"]["plan"].is_string());
    assert!(group["$group_set"]["employee_count"].is_u64());
    let used = app.event("feature_used").await;
    assert_eq!(used.distinct_id, app.user_id("Ann").await);
    assert_eq!(used["feature_name"], "group_analytics");
    assert_eq!(used["$groups"], json!({ "company": "acme-corp" }));

    let names: Vec<_> = app
        .events()
        .await
        .into_iter()
        .map(|event| event.name)
        .collect();
    let place = |name| names.iter().position(|other| other == name);
    assert!(place("$groupidentify") < place("feature_used"));
}

#[tokio::test]
async fn the_company_is_described_once_a_process() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for _ in 0..3 {
        ann.post("/api/group-analytics", &[]).await;
    }
    assert_eq!(app.events_named("$groupidentify").await.len(), 1);
    assert_eq!(app.events_named("feature_used").await.len(), 3);

    // It says the same again, and PostHog has it the same.
    let other = app.another().await;
    let ann = other.browser();
    ann.log_in("Ann").await;
    ann.post("/api/group-analytics", &[]).await;
    other.events().await;
    assert_eq!(app.events_named("$groupidentify").await.len(), 2);
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
async fn without_scripts_a_visitor_is_led_to_the_log_in() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser
        .post_with("/api/group-analytics", &[], BROWSER)
        .await;

    assert_eq!(answer.location(), "/login");
    let page = browser.get("/login").await.text();
    assert!(page.contains("Log in first, then try that again."));
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn it_is_for_users() {
    let app = App::start().await;
    let answer = app.browser().post("/api/group-analytics", &[]).await;

    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.json()["success"], false);
    assert!(app.events().await.is_empty());
}
