//! Flags: which are asked for, what their reading sends, and evaluation in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;

use crate::club::plan::ALL;
use crate::support::{App, People};

#[tokio::test]
async fn with_a_secret_key_nobody_is_asked_on_a_request() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let flags = post(async move || {
        counted.fetch_add(1, Ordering::Relaxed);
        StatusCode::SERVICE_UNAVAILABLE
    });
    let posthog = Router::new()
        .route("/flags/definitions/", get(definitions))
        .route("/flags/definitions", get(definitions))
        .route("/flags/", flags);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, posthog).await });
    let app = App::with(&[("POSTHOG_HOST", &host), ("POSTHOG_SECRET_KEY", "phx_key")]).await;
    let ann = app.sign_up("Ann").await;

    // The definitions arrive in the background; until then the defaults hold.
    let begin = Instant::now();
    let page = loop {
        let page = ann.get("/lounge").await.text();
        if page.contains("There are new chairs.") {
            break page;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "{page}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(page.contains("Good to see you"));
    assert!(page.contains("green"), "the payload");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_flag_that_posthog_does_not_know_is_read_without_an_event() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/lounge").await.text();
    assert!(page.contains("All is as it was."));
    assert!(app.events_named("$feature_flag_called").await.is_empty());

    app.posthog.set_flag("new-lounge", false, None);
    ann.get("/lounge").await;
    let read: Vec<_> = app.stop().await;
    let read: Vec<_> = read
        .into_iter()
        .filter(|event| event.name == "$feature_flag_called")
        .collect();
    assert_eq!(read.len(), 1, "{read:#?}");
    assert_eq!(read[0]["$feature_flag"], "new-lounge");
    assert_eq!(read[0]["$feature_flag_response"], false);
    assert!(read[0]["$feature_flag_error"].is_null());
}

#[tokio::test]
async fn posthog_is_asked_for_every_flag_of_the_list() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.get("/lounge").await;
    let declared: Vec<_> = ALL.iter().map(|flag| flag.key).collect();
    assert_eq!(declared, ["new-lounge", "lounge-greeting"]);
    let asked = &app.posthog.flag_requests()[0]["flag_keys_to_evaluate"];
    assert_eq!(*asked, json!(declared));
}

#[tokio::test]
async fn in_development_the_stand_in_can_read_the_flags() {
    let app = App::with(&[("APP_ENV", "development")]).await;
    let answer = app.browser().get("/dev/flags").await;
    let variants = ["control", "warm", "bold"];
    let flags = json!([
        { "key": "new-lounge", "variants": [] },
        { "key": "lounge-greeting", "variants": variants },
    ]);
    assert_eq!(answer.json(), flags);

    for environment in ["test", "production"] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        let answer = app.browser().get("/dev/flags").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

async fn definitions(headers: HeaderMap) -> Response {
    if headers
        .get("authorization")
        .is_none_or(|value| value != "Bearer phx_key")
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let everybody = |variant: Option<&str>| json!([{ "properties": [], "rollout_percentage": 100, "variant": variant }]);
    let answer = json!({
        "flags": [
            {
                "id": 1, "key": "new-lounge", "name": "", "active": true,
                "filters": { "groups": everybody(None), "payloads": { "true": "{\"colour\":\"green\"}" } },
            },
            {
                "id": 2, "key": "lounge-greeting", "name": "", "active": true,
                "filters": {
                    "groups": everybody(None),
                    "multivariate": { "variants": [
                        { "key": "warm", "rollout_percentage": 100 },
                    ] },
                },
            },
        ],
        "group_type_mapping": {},
        "cohorts": {},
    });
    Json(answer).into_response()
}
