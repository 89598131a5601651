//! `/api/trigger-error`: causes errors on purpose.

use crate::support::*;

const PRODUCTION: (&str, &str) = ("APP_ENV", "production");

const PATH: &str = "/api/trigger-error";

async fn trigger(browser: &Browser, error_type: &str) -> Answer {
    browser.post(PATH, &[("error_type", error_type)]).await
}

/// The same, as a form without a script.
async fn press(browser: &Browser, error_type: &str) -> Answer {
    let form = [("error_type", error_type)];
    browser.post_with(PATH, &form, BROWSER).await
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_handler_can_capture_an_error_that_it_handles() {
    for (error_type, exception) in [
        ("value", "ParseIntError"),
        ("key", "DemoError"),
        ("generic", "DemoError"),
    ] {
        let (app, ann) = app_with_ann().await;
        let answer = trigger(&ann, error_type).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["success"], false);
        assert_eq!(answer.json()["error"], error_type);
        assert!(answer.json()["message"].is_string());

        let captured = app.event("$exception").await;
        assert_eq!(captured.distinct_id, app.user_id(ANN).await);
        let captured = &captured["$exception_list"][0];
        assert_eq!(captured["type"], exception);
        let event = app.event("error_triggered").await;
        assert_eq!(event["error_type"], error_type);
        assert_eq!(event["error_message"], captured["value"]);
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn an_error_that_a_handler_returns_and_a_panic_are_captured_too() {
    for (error_type, message) in [
        ("unhandled", "nobody handled this"),
        ("panic", "a panic on purpose"),
    ] {
        let (app, ann) = app_with_ann().await;
        let answer = trigger(&ann, error_type).await;
        assert_eq!(answer.status, 500);
        assert_hides(&answer.text(), message);

        let captured = app.event("$exception").await;
        assert_eq!(captured.distinct_id, app.user_id(ANN).await);
        assert_eq!(captured["$exception_level"], "error");
        let exception = &captured["$exception_list"][0];
        assert_eq!(exception["value"], message);
        assert_eq!(exception["mechanism"]["handled"], false);
        assert!(app.events_named("error_triggered").await.is_empty());
        assert!(ann.is_signed_in().await, "the process lives on");
    }
}

#[tokio::test]
async fn without_scripts_each_button_leads_to_a_page() {
    let (_app, ann) = app_with_ann().await;
    assert_eq!(press(&ann, "value").await.location(), "/profile");
    let page = ann.page("/profile").await;
    assert_shows(&page, "Captured: invalid digit found in string.");
    for error_type in ["unhandled", "panic"] {
        let answer = press(&ann, error_type).await;
        assert_eq!(answer.status, 500);
        assert_shows(&answer.text(), "</html>");
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_visitor_cannot_trigger_an_error() {
    let app = App::start().await;
    assert_eq!(trigger(&app.browser(), "panic").await.status, 401);
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn in_production_it_is_absent_unless_a_setting_asks_for_it() {
    for (is_asked_for, status) in [("false", 404), ("true", 400)] {
        let app = App::with(&[PRODUCTION, ("DEMO_ERRORS", is_asked_for)]).await;
        let ann = app.sign_up(ANN).await;
        let page = ann.page("/profile").await;
        assert_eq!(page.contains("/api/trigger-error"), status == 400);
        assert_eq!(trigger(&ann, "value").await.status, status);
    }
    let app = App::with(&[PRODUCTION]).await;
    assert_eq!(trigger(&app.sign_up(ANN).await, "panic").await.status, 404);
}
