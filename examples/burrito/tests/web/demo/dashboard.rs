//! `/dashboard`: flags and experiments.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, People, Person};
use hoglet_web::testing::Mood;

#[tokio::test]
async fn it_is_for_users() {
    let app = App::start().await;
    let browser = app.browser();

    assert_eq!(
        browser.get("/dashboard").await.location(),
        "/login?next=%2Fdashboard"
    );
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn a_look_at_it_is_an_event() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    assert_eq!(ann.get("/dashboard").await.status, StatusCode::OK);

    let event = app.event("dashboard_viewed").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
}

#[tokio::test]
async fn a_page_that_nobody_looks_at_is_none() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    assert_eq!(ann.head("/dashboard").await.status, StatusCode::OK);
    for purpose in ["prefetch", "prefetch;prerender"] {
        let headers = [("sec-purpose", purpose)];
        ann.get_with("/dashboard", &headers).await;
        ann.get_with("/profile", &headers).await;
    }

    assert!(app.events_named("dashboard_viewed").await.is_empty());
    assert!(app.events_named("profile_viewed").await.is_empty());
}

#[tokio::test]
async fn a_flag_and_its_payload_change_the_page() {
    let app = App::start().await;
    let payload = json!({ "colour": "<b>green</b>" });
    app.posthog
        .set_flag("new-dashboard-feature", true, Some(payload));
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/dashboard").await.text();

    assert!(page.contains("You are among the first to see the new dashboard."));
    assert!(page.contains("colour"));
    assert!(!page.contains("<b>green"), "markup in a payload is text");
}

#[tokio::test]
async fn what_posthog_says_cannot_break_out_of_the_page() {
    let app = App::start().await;
    let markup = r#"</code></script><script>alert("x")</script>"#;
    app.posthog.set_flag(
        "new-dashboard-feature",
        true,
        Some(json!({ markup: markup })),
    );
    app.posthog.set_flag("dashboard-headline", markup, None);
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/dashboard").await;

    assert!(!page.text().contains("<script>alert"), "{}", page.text());
    let config = page.posthog_config().unwrap();
    assert_eq!(config["flags"]["dashboard-headline"], markup);
}

#[tokio::test]
async fn a_variant_chooses_the_headline() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for (variant, headline) in [
        ("friendly", "Good to see you"),
        ("bold", "Let&#x27;s get it done"),
        ("control", "Dashboard"),
        ("one that we do not know", "Dashboard"),
    ] {
        app.posthog.set_flag("dashboard-headline", variant, None);
        let page = ann.get("/dashboard").await.text();
        assert!(
            page.contains(&format!("<h1>{headline}</h1>")),
            "{variant}: {page}"
        );
    }
}

#[tokio::test]
async fn flags_are_asked_for_once_a_request_and_for_the_user() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let header = [("x-posthog-distinct-id", "somebody-else")];
    ann.get_with("/dashboard", &header).await;
    ann.get("/profile").await;

    let asked = app.posthog.flag_requests();
    assert_eq!(asked.len(), 1, "one page reads flags: {asked:?}");
    assert_eq!(asked[0]["distinct_id"], app.user_id("Ann").await);
    let properties = json!({ "email": "ann@example.com", "name": "Ann" });
    assert_eq!(asked[0]["person_properties"], properties);
}

#[tokio::test]
async fn reading_a_flag_is_an_event_once_for_each_person_and_value() {
    let app = App::start().await;
    app.posthog.set_flag("new-dashboard-feature", true, None);
    app.posthog.set_flag("dashboard-headline", "bold", None);
    let ann = app.sign_up("Ann").await;
    let anns_id = app.user_id("Ann").await;
    for _ in 0..3 {
        ann.get("/dashboard").await;
    }
    app.posthog.set_flag("dashboard-headline", "friendly", None);
    ann.get("/dashboard").await;

    let mut read: Vec<_> = app
        .stop()
        .await
        .into_iter()
        .filter(|event| event.name == "$feature_flag_called")
        .map(|event| {
            assert_eq!(event.distinct_id, anns_id);
            assert_eq!(event["$request_path"], "/dashboard");
            let flag = event["$feature_flag"].as_str().unwrap().to_owned();
            (flag, event["$feature_flag_response"].clone())
        })
        .collect();
    read.sort_by_key(|(flag, value)| (flag.clone(), value.to_string()));
    assert_eq!(
        read,
        [
            ("dashboard-headline".to_owned(), json!("bold")),
            ("dashboard-headline".to_owned(), json!("friendly")),
            ("new-dashboard-feature".to_owned(), json!(true)),
        ]
    );
}

#[tokio::test]
async fn posthog_js_is_told_the_flags_that_the_page_has_read() {
    let app = App::start().await;
    app.posthog
        .set_flag("new-dashboard-feature", true, Some(json!({ "a": 1 })));
    app.posthog.set_flag("dashboard-headline", "bold", None);
    let ann = app.sign_up("Ann").await;
    let config = ann.get("/dashboard").await.posthog_config().unwrap();

    let flags = json!({ "new-dashboard-feature": true, "dashboard-headline": "bold" });
    assert_eq!(config["flags"], flags);
    let payloads = json!({ "new-dashboard-feature": { "a": 1 } });
    assert_eq!(config["flag_payloads"], payloads);
}

#[tokio::test]
async fn defaults_hold_when_posthog_fails() {
    let app = App::start().await;
    app.posthog.set_flag("new-dashboard-feature", true, None);
    let ann = app.sign_up("Ann").await;
    for mood in [Mood::Fails, Mood::TalksNonsense] {
        app.posthog.feels(mood);
        let page = ann.get("/dashboard").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("<h1>Dashboard</h1>"), "{mood:?}");
        assert!(page.text().contains(r#"<span class="badge">off</span>"#));
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
        let page = ann.get("/dashboard").await;
        assert!(begin.elapsed() < Duration::from_secs(2));
        assert!(page.text().contains("<h1>Dashboard</h1>"));
    }

    assert_eq!(app.posthog.flag_requests().len(), 3);
}

#[tokio::test]
async fn it_waits_for_flags_a_quarter_of_a_second_at_most() {
    let app = App::with(&[("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "250")]).await;
    let ann = app.sign_up("Ann").await;
    let fastest_of_three = async || {
        let mut fastest = Duration::MAX;
        for _ in 0..3 {
            let begin = Instant::now();
            ann.get("/dashboard").await;
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
