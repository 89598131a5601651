//! `/api/trigger-error`: errors on purpose.

use reqwest::StatusCode;

use crate::support::{Answer, App, BROWSER, Browser, People, Person};

#[tokio::test]
async fn an_error_captured_by_hand_is_an_exception_with_an_event_beside_it() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for (error_type, exception) in [
        ("value", "ParseIntError"),
        ("key", "DemoError"),
        ("generic", "DemoError"),
    ] {
        let answer = trigger(&ann, error_type).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["success"], false);
        assert_eq!(answer.json()["error"], error_type);
        assert!(answer.json()["message"].is_string());

        let events = app.events().await;
        let [.., captured, event] = &events[..] else {
            panic!("{events:?}");
        };
        assert_eq!(captured.name, "$exception");
        assert_eq!(captured.distinct_id, app.user_id("Ann").await);
        assert_eq!(captured["$exception_list"][0]["type"], exception);
        assert_eq!(event.name, "error_triggered");
        assert_eq!(event["error_type"], error_type);
        let message = &captured["$exception_list"][0]["value"];
        assert_eq!(&event["error_message"], message);
    }
}

#[tokio::test]
async fn an_error_that_a_handler_returns_is_captured_on_the_way_out() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = trigger(&ann, "unhandled").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.text().contains("nobody handled this"));

    let captured = app.event("$exception").await;
    assert_eq!(captured.distinct_id, app.user_id("Ann").await);
    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["value"], "nobody handled this");
    assert_eq!(exception["mechanism"]["handled"], false);
    assert!(app.events_named("error_triggered").await.is_empty());
}

#[tokio::test]
async fn a_panic_is_captured_and_the_process_lives_on() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = trigger(&ann, "panic").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.text().contains("a panic on purpose"));

    let captured = app.event("$exception").await;
    let exception = &captured["$exception_list"][0];
    assert_eq!(exception["value"], "a panic on purpose");
    // The process lives on.
    assert_eq!(captured["$exception_level"], "error");
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn a_type_that_does_not_exist_is_the_callers_mistake() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let answer = trigger(&ann, "nonsense").await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["success"], false);
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn without_scripts_each_button_leads_to_a_page() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let press = async |error_type| {
        let form = [("error_type", error_type)];
        ann.post_with("/api/trigger-error", &form, BROWSER).await
    };
    assert_eq!(press("value").await.location(), "/profile");
    let page = ann.get("/profile").await.text();
    assert!(page.contains("Captured: invalid digit found in string."));
    for error_type in ["unhandled", "panic"] {
        let answer = press(error_type).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.text().contains("</html>"));
    }
}

#[tokio::test]
async fn a_visitor_breaks_nothing() {
    let app = App::start().await;
    let answer = trigger(&app.browser(), "panic").await;

    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(app.events().await.is_empty());
}

async fn trigger(browser: &Browser, error_type: &str) -> Answer {
    let form = [("error_type", error_type)];
    browser.post("/api/trigger-error", &form).await
}
