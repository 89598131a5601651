//! `/burrito`

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, BROWSER};

#[tokio::test]
async fn the_button_counts_and_each_press_is_an_event() {
    let app = App::start().await;
    let browser = app.browser();
    for count in 1..=3 {
        let answer = browser.post("/api/burrito/consider", &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json(), json!({ "success": true, "count": count }));
    }

    let page = browser.get("/burrito").await;
    assert!(page.text().contains(r#"<output id="count">3</output>"#));
    let counts: Vec<_> = app
        .events_named("burrito_considered")
        .await
        .into_iter()
        .map(|event| {
            assert_eq!(event.distinct_id, browser.visitor_id());
            event["total_considerations"].clone()
        })
        .collect();
    assert_eq!(counts, [1, 2, 3]);
}

#[tokio::test]
async fn without_scripts_the_button_leads_back_to_the_page() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser
        .post_with("/api/burrito/consider", &[], BROWSER)
        .await;

    assert_eq!(answer.location(), "/burrito");
    let page = browser.get("/burrito").await;
    assert!(page.text().contains(r#"<output id="count">1</output>"#));
}

#[tokio::test]
async fn everybody_has_a_count_of_their_own() {
    let app = App::start().await;
    for _ in 0..2 {
        let answer = app.browser().post("/api/burrito/consider", &[]).await;
        assert_eq!(answer.json()["count"], 1);
    }
}
