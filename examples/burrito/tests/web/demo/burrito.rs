//! `/burrito`

use serde_json::json;

use super::burritos::count;
use crate::support::*;

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn the_button_counts_and_each_press_is_an_event() {
    let app = App::start().await;
    let browser = app.browser();
    for count in 1..=3 {
        let answer = browser.post("/api/burrito/consider", &[]).await;
        assert_eq!(answer.json(), json!({ "success": true, "count": count }));
    }
    assert_eq!(count(&browser).await, 3);

    let mut counts = Vec::new();
    for event in app.events_named("burrito_considered").await {
        assert_eq!(event.distinct_id, browser.visitor_id());
        counts.push(event["total_considerations"].clone());
    }
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
    assert_eq!(count(&browser).await, 1);
}
