//! The app's hook that sees each event before it is sent.

use std::time::Duration;

use posthog_rs::Event;
use serde_json::json;

use crate::support::{App, People};

/// An event outside of a request. The club's hook decides whether it is sent.
fn event(fate: &str) -> Event {
    let mut event = Event::new("moved", "the-clock");
    event.insert_prop("fate", fate).unwrap();
    event.insert_prop("secret", "the password").unwrap();
    event
}

#[tokio::test]
async fn an_event_is_sent_as_the_app_lets_it_go() {
    let app = App::start().await;
    app.web.posthog.capture(event("changed"));
    let error = std::io::Error::other("broken");
    let properties = json!({ "fate": "changed", "secret": "the password" });
    app.web.posthog.capture_error_with(&error, properties);

    for name in ["moved", "$exception"] {
        let sent = app.event(name).await;
        assert_eq!(sent["seen"], true, "{name}");
        assert!(!sent.properties.contains_key("secret"), "{name}");
        // The hook has seen the complete event, and the other properties are unchanged.
        assert_eq!(sent["$lib"], "posthog-rs", "{name}");
        assert_eq!(sent["environment"], "test", "{name}");
    }
}

#[tokio::test]
async fn an_event_that_the_app_drops_is_counted_as_dropped_and_not_as_lost() {
    let app = App::start().await;
    app.web.posthog.capture(event("dropped"));
    app.web.posthog.capture(event("kept"));
    // The sender of a dropped event learns that it must not send the event again.
    let settled = app
        .web
        .posthog
        .capture_and_tell(event("dropped"), chrono::Utc::now());
    settled.await.expect("it need not be sent again");

    assert_eq!(app.events().await.len(), 1);
    let counts = app.browser().get("/readyz").await.json()["posthog"].clone();
    assert_eq!(counts["captured"], 3);
    assert_eq!(counts["delivered"], 1);
    assert_eq!(counts["dropped"], 2);
    assert_eq!(counts["lost"], 0);
    assert_eq!(counts["waiting"], 0);
}

#[tokio::test]
async fn a_hook_that_panics_lets_nothing_out_and_holds_nothing_up() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let before = app.events().await.len();
    for fate in ["kept", "panics", "kept", "panics", "kept"] {
        app.web.posthog.capture(event(fate));
    }
    assert!(app.web.posthog.flush(Duration::from_secs(10)).await);

    // The panic does not make an event either, which the hook would see again.
    let events = app.posthog.events().split_off(before);
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["moved", "moved", "moved"]);
    let counts = app.web.posthog.counts();
    assert_eq!((counts.lost, counts.dropped, counts.waiting), (2, 0, 0));
    assert_eq!(ann.get("/card").await.status, reqwest::StatusCode::OK);
}
