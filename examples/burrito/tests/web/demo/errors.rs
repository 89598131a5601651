//! `/api/trigger-error`: what error capture sends.

use reqwest::StatusCode;
use serde_json::Value;

use crate::support::{App, Browser, Event, PASSWORD, People, Person};
use hoglet_web::testing::BROWSER;

#[tokio::test]
async fn an_error_captured_by_hand_is_an_exception_with_an_event_beside_it() {
    for (error_type, exception) in [
        ("value", "ParseIntError"),
        ("key", "DemoError"),
        ("generic", "DemoError"),
    ] {
        let app = App::start().await;
        let ann = app.sign_up("Ann").await;
        let answer = trigger(&ann, error_type).await;
        assert_eq!(answer.0, StatusCode::BAD_REQUEST);
        assert_eq!(answer.1["success"], false);
        assert!(answer.1["error"].is_string() && answer.1["message"].is_string());

        let captured = app.event("$exception").await;
        assert_eq!(captured["$exception_list"][0]["type"], exception);
        assert_shape(&app, &captured, "error", true).await;
        let event = app.event("error_triggered").await;
        assert_eq!(event["error_type"], error_type);
        let message = event["error_message"].as_str().unwrap();
        assert_eq!(captured["$exception_list"][0]["value"], message);
    }
}

#[tokio::test]
async fn an_error_that_a_handler_returns_is_captured_on_the_way_out() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let (status, answer) = trigger(&ann, "unhandled").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer["success"], false);
    assert!(!answer.to_string().contains("nobody handled this"));

    let captured = app.event("$exception").await;
    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["type"], "DemoError");
    assert_eq!(exception["value"], "nobody handled this");
    assert_shape(&app, &captured, "error", false).await;
    assert!(app.events_named("error_triggered").await.is_empty());
}

#[tokio::test]
async fn a_panic_is_captured_and_the_process_lives_on() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let (status, answer) = trigger(&ann, "panic").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.to_string().contains("a panic on purpose"));

    let captured = app.event("$exception").await;
    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["value"], "a panic on purpose");
    assert_shape(&app, &captured, "fatal", false).await;
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn a_type_that_does_not_exist_is_the_callers_mistake() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for form in [
        &[("error_type", "nonsense")][..],
        &[("other", "value")],
        &[],
    ] {
        let answer = ann.post("/api/trigger-error", form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json()["success"], false);
    }
    assert!(app.events_named("$exception").await.is_empty());
    assert!(app.events_named("error_triggered").await.is_empty());
}

#[tokio::test]
async fn without_scripts_each_button_leads_to_a_page() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let press = async |error_type| {
        let form = [("error_type", error_type)];
        ann.post_with("/api/trigger-error", &form, BROWSER).await
    };
    for (error_type, message) in [
        ("value", "Captured: invalid digit found in string."),
        ("generic", "Captured: something generic went wrong."),
    ] {
        assert_eq!(press(error_type).await.location(), "/profile");
        let page = ann.get("/profile").await.text();
        assert!(page.contains(message), "{page}");
    }
    for (error_type, status) in [("unhandled", 500), ("panic", 500), ("nonsense", 422)] {
        let answer = press(error_type).await;
        assert_eq!(answer.status, status);
        let content_type = answer.header("content-type");
        assert_eq!(content_type, "text/html; charset=utf-8", "{error_type}");
    }
}

#[tokio::test]
async fn a_visitor_breaks_nothing() {
    let app = App::start().await;
    let (status, _) = trigger(&app.browser(), "panic").await;

    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn automatic_capture_can_be_switched_off() {
    let app = App::with(&[("POSTHOG_CAPTURE_EXCEPTIONS", "false")]).await;
    let ann = app.sign_up("Ann").await;
    for error_type in ["unhandled", "panic"] {
        let (status, _) = trigger(&ann, error_type).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    assert!(app.events_named("$exception").await.is_empty());
    trigger(&ann, "generic").await;
    app.event("$exception").await;
}

#[tokio::test]
async fn what_somebody_did_wrong_is_not_captured() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.get("/nowhere").await;
    ann.get("/logout").await;
    ann.post("/profile", &[("name", "")]).await;

    assert!(app.events_named("$exception").await.is_empty());
}

async fn trigger(browser: &Browser, error_type: &str) -> (StatusCode, Value) {
    let headers = [
        ("x-posthog-session-id", "the-session"),
        ("user-agent", "Tests/1.0"),
    ];
    let form = [("error_type", error_type)];
    let answer = browser
        .post_with("/api/trigger-error?from=profile", &form, &headers)
        .await;
    (answer.status, answer.json())
}

/// What every exception of a signed-in user's request looks like.
async fn assert_shape(app: &App, captured: &Event, level: &str, handled: bool) {
    assert_eq!(captured.distinct_id, app.user_id("Ann").await);
    assert_eq!(captured["$exception_level"], level);
    assert_eq!(captured["$session_id"], "the-session");
    assert_eq!(captured["$request_method"], "POST");
    assert_eq!(captured["$request_path"], "/api/trigger-error");
    let url = format!("{}/api/trigger-error?from=profile", app.url);
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
    assert_eq!(innermost["filename"], "src/demo/errors.rs");
    assert!(innermost["lineno"].as_u64().unwrap() > 0);
    assert!(
        innermost["function"]
            .as_str()
            .unwrap()
            .contains("trigger_error")
    );
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
