//! Exceptions: what PostHog is told of an error, and of whose it was.

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{App, Browser, Event, PASSWORD, People, Person};

#[tokio::test]
async fn an_error_captured_by_hand_is_an_exception_with_an_event_beside_it() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let (status, answer) = breaks(&ann, "by hand").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(answer["success"], false);

    let captured = app.event("$exception").await;
    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["type"], "Error");
    assert_eq!(exception["value"], std::fmt::Error.to_string());
    assert_shape(&app, &captured, "error", true).await;
    assert_eq!(app.event("window_broken").await["how"], "by hand");
}

#[tokio::test]
async fn an_error_that_a_handler_returns_is_captured_on_the_way_out() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let (status, answer) = breaks(&ann, "error").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer["success"], false);
    assert!(!answer.to_string().contains("nobody handled this"));

    let captured = app.event("$exception").await;
    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["type"], "Unhandled");
    assert_eq!(exception["value"], "nobody handled this");
    assert_shape(&app, &captured, "error", false).await;
    assert!(app.events_named("window_broken").await.is_empty());
}

#[tokio::test]
async fn a_panic_is_captured_and_the_process_lives_on() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let (status, answer) = breaks(&ann, "panic").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.to_string().contains("a panic on purpose"));

    let captured = app.event("$exception").await;
    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["value"], "a panic on purpose");
    assert_shape(&app, &captured, "fatal", false).await;
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn what_the_database_says_of_a_query_is_an_exception_and_no_answer() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let (status, answer) = breaks(&ann, "database").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.to_string().contains("nonsense"));

    let captured = app.event("$exception").await;
    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["type"], "DbErr");
    let value = exception["value"].as_str().unwrap();
    assert!(value.contains("nonsense"), "{value}");
    assert_shape(&app, &captured, "error", false).await;
}

#[tokio::test]
async fn a_visitor_breaks_nothing() {
    let app = App::start().await;
    let (status, _) = breaks(&app.browser(), "panic").await;

    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn automatic_capture_can_be_switched_off() {
    let app = App::with(&[("POSTHOG_CAPTURE_EXCEPTIONS", "false")]).await;
    let ann = app.sign_up("Ann").await;
    for how in ["error", "panic"] {
        let (status, _) = breaks(&ann, how).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    assert!(app.events_named("$exception").await.is_empty());
    breaks(&ann, "by hand").await;
    app.event("$exception").await;
}

#[tokio::test]
async fn what_somebody_did_wrong_is_not_captured() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.get("/nowhere").await;
    ann.get("/logout").await;
    ann.post("/card", &[("name", "")]).await;

    assert!(app.events_named("$exception").await.is_empty());
}

async fn breaks(browser: &Browser, how: &str) -> (StatusCode, Value) {
    let headers = [
        ("x-posthog-session-id", "the-session"),
        ("user-agent", "Tests/1.0"),
    ];
    let form = [("how", how)];
    let answer = browser
        .post_with("/api/break?from=lounge", &form, &headers)
        .await;
    (answer.status, answer.json())
}

/// What every exception of a signed-in user's request looks like.
async fn assert_shape(app: &App, captured: &Event, level: &str, handled: bool) {
    assert_eq!(captured.distinct_id, app.user_id("Ann").await);
    assert_eq!(captured["$exception_level"], level);
    assert_eq!(captured["$session_id"], "the-session");
    assert_eq!(captured["$request_method"], "POST");
    assert_eq!(captured["$request_path"], "/api/break");
    let url = format!("{}/api/break?from=lounge", app.url);
    assert_eq!(captured["$current_url"], url);
    assert_eq!(captured["$raw_user_agent"], "Tests/1.0");
    assert_eq!(captured["$ip"], "127.0.0.1");

    let exception = &captured["$exception_list"][0];
    let mechanism = &exception["mechanism"];
    assert_eq!(mechanism["handled"], handled);
    assert_eq!(mechanism["type"], "generic");
    assert_eq!(mechanism["synthetic"], false);
    assert_eq!(exception["stacktrace"]["type"], "raw");
    let frames = exception["stacktrace"]["frames"].as_array().unwrap();
    let innermost = frames.iter().rfind(|frame| frame["in_app"] == true);
    let innermost = innermost.expect("a frame of the app");
    assert_eq!(innermost["filename"], "broken.rs");
    assert!(innermost["lineno"].as_u64().unwrap() > 0);
    assert!(!innermost["function"].as_str().unwrap().is_empty());
    assert_eq!(frames.last(), Some(innermost), "where it arose stands last");
    for frame in frames {
        assert_eq!(frame["lang"], "rust");
        assert_eq!(frame["platform"], "native");
        assert!(frame["in_app"].is_boolean() && frame["filename"].is_string());
    }

    let text = format!("{captured:?}");
    for secret in [PASSWORD, "ann@example.com", "session="] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
