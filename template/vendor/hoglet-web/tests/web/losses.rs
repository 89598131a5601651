//! Events that are lost on the way to PostHog: they are as few as possible, and all are counted.

use std::collections::HashSet;

use posthog_rs::Event;
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::support::{App, RING, Recorder, Reply, client_alone, wait_until};

#[tokio::test]
async fn a_full_queue_counts_what_it_turns_away() {
    let app = App::with(&[("POSTHOG_QUEUE_SIZE", "5")]).await;
    app.posthog.replies(Reply::Status(503));
    let browser = app.browser();
    let mut captured = 0;
    while app.web.posthog.counts().lost < 3 {
        browser.post(RING, &[]).await;
        captured += 1;
        assert!(captured < 5_000, "the queue is not bounded");
    }
    app.posthog.replies(Reply::Normal);

    let arrived = app.events().await.len() as u64;
    let counts = app.web.posthog.counts();
    assert_eq!((counts.captured, counts.lost), (captured, 3));
    assert_eq!((counts.delivered, arrived), (captured - 3, captured - 3));
}

#[tokio::test]
async fn events_that_posthog_refuses_are_counted_and_later_ones_arrive() {
    let app = App::with(&[("POSTHOG_RETRY_SECONDS", "1")]).await;
    let browser = app.browser();
    for (reply, lost) in [(Reply::Status(400), 3), (Reply::Status(503), 6)] {
        app.posthog.replies(reply);
        for _ in 0..3 {
            browser.post(RING, &[]).await;
        }
        wait_until("they are given up", || {
            app.web.posthog.counts().lost == lost
        })
        .await;
        app.posthog.replies(Reply::Normal);
        browser.post(RING, &[]).await;
        app.events().await;
    }
    assert_eq!(app.posthog.events().len(), 2);
    let counts = browser.get("/readyz").await.json()["posthog"].clone();
    assert_eq!(counts["captured"], 8);
    assert_eq!(counts["delivered"], 2);
    assert_eq!(counts["waiting"], 0);
    assert_eq!(counts["lost"], 6);
}

#[tokio::test]
async fn events_that_cannot_wait_are_counted_as_lost() {
    let app = App::with(&[("POSTHOG_QUEUE_SIZE", "2"), ("POSTHOG_RETRY_SECONDS", "1")]).await;
    app.posthog.replies(Reply::Never);
    let browser = app.browser();
    for _ in 0..30 {
        browser.post(RING, &[]).await;
    }
    wait_until("all of it is given up", || {
        app.web.posthog.counts().lost == 30
    })
    .await;
    let counts = browser.get("/readyz").await.json()["posthog"].clone();
    assert_eq!(counts["captured"], 30);
    assert_eq!(counts["lost"], 30);
    assert_eq!(counts["waiting"], 0);
}

#[tokio::test]
async fn an_event_that_posthog_refuses_is_lost_alone() {
    let posthog = Recorder::start().await;
    posthog.takes_at_most(20_000);
    let client = client_alone(&posthog).await;
    let event = |property: &str, value: String| {
        let mut event = Event::new_anon("considered");
        event.insert_prop(property, value).unwrap();
        event
    };
    for number in 0..100 {
        client.capture(event("pad", "x".repeat(1_000)));
        if number % 40 == 0 {
            client.capture(Event::new("refused, with every event beside it", " "));
        }
        if number == 70 {
            client.capture(event("pad", "too large for a request".repeat(1_000)));
        }
    }
    let settled = || client.counts().waiting == 0;
    wait_until("each is delivered or lost", settled).await;

    let events = posthog.events();
    let once: HashSet<_> = events.iter().map(|event| &event.uuid).collect();
    assert_eq!((events.len(), once.len()), (100, 100));
    let counts = client.counts();
    assert_eq!((counts.delivered, counts.lost), (100, 4));
    assert_eq!(counts.waiting_bytes, 0);
}

#[tokio::test]
async fn an_event_over_a_megabyte_is_lost_alone() {
    let posthog = Recorder::start().await;
    let client = client_alone(&posthog).await;
    let too_large = [
        "x".repeat(1_100_000),
        // This text is about three times as long in JSON.
        "\n\u{1}".repeat(150_000),
    ];
    for text in too_large {
        client.capture(Event::new_anon("considered"));
        let mut event = Event::new_anon("considered");
        event.insert_prop("text", text).unwrap();
        client.capture(event);
    }
    let settled = || client.counts().waiting == 0;
    wait_until("each is delivered or lost", settled).await;

    assert_eq!(posthog.events().len(), 2);
    assert_eq!(client.counts().lost, 2);
}

#[tokio::test]
async fn large_events_make_small_batches() {
    let posthog = Recorder::start().await;
    let client = client_alone(&posthog).await;
    for _ in 0..200 {
        let mut event = Event::new_anon("considered");
        event.insert_prop("text", "x".repeat(100_000)).unwrap();
        client.capture(event);
    }
    let settled = || client.counts().waiting == 0;
    wait_until("each is delivered or lost", settled).await;

    assert_eq!(posthog.events().len(), 200);
    let batches = posthog.batches();
    assert!(batches.iter().all(|batch| batch.body.len() < 1_500_000));
}

#[tokio::test]
async fn large_requests_of_visitors_fill_no_memory_while_posthog_hangs() {
    let app = App::with(&[("POSTHOG_QUEUE_SIZE", "512")]).await;
    app.posthog.replies(Reply::Never);
    let mut strangers = JoinSet::new();
    for _ in 0..20 {
        let (browser, client) = (app.browser(), app.web.posthog.clone());
        strangers.spawn(async move {
            // The headers are about as long as allowed.
            let long = "x".repeat(14_000);
            let path = format!("{RING}?{long}");
            let headers = [
                ("user-agent", &*long),
                ("x-posthog-session-id", &long),
                ("x-posthog-distinct-id", &long),
            ];
            for _ in 0..25 {
                let answer = browser.post_with(&path, &[], &headers).await;
                assert_eq!(answer.status, StatusCode::OK);
                // An event that is being refused is still counted as waiting for a moment.
                let waiting = client.counts().waiting_bytes;
                assert!(waiting < 2 * 512 * 2 * 1024, "{waiting}");
            }
        });
    }
    strangers.join_all().await;
    let waiting = app.web.posthog.counts().waiting_bytes;
    assert!(waiting <= 512 * 2 * 1024, "{waiting}");
    app.posthog.replies(Reply::Normal);

    // A batch that was on its way at its timeout may have arrived twice.
    let events = app.events().await;
    let once: HashSet<_> = events.iter().map(|event| &event.uuid).collect();
    let arrived = once.len() as u64;
    let counts = app.web.posthog.counts();
    assert_eq!((counts.captured, counts.lost), (500, 500 - arrived));
    assert!(arrived > 0);
}
