//! Scenarios of PostHog's specification for SDKs that no other file here covers.
//!
//! `docs/posthog-sdk-compliance.md` of the repository lists all scenarios.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use hoglet_web::posthog::{PostHog, TrackedEvent};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::club::plan::{GREETING, NEW_LOUNGE};
use crate::club::router_with;
use crate::support::{App, Event, People, Recorder, client_alone, until_asked};

const AMPLE: Duration = Duration::from_secs(10);

#[derive(Clone, Serialize)]
struct Nullable(BTreeMap<&'static str, Value>);

impl TrackedEvent for Nullable {
    const NAME: &'static str = "nullable_properties";
}

fn nullable() -> Nullable {
    Nullable(BTreeMap::from([
        ("optional", Value::Null),
        ("nested", json!({ "value": null })),
        ("items", json!(["first", null, "last"])),
        ("empty", json!("")),
        ("zero", json!(0)),
        ("enabled", json!(false)),
    ]))
}

/// A page that answers with the flags of its visitor.
async fn reads(posthog: PostHog) -> Json<Value> {
    let flags = posthog.flags().await;
    Json(json!({
        "on": flags.is_enabled(&NEW_LOUNGE),
        "variant": flags.variant(&GREETING),
        "payload": flags.payload(&NEW_LOUNGE),
    }))
}

async fn captures(posthog: PostHog) {
    posthog.capture(nullable());
}

async fn describes(posthog: PostHog) {
    // Every property is kept, independent of its name.
    let nested = json!({
        "preferences": { "theme": "dark" }, "tags": ["beta"], "note": null, "score": 0,
        "$group_type": "literal-type", "$group_key": "literal-key",
    });
    posthog.group_identify("company", "acme", nested);
    posthog.group_identify("company", "nameless", json!({}));
}

async fn app() -> App {
    let pages = Router::new()
        .route("/nulls", get(captures))
        .route("/read", get(reads))
        .route("/describe", get(describes));
    App::with_router(&[], |web| router_with(pages, web)).await
}

#[tokio::test]
async fn properties_that_are_null_arrive_as_null() {
    let app = app().await;
    app.browser().get("/nulls").await;
    let event = app.event("nullable_properties").await;
    for (name, value) in nullable().0 {
        assert_eq!(event.properties.get(name), Some(&value), "{name}");
    }
    assert_eq!(event.properties.get("missing"), None);
}

#[tokio::test]
async fn a_flag_has_its_value_and_an_unknown_flag_is_off() {
    let app = app().await;
    let read = async || app.browser().get("/read").await.json();
    until_asked(&app, "/read").await;
    assert_eq!(
        read().await,
        json!({ "on": false, "variant": null, "payload": null }),
        "no flag is known"
    );
    for (value, on) in [
        (json!(true), true),
        (json!(false), false),
        (json!("any"), true),
    ] {
        app.posthog.set_flag("new-lounge", value.clone(), None);
        assert_eq!(read().await["on"], on, "{value}");
    }
    for (value, variant) in [
        (json!("warm"), json!("warm")),
        (json!("unheard-of"), Value::Null),
        (json!(true), Value::Null),
        (json!(false), Value::Null),
    ] {
        app.posthog.set_flag("lounge-greeting", value.clone(), None);
        assert_eq!(read().await["variant"], variant, "{value}");
    }
}

#[tokio::test]
async fn a_payload_keeps_its_type() {
    let app = app().await;
    until_asked(&app, "/read").await;
    for payload in [
        json!("hello"),
        json!(""),
        json!(false),
        json!(0),
        json!({ "color": "green" }),
        json!([1, false]),
    ] {
        app.posthog
            .set_flag("new-lounge", true, Some(payload.clone()));
        let read = app.browser().get("/read").await.json();
        assert_eq!(read["payload"], payload);
    }
}

#[tokio::test]
async fn a_group_is_described_as_it_was_said() {
    let app = app().await;
    let ann = app.sign_up("Ann").await;
    ann.get("/describe").await;
    let described = app.events_named("$groupidentify").await;
    let of = |key: &str| -> &Event {
        let found = described.iter().find(|event| event["$group_key"] == key);
        found.expect(key)
    };
    let acme = of("acme");
    assert_eq!(acme.distinct_id, app.event("$identify").await.distinct_id);
    assert_eq!(acme["$group_type"], "company");
    assert_eq!(
        acme["$group_set"],
        json!({
            "preferences": { "theme": "dark" }, "tags": ["beta"], "note": null, "score": 0,
            "$group_type": "literal-type", "$group_key": "literal-key",
        })
    );
    assert_eq!(of("nameless")["$group_set"], json!({}));
}

fn names(posthog: &Recorder) -> Vec<String> {
    let events = posthog.events().into_iter();
    events.map(|event| event.name).collect()
}

#[tokio::test]
async fn a_flush_sends_what_waits_in_its_order_and_nothing_where_nothing_waits() {
    let posthog = Recorder::start().await;
    let client = client_alone(&posthog).await;
    assert!(client.flush(AMPLE).await);
    assert!(posthog.batches().is_empty());
    for name in ["first", "second", "third"] {
        client.capture(posthog_rs::Event::new_anon(name));
    }
    assert!(client.flush(AMPLE).await);
    assert_eq!(names(&posthog), ["first", "second", "third"]);
}

#[tokio::test]
async fn after_the_shutdown_nothing_is_sent_and_a_second_one_does_no_harm() {
    let posthog = Recorder::start().await;
    let client = client_alone(&posthog).await;
    client.capture(posthog_rs::Event::new_anon("before"));
    client.shut_down(Instant::now() + AMPLE).await;
    client.shut_down(Instant::now() + AMPLE).await;
    client.capture(posthog_rs::Event::new_anon("after"));
    client.shut_down(Instant::now() + AMPLE).await;
    assert_eq!(names(&posthog), ["before"]);
    let counts = client.counts();
    assert_eq!((counts.captured, counts.waiting), (2, 0));
    assert_eq!((counts.delivered, counts.lost), (1, 1));
}
