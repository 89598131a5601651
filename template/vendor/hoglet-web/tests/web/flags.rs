//! Flags: the requests for them, the events that reading them sends, and evaluation in this process.

use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use hoglet_web::posthog::PostHog;
use serde_json::json;

use crate::club::plan::{ALL, NEW_LOUNGE};
use crate::club::router_with;
use crate::support::{App, Browser, Event, People, Recorder, Reply, until_asked, wait_until};

/// An app that evaluates flags locally, and has received their definitions.
async fn with_definitions(posthog: Recorder, variables: &[(&str, &str)]) -> (App, Browser) {
    let mut all = vec![("POSTHOG_SECRET_KEY", "phx_key")];
    all.extend(variables);
    posthog.define_flag("new-lounge", true, Some(json!({ "colour": "green" })));
    let app = App::beside(posthog, &all).await;
    let ann = app.sign_up("Ann").await;
    // The definitions arrive in the background. Until then the defaults apply.
    let begin = Instant::now();
    while !ann.get("/lounge").await.text().contains("new chairs") {
        assert!(begin.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (app, ann)
}

#[tokio::test]
async fn with_a_secret_key_no_request_asks_posthog_for_flags() {
    let posthog = Recorder::start().await;
    posthog.define_flag("lounge-greeting", "warm", None);
    let (app, ann) = with_definitions(posthog, &[]).await;
    let page = ann.get("/lounge").await.text();
    assert!(page.contains("Good to see you"));
    assert!(page.contains("green"), "the payload");
    assert_eq!(app.posthog.flag_requests().len(), 0);
}

#[tokio::test]
async fn a_flag_without_a_definition_is_asked_for_and_the_others_keep_their_values() {
    let posthog = Recorder::start().await;
    posthog.set_flag("new-lounge", false, None);
    posthog.set_flag("lounge-greeting", "bold", None);
    let (app, ann) = with_definitions(posthog, &[]).await;
    let before = app.posthog.flag_requests().len();
    let page = ann.get("/lounge").await.text();
    assert!(page.contains("Your move"), "{page}");
    assert!(page.contains("new chairs"), "{page}");

    // PostHog's specification demands that the request names every flag.
    let asked = &app.posthog.flag_requests()[before..];
    assert_eq!(asked.len(), 1);
    let declared: Vec<_> = ALL.iter().map(|flag| flag.key).collect();
    assert_eq!(asked[0]["flag_keys_to_evaluate"], json!(declared));
}

#[tokio::test]
async fn flags_are_not_those_of_the_place_where_the_server_stands() {
    let app = App::start().await;
    app.posthog.set_flag("new-lounge", true, None);
    let ann = app.sign_up("Ann").await;
    ann.get("/lounge").await;
    wait_until("the flag was read", || !read(&app).is_empty()).await;
    assert_eq!(app.posthog.flag_requests()[0]["geoip_disable"], true);
    // PostHog can still locate the event, by the person's own address.
    let read = read(&app).remove(0);
    assert_eq!(read["$ip"], "127.0.0.1");
    for name in ["$geoip_disable", "located"] {
        assert!(read[name].is_null(), "{name}: {read:#?}");
    }
}

#[tokio::test]
async fn a_flag_that_posthog_does_not_know_either_is_asked_for_once() {
    let (app, ann) = with_definitions(Recorder::start().await, &[]).await;
    let ben = app.sign_up("Ben").await;
    for member in [ann, ben] {
        let page = member.get("/lounge").await.text();
        assert!(page.contains("new chairs"), "{page}");
    }
    assert_eq!(app.posthog.flag_requests().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_whole_does_not_tell_which_flags_there_are() {
    for (name, value) in [
        ("errorsWhileComputingFlags", json!(true)),
        ("quotaLimited", json!(true)),
        // The SDK cannot read this form.
        ("quotaLimited", json!(["feature_flags"])),
    ] {
        let posthog = Recorder::start().await;
        posthog.adds_to_flags(name, value);
        let (app, ann) = with_definitions(posthog, &[]).await;
        ann.get("/lounge").await;
        assert_eq!(app.posthog.flag_requests().len(), 2, "{name}");
        app.posthog.adds_to_flags(name, false);
        app.posthog.set_flag("lounge-greeting", "bold", None);
        let page = ann.get("/lounge").await.text();
        assert!(page.contains("Your move"), "{name}: {page}");
    }
}

#[tokio::test]
async fn a_failure_does_not_tell_which_flags_there_are() {
    let posthog = Recorder::start().await;
    posthog.replies_to_flags([Reply::Status(503), Reply::Status(200)]);
    posthog.set_flag("lounge-greeting", "bold", None);
    let (_app, ann) = with_definitions(posthog, &[]).await;
    let page = ann.get("/lounge").await.text();
    assert!(!page.contains("Your move"), "{page}");
    let page = ann.get("/lounge").await.text();
    assert!(page.contains("Your move"), "{page}");
}

#[tokio::test]
async fn flags_with_local_definitions_work_whatever_posthog_replies() {
    for reply in [
        Reply::Never,
        Reply::Status(503),
        Reply::RetryAfter("1"),
        Reply::Status(200),
    ] {
        let posthog = Recorder::start().await;
        posthog.replies_to_flags([reply; 100]);
        let timeout = [("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "50")];
        let (app, ann) = with_definitions(posthog, &timeout).await;
        // The first requests ask PostHog. Then it is not asked for a while.
        for _ in 0..6 {
            let page = ann.get("/lounge").await.text();
            assert!(page.contains("new chairs"), "{reply:?}: {page}");
            assert!(page.contains("green"), "{reply:?}");
        }
        assert_eq!(app.posthog.flag_requests().len(), 3, "{reply:?}");
        let read = app.event("$feature_flag_called").await;
        assert_eq!(read["$feature_flag"], "new-lounge");
        assert_eq!(read["locally_evaluated"], true);
    }
}

#[tokio::test]
async fn posthog_is_asked_once_more_after_a_failure_that_may_pass() {
    for reply in [Reply::Status(502), Reply::Status(504), Reply::Disconnect] {
        let app = App::start().await;
        app.posthog.set_flag("new-lounge", true, None);
        let ann = app.sign_up("Ann").await;
        app.posthog.replies_to_flags([reply]);
        let begin = Instant::now();
        let page = ann.get("/lounge").await.text();
        assert!(page.contains("new chairs"), "{reply:?}: {page}");
        assert!(begin.elapsed() >= Duration::from_millis(300), "{reply:?}");
        let asked = app.posthog.flag_requests();
        assert_eq!(asked.len(), 2, "{reply:?}");
        assert_eq!(asked[0], asked[1], "{reply:?}");

        app.posthog.replies_to_flags([reply; 2]);
        let page = ann.get("/lounge").await.text();
        assert!(page.contains("All is as it was."), "{reply:?}: {page}");
        assert_eq!(app.posthog.flag_requests().len(), 4, "{reply:?}");
    }
}

#[tokio::test]
async fn posthog_is_not_asked_again_after_its_own_refusal() {
    for status in [400, 401, 408, 429, 500, 503] {
        let app = App::start().await;
        app.posthog.set_flag("new-lounge", true, None);
        let ann = app.sign_up("Ann").await;
        app.posthog.replies_to_flags([Reply::Status(status)]);
        let page = ann.get("/lounge").await.text();
        assert!(page.contains("All is as it was."), "{status}: {page}");
        assert_eq!(app.posthog.flag_requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_timeout_of_a_second_has_room_for_a_retry_and_the_default_has_none() {
    // An empty value means the default.
    for (milliseconds, times) in [("1000", 2), ("", 1)] {
        let timeout = [("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", milliseconds)];
        let app = App::with(&timeout).await;
        let ann = app.sign_up("Ann").await;
        app.posthog.replies_to_flags([Reply::Status(502)]);
        ann.get("/lounge").await;
        assert_eq!(app.posthog.flag_requests().len(), times, "{milliseconds}");
    }
}

#[tokio::test]
async fn a_long_timeout_also_gives_a_second_try_to_an_attempt_that_hangs() {
    let timeout = [("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "2900")];
    let app = App::with(&timeout).await;
    app.posthog.set_flag("new-lounge", true, None);
    let ann = app.sign_up("Ann").await;
    app.posthog.replies_to_flags([Reply::Never]);
    let page = ann.get("/lounge").await.text();
    assert!(page.contains("new chairs"), "{page}");
    assert_eq!(app.posthog.flag_requests().len(), 2);
}

#[tokio::test]
async fn a_short_flag_event_keeps_what_every_event_carries() {
    let app = App::start().await;
    app.posthog.adds_to_flags("minimalFlagCalledEvents", true);
    app.posthog
        .set_flag("new-lounge", true, Some(json!({ "colour": "green" })));
    app.posthog.set_flag("lounge-greeting", "bold", None);
    let ann = app.sign_up("Ann").await;
    let session = [("x-posthog-session-id", "s-1")];
    ann.get_with("/lounge", &session).await;
    wait_until("both were read", || read(&app).len() == 2).await;

    let mut read = read(&app);
    read.sort_by_key(|event| event["$feature_flag"].to_string());
    let [experiment, flag] = read.as_slice() else {
        panic!("{read:#?}");
    };
    assert_eq!(flag["$feature_flag"], "new-lounge");
    assert_eq!(flag["$feature_flag_response"], true);
    assert_eq!(flag["$session_id"], "s-1");
    assert_eq!(flag["$ignore_sent_at"], true);
    assert_eq!(flag["environment"], "test");
    assert!(flag["release"].is_string());
    assert_eq!(flag["$geoip_disable"], true, "it has no address");
    assert_eq!(flag.distinct_id, app.user_id("Ann").await);
    for dropped in [
        "$current_url",
        "$feature/new-lounge",
        "$feature_flag_payload",
        "$ip",
        "$lib_version__major",
    ] {
        assert!(flag[dropped].is_null(), "{dropped}: {flag:#?}");
    }
    assert_eq!(experiment["$feature_flag"], "lounge-greeting");
    assert_eq!(
        experiment["$request_path"], "/lounge",
        "an experiment's is whole"
    );
    assert_eq!(experiment["$ignore_sent_at"], true);
}

#[tokio::test]
async fn the_definitions_too_ask_for_short_flag_events() {
    let posthog = Recorder::start().await;
    posthog.adds_to_flags("minimalFlagCalledEvents", true);
    let (app, _) = with_definitions(posthog, &[]).await;
    wait_until("the flag was read", || !read(&app).is_empty()).await;
    let read = read(&app).remove(0);
    assert_eq!(read["locally_evaluated"], true);
    assert!(read["$current_url"].is_null(), "{read:#?}");
    assert_eq!(read["environment"], "test");
    assert_eq!(read["$ignore_sent_at"], true);
}

#[tokio::test]
async fn a_visitors_short_flag_event_makes_no_person() {
    let pages = Router::new().route("/read", get(reads));
    let app = App::with_router(&[], |web| router_with(pages, web)).await;
    app.posthog.adds_to_flags("minimalFlagCalledEvents", true);
    app.posthog.set_flag("new-lounge", true, None);
    until_asked(&app, "/read").await;
    wait_until("the flag was read", || !read(&app).is_empty()).await;
    assert_eq!(read(&app)[0]["$process_person_profile"], false);
    assert!(read(&app)[0]["personless"].is_null());
}

async fn reads(posthog: PostHog) {
    posthog.flags().await.is_enabled(&NEW_LOUNGE);
}

fn read(app: &App) -> Vec<Event> {
    let mut events = app.posthog.events();
    events.retain(|event| event.name == "$feature_flag_called");
    events
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
