//! Deleting a person at PostHog.

use hoglet_web::posthog::deletion::{Deleted, NotDeleted};
use hoglet_web::testing::StandIn;
use serde_json::json;

use crate::support::{App, Mood, People, Person};

async fn with_key(key: &str) -> App {
    App::with(&[("POSTHOG_SECRET_KEY", key)]).await
}

#[tokio::test]
async fn a_person_is_deleted_with_what_they_did_before_they_had_an_account() {
    let app = App::with(&[
        ("POSTHOG_SECRET_KEY", "phx_test"),
        ("POSTHOG_PROJECT_ID", "42"),
    ])
    .await;
    let browser = app.browser();
    browser.ring().await;
    browser.sign_up("Ann").await;
    app.sign_up("Bob").await;
    let ann = app.user_id("Ann").await;
    assert!(
        app.events()
            .await
            .iter()
            .any(|event| event.name == "bell_rung")
    );

    let deleted = app
        .web
        .posthog
        .delete_person(std::slice::from_ref(&ann))
        .await;
    assert_eq!(deleted, Ok(Deleted { persons: 1 }));
    let asked = app.posthog.deletions();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].project, "42");
    let body = json!({ "distinct_ids": [ann], "delete_events": true, "delete_recordings": true });
    assert_eq!(asked[0].body, body);
    let left = app.posthog.events();
    assert!(
        left.iter()
            .all(|event| event.distinct_id != ann && event.name != "bell_rung")
    );
    assert!(
        left.iter().any(|event| event.name == "member_joined"),
        "Bob's stay"
    );

    let again = app.web.posthog.delete_person(&[ann]).await;
    assert_eq!(again, Ok(Deleted { persons: 0 }), "who is gone is no error");
}

#[tokio::test]
async fn a_key_that_cannot_do_it_says_what_to_mend_and_what_to_do_by_hand() {
    for (key, reason) in [
        ("", "there is no POSTHOG_SECRET_KEY"),
        ("phs_test", "personal key"),
        ("phx_test_read", "person:write"),
    ] {
        let app = with_key(key).await;
        let deleted = app.web.posthog.delete_person(&["ann".to_owned()]).await;
        let sentence = match deleted {
            Err(NotDeleted::Off(sentence)) if key.is_empty() => sentence,
            Err(NotDeleted::NotAllowed(sentence)) if !key.is_empty() => sentence,
            other => panic!("{key}: {other:?}"),
        };
        assert!(sentence.contains(reason), "{sentence}");
        let by_hand = format!("{}/persons", app.posthog.url);
        assert!(sentence.contains(&by_hand), "{sentence}");
        assert!(!sentence.contains("phs_test") && !sentence.contains("phx_test"));
        assert!(app.posthog.deletions().is_empty());
    }
    let off = App::with(&[("POSTHOG_DISABLED", "true")]).await;
    let deleted = off.web.posthog.delete_person(&["ann".to_owned()]).await;
    assert!(matches!(deleted, Err(NotDeleted::Off(_))));
}

#[tokio::test]
async fn trouble_is_told_from_a_refusal() {
    let app = with_key("phx_test").await;
    let ids = ["ann".to_owned()];
    for (mood, later) in [
        (Mood::Fails, true),
        (Mood::Throttles, true),
        (Mood::Answers(408), true),
        (Mood::Refuses, false),
        (Mood::Answers(301), false),
        (Mood::TalksNonsense, false),
    ] {
        app.posthog.feels(mood);
        let error = app.web.posthog.delete_person(&ids).await.unwrap_err();
        assert_eq!(
            matches!(error, NotDeleted::Later(_)),
            later,
            "{mood:?}: {error}"
        );
        assert_eq!(
            matches!(error, NotDeleted::Refused(_)),
            !later,
            "{mood:?}: {error}"
        );
    }
    for status in [401, 403, 404] {
        app.posthog.feels(Mood::Answers(status));
        let error = app.web.posthog.delete_person(&ids).await.unwrap_err();
        assert!(matches!(error, NotDeleted::NotAllowed(_)), "{error}");
    }

    let (down, _socket) = StandIn::down();
    let app = App::beside(down, &[("POSTHOG_SECRET_KEY", "phx_test")]).await;
    let error = app.web.posthog.delete_person(&ids).await.unwrap_err();
    assert!(matches!(error, NotDeleted::Later(_)), "{error}");
}
