//! Deleting a person at PostHog.

use hoglet_web::posthog::deletion::{Deleted, NotDeleted};
use hoglet_web::testing::Recorder;
use serde_json::json;

use crate::support::{App, People, Reply};

async fn with_key(key: &str) -> App {
    App::with(&[("POSTHOG_SECRET_KEY", key)]).await
}

#[tokio::test]
async fn a_person_is_deleted_with_all_events_and_recordings() {
    let app = App::with(&[
        ("POSTHOG_SECRET_KEY", "phx_test"),
        ("POSTHOG_PROJECT_ID", "42"),
    ])
    .await;
    app.sign_up("Ann").await;
    let ann = app.user_id("Ann").await;
    app.event("member_joined").await;

    let deleted = app
        .web
        .posthog
        .delete_person(std::slice::from_ref(&ann))
        .await;
    assert_eq!(deleted, Ok(Deleted { persons: 1 }));
    let requests = app.posthog.deletions();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path(), "/api/projects/42/persons/bulk_delete/");
    let body = json!({ "distinct_ids": [ann], "delete_events": true, "delete_recordings": true });
    assert_eq!(requests[0].json(), body);

    let again = app.web.posthog.delete_person(&[ann]).await;
    assert_eq!(
        again,
        Ok(Deleted { persons: 0 }),
        "an unknown person is no error"
    );
}

#[tokio::test]
async fn without_the_right_key_the_error_says_how_to_mend_it_and_how_to_delete_by_hand() {
    for (key, reason) in [
        ("", "there is no POSTHOG_SECRET_KEY"),
        ("phs_test", "personal key"),
        ("phx_test_read", "person:write"),
    ] {
        let app = with_key(key).await;
        app.posthog.replies(Reply::Status(403));
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
async fn a_deletion_is_tried_again_after_an_outage_but_not_after_a_refusal() {
    let app = with_key("phx_test").await;
    let ids = ["ann".to_owned()];
    for (reply, later) in [
        (Reply::Status(503), true),
        (Reply::RetryAfter("1"), true),
        (Reply::Status(408), true),
        (Reply::Status(400), false),
        (Reply::Status(301), false),
        (Reply::Status(200), false),
    ] {
        app.posthog.replies(reply);
        let error = app.web.posthog.delete_person(&ids).await.unwrap_err();
        assert_eq!(
            matches!(error, NotDeleted::Later(_)),
            later,
            "{reply:?}: {error}"
        );
        assert_eq!(
            matches!(error, NotDeleted::Refused(_)),
            !later,
            "{reply:?}: {error}"
        );
    }
    for status in [401, 403, 404] {
        app.posthog.replies(Reply::Status(status));
        let error = app.web.posthog.delete_person(&ids).await.unwrap_err();
        assert!(matches!(error, NotDeleted::NotAllowed(_)), "{error}");
    }

    let (down, _socket) = Recorder::down();
    let app = App::beside(down, &[("POSTHOG_SECRET_KEY", "phx_test")]).await;
    let error = app.web.posthog.delete_person(&ids).await.unwrap_err();
    assert!(matches!(error, NotDeleted::Later(_)), "{error}");
}
