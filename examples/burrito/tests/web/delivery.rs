//! Nothing that was captured is lost.

use std::time::{Duration, Instant};

use reqwest::StatusCode;

use crate::support::{App, Mood, wait_until};

#[tokio::test]
async fn stopping_delivers_what_was_captured() {
    let app = App::start().await;
    let browser = app.browser();
    for _ in 0..20 {
        browser.post("/api/burrito/consider", &[]).await;
    }
    assert_eq!(app.stop().await.len(), 20);
}

#[tokio::test]
async fn events_wait_until_posthog_answers_again_and_nobody_waits_for_them() {
    let app = App::start().await;
    app.posthog.feels(Mood::Fails);
    let browser = app.browser();
    let begin = Instant::now();
    for _ in 0..5 {
        let answer = browser.post("/api/burrito/consider", &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    assert!(begin.elapsed() < Duration::from_secs(5));
    app.posthog.feels(Mood::Well);

    assert_eq!(app.events_named("burrito_considered").await.len(), 5);
    assert_eq!(app.state.posthog.counts().lost, 0);
}

#[tokio::test]
async fn what_cannot_wait_is_counted() {
    let app = App::with(&[("POSTHOG_QUEUE_SIZE", "2"), ("POSTHOG_RETRY_SECONDS", "1")]).await;
    app.posthog.feels(Mood::Hangs);
    let browser = app.browser();
    for _ in 0..30 {
        browser.post("/api/burrito/consider", &[]).await;
    }
    wait_until("all of it is given up", || {
        app.state.posthog.counts().lost == 30
    })
    .await;
    let counts = browser.get("/readyz").await.json()["posthog"].clone();
    assert_eq!(counts["captured"], 30);
    assert_eq!(counts["lost"], 30);
    assert_eq!(counts["waiting"], 0);
}

#[tokio::test]
async fn a_posthog_that_hangs_does_not_hold_up_the_end() {
    let app = App::with(&[("SHUTDOWN_TIMEOUT_SECONDS", "1")]).await;
    app.posthog.feels(Mood::Hangs);
    app.browser().post("/api/burrito/consider", &[]).await;
    let client = app.state.posthog.clone();
    let begin = Instant::now();
    app.stop().await;

    assert!(begin.elapsed() < Duration::from_secs(3));
    let counts = client.counts();
    assert_eq!((counts.captured, counts.lost), (1, 1));
}
