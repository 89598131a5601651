//! Reading flags in a page: the result, the events that it sends, and the time that it waits.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::posthog::PostHog;
use hoglet_web::session::lifetime::Remember;
use hoglet_web::visit::Visit;
use hoglet_web::web::Web;
use reqwest::StatusCode;
use sea_orm::TransactionTrait;
use serde_json::json;

use crate::club::chores::Chore;
use crate::club::plan::{GREETING, NEW_LOUNGE, VoteCast};
use crate::club::{member, router_with};
use crate::support::{App, Event, People, Reply, until_asked};

async fn reads(posthog: PostHog) -> &'static str {
    let flags = posthog.flags().await;
    flags.is_enabled(&NEW_LOUNGE);
    flags.variant(&GREETING).unwrap_or("default")
}

async fn enqueues(State(web): State<Web>, visit: Visit) -> Result<()> {
    visit
        .jobs
        .enqueue(&web.database, Chore::VoteInTheLounge)
        .await?;
    Ok(())
}

/// Captures before and after the flags are evaluated, and fails.
async fn decides(posthog: PostHog) -> Result<()> {
    posthog.capture(VoteCast { choice: "before" });
    posthog.capture_error(&std::io::Error::other("before"));
    posthog.flags().await;
    posthog.capture(VoteCast { choice: "after" });
    posthog.capture_error(&std::io::Error::other("after"));
    posthog.with_group("team", "red", json!({ "size": 11 }));
    posthog.capture(VoteCast {
        choice: "in a team",
    });
    Err(std::io::Error::other("at the end").into())
}

async fn decides_and_panics(posthog: PostHog) {
    posthog.flags().await;
    panic!("at the end");
}

/// Reads flags as a visitor, then signs up and reads them as the user.
async fn decides_and_joins(State(web): State<Web>, mut visit: Visit) -> Result<()> {
    visit.posthog.flags().await;
    let hash = visit.hash_password("a sentence is fine".to_owned()).await?;
    let transaction = web.database.begin().await?;
    let email = Email::normalized("ann@example.com");
    let member = member::create(&transaction, email, "Ann", hash).await?;
    let member = member.unwrap();
    let log_in = visit.log_in(&transaction, member, Remember::No).await?;
    transaction.commit().await?;
    log_in.finish(&mut visit).await?;
    visit.posthog.capture(VoteCast { choice: "before" });
    visit.posthog.flags().await;
    visit.posthog.capture(VoteCast { choice: "after" });
    Ok(())
}

/// The club with pages that read flags, of which one is on and one is off.
async fn with_pages_that_decide() -> App {
    let pages = Router::new()
        .route("/read", get(reads))
        .route("/enqueue", post(enqueues))
        .route("/decide", get(decides))
        .route("/panic", get(decides_and_panics))
        .route("/join", post(decides_and_joins));
    let app = App::with_router(&[], |web| router_with(pages, web)).await;
    app.posthog.set_flag("new-lounge", false, None);
    app.posthog.set_flag("lounge-greeting", "bold", None);
    until_asked(&app, "/read").await;
    app
}

fn carries_flags(event: &Event) -> bool {
    let values = [
        &event["$feature/new-lounge"],
        &event["$feature/lounge-greeting"],
    ];
    let active = &event["$active_feature_flags"];
    if values.iter().all(|value| value.is_null()) && active.is_null() {
        return false;
    }
    assert_eq!(values, [&json!(false), &json!("bold")], "{event:#?}");
    assert_eq!(*active, json!(["lounge-greeting"]), "{event:#?}");
    true
}

#[tokio::test]
async fn an_event_after_the_flags_were_evaluated_carries_them() {
    let app = with_pages_that_decide().await;
    let ann = app.sign_up("Ann").await;
    for browser in [ann, app.browser()] {
        let before = app.events().await.len();
        assert_eq!(browser.get("/decide").await.status, 500);
        let events = app.events().await.split_off(before);
        let carrying = |name| {
            let events = events.iter().filter(|event| event.name == name);
            events.map(carries_flags).collect::<Vec<_>>()
        };
        assert_eq!(carrying("vote_cast"), [false, true, true]);
        assert_eq!(carrying("$exception"), [false, true, true]);
        // A `$groupidentify` describes a group and not an action, so it carries no flags.
        assert!(!carrying("$groupidentify").contains(&true));
    }
    let before = app.events().await.len();
    assert_eq!(app.browser().get("/panic").await.status, 500);
    let events = app.events().await.split_off(before);
    assert!(carries_flags(&events[0]), "{events:#?}");
}

#[tokio::test]
async fn what_a_job_captures_carries_its_flags() {
    let app = with_pages_that_decide().await;
    let ann = app.sign_up("Ann").await;
    ann.post("/enqueue", &[]).await;
    app.run_jobs().await;
    assert!(carries_flags(&app.event("vote_cast").await));
    assert!(carries_flags(&app.event("$exception").await));
}

#[tokio::test]
async fn a_users_events_carry_the_users_flags_and_not_those_of_the_visitor_they_were() {
    let app = with_pages_that_decide().await;
    let browser = app.browser();
    browser.get("/bell").await;
    let visitor = browser.visitor_id();
    let before = app.posthog.flag_requests().len();
    assert_eq!(browser.post("/join", &[]).await.status, 200);

    let asked = &app.posthog.flag_requests()[before..];
    let asked: Vec<_> = asked.iter().map(|asked| &asked["distinct_id"]).collect();
    let user = app.user_id("Ann").await;
    assert_eq!(asked, [&json!(visitor), &json!(user)]);
    let votes = app.events_named("vote_cast").await;
    assert!(votes.iter().all(|vote| vote.distinct_id == user));
    let votes: Vec<_> = votes.iter().map(carries_flags).collect();
    assert_eq!(votes, [false, true]);
    assert!(!carries_flags(&app.event("$identify").await));
}

#[tokio::test]
async fn a_client_that_is_known_by_a_header_only_has_the_defaults() {
    let app = with_pages_that_decide().await;
    let before = app.posthog.flag_requests().len();
    let read = app.events_named("$feature_flag_called").await.len();
    let header = [("x-posthog-distinct-id", "a-robot")];
    let answer = app.browser().get_with("/read", &header).await;
    assert_eq!(answer.text(), "default");
    app.browser().post_with("/enqueue", &[], &header).await;
    app.run_jobs().await;

    assert_eq!(app.posthog.flag_requests().len(), before);
    let vote = app.event("vote_cast").await;
    assert_eq!(vote.distinct_id, "a-robot");
    assert!(!carries_flags(&vote));

    // With a visitor's cookie, the request belongs to that visitor.
    let browser = app.browser();
    browser.get("/bell").await;
    let answer = browser.get_with("/read", &header).await;
    assert_eq!(answer.text(), "bold");
    let asked = app.posthog.flag_requests();
    assert_eq!(asked.len(), before + 1);
    assert_eq!(asked[before]["distinct_id"], browser.visitor_id());
    let called = app.stop().await;
    let called: Vec<_> = called
        .iter()
        .filter(|event| event.name == "$feature_flag_called")
        .map(|event| event.distinct_id.as_str())
        .collect();
    assert!(!called.contains(&"a-robot"), "{called:?}");
    assert!(called.len() > read);
}

#[tokio::test]
async fn a_page_that_no_visitor_sees_captures_no_view() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    assert_eq!(ann.head("/lounge").await.status, StatusCode::OK);
    for purpose in ["prefetch", "prefetch;prerender"] {
        let headers = [("sec-purpose", purpose)];
        ann.get_with("/lounge", &headers).await;
        ann.get_with("/card", &headers).await;
    }

    assert!(app.events_named("lounge_viewed").await.is_empty());
    assert!(app.events_named("card_viewed").await.is_empty());
}

#[tokio::test]
async fn a_flag_and_its_payload_change_the_page() {
    let app = App::start().await;
    let payload = json!({ "colour": "<b>green</b>" });
    app.posthog.set_flag("new-lounge", true, Some(payload));
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/lounge").await.text();

    assert!(page.contains("There are new chairs."));
    assert!(page.contains("colour"));
    assert!(!page.contains("<b>green"), "markup in a payload is text");
}

#[tokio::test]
async fn a_flag_with_markup_cannot_break_out_of_the_page() {
    let app = App::start().await;
    let markup = r#"</code></script><script>alert("x")</script>"#;
    app.posthog
        .set_flag("new-lounge", true, Some(json!({ markup: markup })));
    app.posthog.set_flag("lounge-greeting", markup, None);
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/lounge").await;

    assert!(!page.text().contains("<script>alert"), "{}", page.text());
    let config = page.posthog_config().unwrap();
    assert_eq!(config["flags"]["lounge-greeting"], markup);
}

#[tokio::test]
async fn a_variant_chooses_the_greeting() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for (variant, greeting) in [
        ("warm", "Good to see you"),
        ("bold", "Your move"),
        ("control", "Lounge"),
        ("one that we do not know", "Lounge"),
    ] {
        app.posthog.set_flag("lounge-greeting", variant, None);
        let page = ann.get("/lounge").await.text();
        assert!(
            page.contains(&format!("<h1>{greeting}</h1>")),
            "{variant}: {page}"
        );
    }
}

#[tokio::test]
async fn flags_are_asked_for_once_a_request_and_for_the_user() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let header = [("x-posthog-distinct-id", "somebody-else")];
    ann.get_with("/lounge", &header).await;
    ann.get("/card").await;

    let asked = app.posthog.flag_requests();
    assert_eq!(asked.len(), 1, "one page reads flags: {asked:?}");
    assert_eq!(asked[0]["distinct_id"], app.user_id("Ann").await);
    let properties = json!({ "email": "ann@example.com", "name": "Ann" });
    assert_eq!(asked[0]["person_properties"], properties);
}

#[tokio::test]
async fn reading_a_flag_is_an_event_once_for_each_person_and_value() {
    let app = App::start().await;
    app.posthog.set_flag("new-lounge", true, None);
    app.posthog.set_flag("lounge-greeting", "bold", None);
    let ann = app.sign_up("Ann").await;
    let anns_id = app.user_id("Ann").await;
    for _ in 0..3 {
        ann.get("/lounge").await;
    }
    app.posthog.set_flag("lounge-greeting", "warm", None);
    ann.get("/lounge").await;

    let mut read: Vec<_> = app
        .stop()
        .await
        .into_iter()
        .filter(|event| event.name == "$feature_flag_called")
        .map(|event| {
            assert_eq!(event.distinct_id, anns_id);
            assert_eq!(event["$request_path"], "/lounge");
            let flag = event["$feature_flag"].as_str().unwrap().to_owned();
            (flag, event["$feature_flag_response"].clone())
        })
        .collect();
    read.sort_by_key(|(flag, value)| (flag.clone(), value.to_string()));
    assert_eq!(
        read,
        [
            ("lounge-greeting".to_owned(), json!("bold")),
            ("lounge-greeting".to_owned(), json!("warm")),
            ("new-lounge".to_owned(), json!(true)),
        ]
    );
}

#[tokio::test]
async fn posthog_js_is_told_the_flags_that_the_page_has_read() {
    let app = App::start().await;
    app.posthog
        .set_flag("new-lounge", true, Some(json!({ "a": 1 })));
    app.posthog.set_flag("lounge-greeting", "bold", None);
    let ann = app.sign_up("Ann").await;
    let config = ann.get("/lounge").await.posthog_config().unwrap();

    let flags = json!({ "new-lounge": true, "lounge-greeting": "bold" });
    assert_eq!(config["flags"], flags);
    let payloads = json!({ "new-lounge": { "a": 1 } });
    assert_eq!(config["flag_payloads"], payloads);
}

#[tokio::test]
async fn defaults_hold_when_posthog_fails() {
    let app = App::start().await;
    app.posthog.set_flag("new-lounge", true, None);
    let ann = app.sign_up("Ann").await;
    for reply in [Reply::Status(503), Reply::Status(200)] {
        app.posthog.replies(reply);
        let page = ann.get("/lounge").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("<h1>Lounge</h1>"), "{reply:?}");
        assert!(page.text().contains("All is as it was."));
    }
    app.posthog.replies(Reply::Normal);
}

#[tokio::test]
async fn a_posthog_that_hangs_delays_no_page_and_is_soon_not_asked_any_more() {
    let app = App::with(&[("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "50")]).await;
    let ann = app.sign_up("Ann").await;
    app.posthog.replies(Reply::Never);
    for _ in 0..8 {
        let begin = Instant::now();
        let page = ann.get("/lounge").await;
        assert!(begin.elapsed() < Duration::from_secs(2));
        assert!(page.text().contains("<h1>Lounge</h1>"));
    }

    assert_eq!(app.posthog.flag_requests().len(), 3);
}

#[tokio::test]
async fn a_page_waits_for_flags_as_long_as_its_setting_says() {
    let app = App::with(&[("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "250")]).await;
    let ann = app.sign_up("Ann").await;
    let fastest_of_three = async || {
        let mut fastest = Duration::MAX;
        for _ in 0..3 {
            let begin = Instant::now();
            ann.get("/lounge").await;
            fastest = fastest.min(begin.elapsed());
        }
        fastest
    };
    let well = fastest_of_three().await;
    let asked = app.posthog.flag_requests().len();
    app.posthog.replies(Reply::Never);
    let hanging = fastest_of_three().await;

    assert!(app.posthog.flag_requests().len() > asked);
    let bound = well * 3 + Duration::from_millis(300);
    assert!(hanging < bound, "{hanging:?}, well: {well:?}");
}
