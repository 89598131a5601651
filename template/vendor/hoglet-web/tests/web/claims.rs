//! Claims of clients in headers and cookies: they prove nothing, and garbage does no harm.

use reqwest::Method;

use crate::support::{App, Browser, PASSWORD, People, RING};

#[tokio::test]
async fn a_header_identifies_only_a_client_without_cookies() {
    let app = App::start().await;
    let header = [("x-posthog-distinct-id", " front-end \u{e9} ")];
    let (visitor, ann) = (app.browser(), app.sign_up("Ann").await);
    visitor.get("/").await;

    for (browser, expected) in [
        (app.browser(), "front-end \u{e9}".to_owned()),
        (visitor.clone(), visitor.visitor_id()),
        (ann, app.user_id("Ann").await),
    ] {
        browser.post_with(RING, &[], &header).await;
        let event = app.events_named("bell_rung").await.pop().unwrap();
        assert_eq!(event.distinct_id, expected);
    }
}

#[tokio::test]
async fn an_id_that_posthog_refuses_counts_as_absent() {
    let app = App::start().await;
    for refused in [
        "anonymous",
        "Anonymous",
        "guest",
        "null",
        "None",
        "0",
        "true",
        "undefined",
        "",
        "  ",
        "\"null\"",
        "[object Object]",
        "NaN",
        "nil",
        "distinct_id",
        "\u{85}",
    ] {
        let browser = app.browser();
        let header = [("x-posthog-distinct-id", refused)];
        browser.post_with(RING, &[], &header).await;
        let event = app.events_named("bell_rung").await.pop().unwrap();
        assert_eq!(event.distinct_id, browser.visitor_id(), "{refused:?}");
    }
}

#[tokio::test]
async fn a_header_is_linked_to_nobody() {
    let app = App::start().await;
    let browser = app.browser();
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let header = [("x-posthog-distinct-id", "somebody-else")];
    browser.post_with("/signup", &form, &header).await;

    let events = app.events().await;
    assert!(!format!("{events:?}").contains("somebody-else"));
}

#[tokio::test]
async fn a_header_logs_no_user_in() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let id = app.user_id("Ann").await;
    let header = [
        ("x-posthog-distinct-id", &*id),
        ("x-posthog-session-id", &*id),
    ];
    let browser = app.browser();

    let answer = browser.get_with("/card", &header).await;
    assert_eq!(answer.location(), "/login?next=%2Fcard");
}

#[tokio::test]
async fn header_garbage_harms_nobody() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let huge = "x".repeat(50_000);
    for garbage in [
        b"\xff\xfe".as_slice(),
        "\u{9b}31m".as_bytes(),
        huge.as_bytes(),
        b"\t",
    ] {
        for name in [
            "x-posthog-distinct-id",
            "x-posthog-session-id",
            "user-agent",
            "accept",
            "referer",
            "x-forwarded-for",
            "sec-purpose",
            "sec-gpc",
            "accept-language",
            "if-none-match",
        ] {
            for path in ["/card", "/livez", "/static/app.css", "/relay/e/"] {
                let request = ann.request(Method::GET, path).header(name, garbage);
                let answer = ann.send(request).await;
                assert_eq!(answer.status, 200, "{name} at {path}");
            }
        }
    }
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn odd_cookies_of_other_apps_log_no_user_out() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for odd in [
        "gr\u{fc}n=\u{e4}\u{f6}".as_bytes(),
        b"gr\xfcn=\xe4\xf6",
        b"no-equals-sign",
        b"=",
        b";;",
        b"a=\"b",
        b"session",
    ] {
        let session = format!("; session={}", ann.cookie("session").unwrap());
        let browser: Browser = app.browser();
        let request = browser
            .request(Method::GET, "/card")
            .header("cookie", [odd, session.as_bytes()].concat());
        assert_eq!(browser.send(request).await.status, 200, "{odd:?}");
    }
}
