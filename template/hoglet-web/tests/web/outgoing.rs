//! The way to PostHog where a company's proxy stands in it.

use hoglet_web::testing::{Process, Signal};
use reqwest::StatusCode;

use crate::club::program::BINARY;
use crate::support::RING;

/// Nobody listens there.
const PROXY: &str = "http://ann:hunter2@127.0.0.1:9";

#[tokio::test]
async fn a_posthog_on_this_machine_is_reached_past_every_proxy() {
    for names in [
        &["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"],
        &["http_proxy", "https_proxy", "all_proxy"],
    ] {
        let proxies = names.map(|name| (name, PROXY));
        let mut process = Process::start(*BINARY, &proxies).await;
        let browser = process.browser();
        browser.post(RING, &[]).await;
        let script = browser.get("/relay/static/array.js").await;
        assert_eq!(script.status, StatusCode::OK);
        let ended = process.end(Signal::Terminate).await;
        assert_eq!(ended.counted(), [1, 1, 0], "{}", ended.log);
    }
}

#[tokio::test]
async fn a_proxy_is_told_at_the_start_and_named_where_it_fails() {
    let variables = [
        ("POSTHOG_HOST", "http://posthog.example"),
        ("POSTHOG_RETRY_SECONDS", "1"),
        ("ALL_PROXY", PROXY),
    ];
    let mut process = Process::start(*BINARY, &variables).await;
    let answer = process.browser().get("/relay/static/array.js").await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    let ended = process.end(Signal::Terminate).await;

    // The first line comes before the app listens.
    let failed = &ended.said_once("the proxy could not reach PostHog")["error"];
    let failed = failed.as_str().unwrap();
    assert!(
        failed.contains("through the proxy http://127.0.0.1:9 ("),
        "{failed}"
    );
    let started = ended.said_once("PostHog is reached through a proxy");
    assert_eq!(started["proxy"], "http://127.0.0.1:9");
    assert!(!ended.log.contains("hunter2"), "{}", ended.log);
}
