//! Exceptions: the data that PostHog gets about an error, and about the visitor or user of the request.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::{Uuid, Version};

use crate::club::chores::Chore;
use crate::support::{App, Browser, Event, PASSWORD, People, Person, with_broken_pages};

/// The mechanism of an exception, in the form of PostHog's specification.
fn outermost(kind: &str, handled: bool, synthetic: bool) -> Value {
    json!({ "type": kind, "handled": handled, "synthetic": synthetic, "exception_id": 0 })
}

/// The mechanism of an exception that is the cause of another one.
fn cause_of(parent: usize) -> Value {
    json!({
        "type": "chained",
        "source": "cause",
        "synthetic": false,
        "exception_id": parent + 1,
        "parent_id": parent,
    })
}

fn mechanisms(exception: &Event) -> Vec<Value> {
    let list = exception["$exception_list"].as_array().unwrap();
    list.iter()
        .map(|entry| entry["mechanism"].clone())
        .collect()
}

#[tokio::test]
async fn each_exception_says_how_it_was_noticed_and_how_its_causes_hang_together() {
    let app = with_broken_pages(&[]).await;
    // A value that implements `Error` has no stack, so Hoglet adds the stack of the capture. A panic has
    // its own stack, unless it was resumed.
    let returned = outermost("middleware", false, true);
    let response = json!("axum.error_response");
    let caught = json!("axum.catch_panic");
    let hook = json!("rust.panic_hook");
    for (path, mechanism, causes, source, status) in [
        (
            "/by-hand",
            outermost("generic", true, true),
            0,
            Value::Null,
            Value::Null,
        ),
        (
            "/by-hand-with",
            outermost("generic", true, true),
            1,
            Value::Null,
            Value::Null,
        ),
        ("/error", returned.clone(), 1, response.clone(), json!(500)),
        ("/long-chain", returned, 49, response, json!(500)),
        (
            "/panic",
            outermost("panic", false, false),
            0,
            caught.clone(),
            json!(500),
        ),
        (
            "/passed-on",
            outermost("panic", false, true),
            0,
            caught,
            json!(500),
        ),
        (
            "/task",
            outermost("task", false, false),
            0,
            hook.clone(),
            Value::Null,
        ),
        (
            "/thread",
            outermost("panic", false, false),
            0,
            hook,
            Value::Null,
        ),
    ] {
        let before = app.events_named("$exception").await.len();
        app.browser().get(path).await;
        let exceptions = app.events_named("$exception").await;
        // If a panic is resumed, the hook has captured it once already.
        let passed_on = usize::from(path == "/passed-on");
        assert_eq!(exceptions.len(), before + 1 + passed_on, "{path}");
        let exception = exceptions[before..]
            .iter()
            .find(|event| event["$exception_source"] == source)
            .expect(path);

        let mut expected = vec![mechanism];
        expected.extend((0..causes).map(cause_of));
        assert_eq!(mechanisms(exception), expected, "{path}");
        assert_eq!(exception["$exception_level"], "error", "{path}");
        assert_eq!(exception["$response_status_code"], status, "{path}");
        let list = exception["$exception_list"].as_array().unwrap();
        for (depth, entry) in list.iter().enumerate() {
            assert!(!entry["type"].as_str().unwrap().is_empty(), "{path}");
            assert!(entry["value"].is_string(), "{path}");
            assert_eq!(entry["stacktrace"].is_object(), depth == 0, "{path}");
        }
    }
}

#[tokio::test]
async fn a_job_that_breaks_is_a_task_however_it_breaks() {
    for (chore, synthetic) in [(Chore::Panic, false), (Chore::Fail, true)] {
        let app = App::start().await;
        app.enqueue(chore).await;
        app.run_jobs().await;
        let exception = app.event("$exception").await;
        assert_eq!(
            mechanisms(&exception)[0],
            outermost("task", false, synthetic)
        );
        assert_eq!(exception["$exception_source"], "hoglet.job");
        assert_eq!(exception["$exception_level"], "error");
    }
}

#[tokio::test]
async fn an_error_captured_by_hand_takes_properties_along_and_tells_its_id() {
    let app = with_broken_pages(&[]).await;
    let id = app.browser().get("/by-hand-with").await.text().to_owned();
    let id: Uuid = id.parse().unwrap();
    assert_eq!(id.get_version(), Some(Version::SortRand));

    let captured = app.event("$exception").await;
    assert_eq!(captured.uuid, id.to_string());
    assert_eq!(captured["table"], 7);
    // A `None` is not sent as a property, but becomes null in a list.
    assert!(!captured.properties.contains_key("clock"));
    assert_eq!(captured["opening"], json!({ "name": "Sicilian" }));
    assert_eq!(captured["moves"], json!(["e4", null, "c5"]));
    // A caller cannot set the source or the level of an exception.
    assert_eq!(captured["$exception_level"], "error");
    assert_eq!(captured["$exception_list"][0]["type"], "OrderError");
    for reserved in ["$exception_source", "$debug_images"] {
        assert!(!captured.properties.contains_key(reserved), "{reserved}");
    }
    assert_eq!(captured["$exception_fingerprint"], "flags that fell");
}

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
    assert_shape(&app, &captured, ("generic", true)).await;
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
    assert_shape(&app, &captured, ("middleware", false)).await;
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
    assert_shape(&app, &captured, ("panic", false)).await;
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn an_error_of_the_database_is_an_exception_and_is_not_shown() {
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
    assert_shape(&app, &captured, ("middleware", false)).await;
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
async fn a_mistake_of_the_client_is_not_captured() {
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

/// The properties that every exception in a request of a signed-in user has.
async fn assert_shape(app: &App, captured: &Event, (mechanism, handled): (&str, bool)) {
    assert_eq!(captured.distinct_id, app.user_id("Ann").await);
    assert_eq!(captured["$exception_level"], "error");
    assert_eq!(captured["$session_id"], "the-session");
    assert_eq!(captured["$request_method"], "POST");
    assert_eq!(captured["$request_path"], "/api/break");
    let url = format!("{}/api/break?from=lounge", app.url);
    assert_eq!(captured["$current_url"], url);
    assert_eq!(captured["$raw_user_agent"], "Tests/1.0");
    assert_eq!(captured["$ip"], "127.0.0.1");

    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["mechanism"]["type"], mechanism);
    assert_eq!(exception["mechanism"]["handled"], handled);
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
