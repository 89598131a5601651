//! Requests to PostHog through a company's proxy.

use std::io::{Read, Write};
use std::net::TcpListener;

use hoglet_web::testing::{Process, Signal};
use reqwest::StatusCode;

use crate::club::program::BINARY;
use crate::support::RING;

/// A proxy with an address where nothing listens.
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

    // This is logged before the app listens.
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

#[tokio::test]
async fn a_proxy_that_answers_in_posthogs_place_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    // The thread ends with the test's process.
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let _ = client.read(&mut [0; 4096]).unwrap();
            let answer = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            client.write_all(answer.as_bytes()).unwrap();
        }
    });
    let variables = [
        ("POSTHOG_HOST", "http://posthog.example"),
        ("POSTHOG_RETRY_SECONDS", "1"),
        ("HTTP_PROXY", &proxy),
        ("HTTPS_PROXY", "socks5://ann:hunter2@127.0.0.1:9"),
    ];
    let mut process = Process::start(*BINARY, &variables).await;
    process.browser().post(RING, &[]).await;
    let ended = process.end(Signal::Terminate).await;

    let reason = format!("403 Forbidden, through the proxy {proxy} (");
    assert!(ended.log.contains(&reason), "{}", ended.log);
    // A proxy that cannot be used is reported at the start.
    let unusable = "HTTPS_PROXY names a SOCKS proxy";
    assert_eq!(ended.log.matches(unusable).count(), 1, "{}", ended.log);
    assert!(!ended.log.contains("hunter2"), "{}", ended.log);
}
