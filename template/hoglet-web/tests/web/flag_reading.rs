//! Reading flags in a page: what it shows, what that sends, and how long it waits.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, Mood, People};

#[tokio::test]
async fn a_page_that_nobody_looks_at_is_none() {
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
async fn what_posthog_says_cannot_break_out_of_the_page() {
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
    for mood in [Mood::Fails, Mood::TalksNonsense] {
        app.posthog.feels(mood);
        let page = ann.get("/lounge").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("<h1>Lounge</h1>"), "{mood:?}");
        assert!(page.text().contains("All is as it was."));
    }
    app.posthog.feels(Mood::Well);
}

#[tokio::test]
async fn a_posthog_that_hangs_holds_nobody_up_and_is_soon_left_alone() {
    let app = App::with(&[("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "50")]).await;
    let ann = app.sign_up("Ann").await;
    app.posthog.feels(Mood::Hangs);
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
    app.posthog.feels(Mood::Hangs);
    let hanging = fastest_of_three().await;

    assert!(app.posthog.flag_requests().len() > asked);
    let bound = well * 3 + Duration::from_millis(300);
    assert!(hanging < bound, "{hanging:?}, well: {well:?}");
}
