//! `/api/trigger-error` where people use the app: it is not there.

use reqwest::StatusCode;

use crate::support::{Answer, App, Browser, People};

const PRODUCTION: [(&str, &str); 2] = [
    ("APP_ENV", "production"),
    ("APP_URL", "https://example.com"),
];

#[tokio::test]
async fn in_production_nothing_breaks_on_purpose() {
    let app = App::with(&PRODUCTION).await;
    let ann = app.sign_up("Ann").await;
    assert!(!has_buttons(&ann).await);
    for error_type in ["value", "unhandled", "panic"] {
        let answer = trigger(&ann, error_type).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn in_production_it_may_be_asked_for() {
    let app = App::with(&[&PRODUCTION[..], &[("DEMO_ERRORS", "true")]].concat()).await;
    let ann = app.sign_up("Ann").await;
    assert!(has_buttons(&ann).await);
    let answer = trigger(&ann, "value").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

async fn trigger(browser: &Browser, error_type: &str) -> Answer {
    let form = [("error_type", error_type)];
    browser.post("/api/trigger-error", &form).await
}

async fn has_buttons(browser: &Browser) -> bool {
    let page = browser.get("/profile").await;
    assert_eq!(page.status, StatusCode::OK);
    page.text().contains("/api/trigger-error")
}
