//! Nothing that was captured is lost, or else it is counted.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use hoglet_web::posthog::Client;
use hoglet_web::settings::Settings;
use chrono::{DateTime, Utc};
use posthog_rs::Event;
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::support::{App, People, Person, Browser, Mood, StandIn, wait_until};

#[tokio::test]
async fn stopping_delivers_what_was_captured() {
    let app = App::start().await;
    let browser = app.browser();
    for _ in 0..20 {
        browser.post(RING, &[]).await;
    }
    assert_eq!(app.stop().await.len(), 20);
}

#[tokio::test]
async fn whatever_befalls_posthog_each_event_arrives_once_and_nobody_waits() {
    let (posthog, socket) = StandIn::down();
    let app = App::beside(posthog, &[]).await;
    let browser = app.browser();
    let mut socket = Some(socket);
    let mut medians = Vec::new();
    let troubles = [
        None,
        Some(Mood::Fails),
        Some(Mood::Throttles),
        Some(Mood::Hangs),
        Some(Mood::Well),
    ];
    for trouble in troubles {
        if let Some(mood) = trouble {
            app.posthog.feels(mood);
            if let Some(socket) = socket.take() {
                app.posthog.come_up(socket);
            }
        }
        medians.push(median_of_considering(&browser, 40).await);
        let counts = browser.get("/readyz").await.json()["posthog"].clone();
        let number = |name: &str| counts[name].as_u64().unwrap();
        assert_eq!(number("captured"), medians.len() as u64 * 40);
        assert_eq!(
            number("captured"),
            number("delivered") + number("waiting") + number("lost")
        );
        if trouble != Some(Mood::Well) {
            assert_eq!(number("delivered"), 0, "{trouble:?}");
        }
    }

    let events = app.events().await;
    let once: HashSet<_> = events.iter().map(|event| &event.uuid).collect();
    assert_eq!((events.len(), once.len()), (200, 200));
    let counts = app.web.posthog.counts();
    assert_eq!((counts.delivered, counts.lost), (200, 0));

    let well = *medians.last().unwrap();
    for (trouble, median) in troubles.iter().zip(&medians) {
        // Generous, because other tests run beside this one.
        let bound = well * 3 + Duration::from_millis(20);
        assert!(*median < bound, "{trouble:?}: {median:?}, well: {well:?}");
    }
}

async fn median_of_considering(browser: &Browser, times: usize) -> Duration {
    let mut took = Vec::new();
    for _ in 0..times {
        let begin = Instant::now();
        let answer = browser.post(RING, &[]).await;
        took.push(begin.elapsed());
        assert_eq!(answer.status, StatusCode::OK);
    }
    took.sort();
    took[times / 2]
}

#[tokio::test]
async fn an_event_that_arrives_late_is_dated_when_it_happened() {
    let app = App::start().await;
    app.posthog.feels(Mood::Fails);
    app.browser().post(RING, &[]).await;
    wait_until("it is tried in vain", || app.posthog.met_a_mood() > 0).await;
    let recovery = Utc::now();
    app.posthog.feels(Mood::Well);

    let events = app.events().await;
    let happened: DateTime<Utc> = events[0].timestamp.parse().unwrap();
    assert!(happened < recovery);
    assert_eq!(events[0].properties["$ignore_sent_at"], true);
}

#[tokio::test]
async fn a_batch_whose_answer_is_lost_is_sent_again_as_it_was() {
    let app = App::start().await;
    app.posthog.feels(Mood::LosesAnswers);
    let browser = app.browser();
    for _ in 0..3 {
        browser.post(RING, &[]).await;
    }
    wait_until("all three have arrived", || app.posthog.events().len() >= 3).await;
    app.posthog.feels(Mood::Well);

    let events = app.events().await;
    let once: HashSet<_> = events.iter().map(|event| &event.uuid).collect();
    assert!(events.len() > 3, "PostHog tells them apart by their uuid");
    assert_eq!(once.len(), 3);
    let counts = app.web.posthog.counts();
    assert_eq!((counts.captured, counts.delivered, counts.lost), (3, 3, 0));
}

#[tokio::test]
async fn a_full_queue_counts_what_it_turns_away() {
    let app = App::with(&[("POSTHOG_QUEUE_SIZE", "5")]).await;
    app.posthog.feels(Mood::Fails);
    let browser = app.browser();
    let mut captured = 0;
    while app.web.posthog.counts().lost < 3 {
        browser.post(RING, &[]).await;
        captured += 1;
        assert!(captured < 5_000, "the queue is not bounded");
    }
    app.posthog.feels(Mood::Well);

    let arrived = app.events().await.len() as u64;
    let counts = app.web.posthog.counts();
    assert_eq!((counts.captured, counts.lost), (captured, 3));
    assert_eq!((counts.delivered, arrived), (captured - 3, captured - 3));
}

#[tokio::test]
async fn what_posthog_refuses_or_misses_for_too_long_is_counted_and_the_next_ones_arrive() {
    let app = App::with(&[("POSTHOG_RETRY_SECONDS", "1")]).await;
    let browser = app.browser();
    for (mood, lost) in [(Mood::Refuses, 3), (Mood::Fails, 6)] {
        app.posthog.feels(mood);
        for _ in 0..3 {
            browser.post(RING, &[]).await;
        }
        wait_until("they are given up", || {
            app.web.posthog.counts().lost == lost
        })
        .await;
        app.posthog.feels(Mood::Well);
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
async fn what_cannot_wait_is_counted() {
    let app = App::with(&[("POSTHOG_QUEUE_SIZE", "2"), ("POSTHOG_RETRY_SECONDS", "1")]).await;
    app.posthog.feels(Mood::Hangs);
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
async fn a_posthog_that_hangs_does_not_hold_up_the_end() {
    let app = App::with(&[("SHUTDOWN_TIMEOUT_SECONDS", "1")]).await;
    app.posthog.feels(Mood::Hangs);
    app.browser().post(RING, &[]).await;
    let client = app.web.posthog.clone();
    let begin = Instant::now();
    app.stop().await;

    assert!(begin.elapsed() < Duration::from_secs(3));
    let counts = client.counts();
    assert_eq!((counts.captured, counts.lost), (1, 1));
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_again_and_a_refusal_is_counted() {
    let mut stories = JoinSet::new();
    // A bare 429 and a proxy's 520 are what the SDK itself does not try again.
    let troubles = [408, 429, 500, 502, 503, 504, 520].map(|status| (status, 0));
    let refusals = [301, 400, 401, 402, 403, 404, 413].map(|status| (status, 1));
    for (status, lost) in troubles.into_iter().chain(refusals) {
        stories.spawn(async move {
            let app = App::start().await;
            let browser = app.browser();
            app.posthog.feels(Mood::Answers(status));
            browser.post(RING, &[]).await;
            wait_until("it has met", || app.posthog.met_a_mood() > 0).await;
            app.posthog.feels(Mood::Well);
            browser.post(RING, &[]).await;

            let arrived = app.events().await.len() as u64;
            let counts = app.web.posthog.counts();
            assert_eq!((counts.captured, counts.lost), (2, lost), "{status}");
            assert_eq!((counts.delivered, arrived), (2 - lost, 2 - lost));
        });
    }
    stories.join_all().await;
}

#[tokio::test]
async fn when_posthog_begins_to_hang_during_the_shutdown_all_is_counted_once() {
    let app = App::with(&[("SHUTDOWN_TIMEOUT_SECONDS", "1")]).await;
    let browser = app.browser();
    for _ in 0..20 {
        browser.post(RING, &[]).await;
    }
    app.events().await;
    let (client, posthog) = (app.web.posthog.clone(), app.posthog.clone());
    // Neither in a batch yet nor delivered when the shutdown begins.
    for _ in 0..10 {
        client.capture(Event::new_anon("late"));
    }
    posthog.feels(Mood::Hangs);
    let while_stopping = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        for _ in 0..3 {
            client.capture(Event::new_anon("too late"));
        }
    };
    tokio::join!(app.stop(), while_stopping);
    client.capture(Event::new_anon("much too late"));

    let counts = client.counts();
    assert_eq!((counts.captured, counts.delivered), (34, 20));
    assert_eq!((counts.waiting, counts.lost), (0, 14));
    assert_eq!(posthog.events().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_at_the_very_shutdown_bound_counts_or_does_not_but_never_twice() {
    let bound = Duration::from_millis(200);
    let mut stories = JoinSet::new();
    for percent in 80..120 {
        stories.spawn(async move {
            let posthog = StandIn::start().await;
            let client = client_alone(&posthog).await;
            posthog.feels(Mood::Hangs);
            for _ in 0..4 {
                client.capture(Event::new_anon("considered"));
                // Longer than a batch waits for company: four sends are under way.
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
            let lift = async {
                tokio::time::sleep(bound * percent / 100).await;
                posthog.feels(Mood::Well);
            };
            let deadline = tokio::time::Instant::now() + bound;
            tokio::join!(client.shut_down(deadline), lift);
            let counts = client.counts();
            tokio::time::sleep(Duration::from_millis(100)).await;

            assert_eq!(client.counts(), counts, "nothing goes on");
            assert_eq!((counts.captured, counts.waiting), (4, 0));
            assert_eq!(counts.delivered + counts.lost, 4);
            assert!(counts.delivered <= posthog.events().len() as u64);
        });
    }
    stories.join_all().await;
}

#[tokio::test]
async fn what_posthog_cannot_take_is_lost_alone() {
    let posthog = StandIn::start().await;
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
            client.capture(event("poison", "refused whatever it is with".into()));
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
    let posthog = StandIn::start().await;
    let client = client_alone(&posthog).await;
    let too_large = [
        "x".repeat(1_100_000),
        // Three times as long once it is JSON.
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
    let posthog = StandIn::start().await;
    let client = client_alone(&posthog).await;
    for _ in 0..200 {
        let mut event = Event::new_anon("considered");
        event.insert_prop("text", "x".repeat(100_000)).unwrap();
        client.capture(event);
    }
    let settled = || client.counts().waiting == 0;
    wait_until("each is delivered or lost", settled).await;

    assert_eq!(posthog.events().len(), 200);
    assert!(posthog.largest_body() < 1_500_000);
}

#[tokio::test]
async fn what_strangers_send_fills_no_memory_while_posthog_hangs() {
    let app = App::with(&[("POSTHOG_QUEUE_SIZE", "512")]).await;
    app.posthog.feels(Mood::Hangs);
    let mut strangers = JoinSet::new();
    for _ in 0..20 {
        let (browser, client) = (app.browser(), app.web.posthog.clone());
        strangers.spawn(async move {
            let long = "x".repeat(60_000);
            let path = format!("{RING}?{long}");
            let headers = [
                ("user-agent", &*long),
                ("x-posthog-session-id", &long),
                ("x-posthog-distinct-id", &long),
            ];
            for _ in 0..25 {
                let answer = browser.post_with(&path, &[], &headers).await;
                assert_eq!(answer.status, StatusCode::OK);
                // An event that is turned away at this moment is counted for that moment.
                let waiting = client.counts().waiting_bytes;
                assert!(waiting < 2 * 512 * 2 * 1024, "{waiting}");
            }
        });
    }
    strangers.join_all().await;
    let waiting = app.web.posthog.counts().waiting_bytes;
    assert!(waiting <= 512 * 2 * 1024, "{waiting}");
    app.posthog.feels(Mood::Well);

    let arrived = app.events().await.len() as u64;
    let counts = app.web.posthog.counts();
    assert_eq!((counts.captured, counts.lost), (500, 500 - arrived));
    assert!(arrived > 0);
}

/// The way to PostHog without an app around it.
async fn client_alone(posthog: &StandIn) -> Client {
    let settings = Settings::read(|name| match name {
        "APP_ENV" => Some("test".to_owned()),
        "POSTHOG_PROJECT_TOKEN" => Some("phc_test".to_owned()),
        "POSTHOG_HOST" => Some(posthog.url.clone()),
        _ => None,
    });
    Client::start(&settings.unwrap(), reqwest::Client::new()).await
}

#[cfg(unix)]
mod signals {
    //! The binary itself, ended by a signal.

    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use reqwest::Method;

    use super::*;
    use crate::support::{Process, Signal};

    #[tokio::test]
    async fn terminated_under_load_it_delivers_the_events_of_every_answered_request() {
        end_under_load(Signal::Terminate).await;
    }

    #[tokio::test]
    async fn interrupted_under_load_it_delivers_the_events_of_every_answered_request() {
        end_under_load(Signal::Interrupt).await;
    }

    async fn end_under_load(signal: Signal) {
        let mut process = Process::start(&[("SHUTDOWN_TIMEOUT_SECONDS", "20")]).await;
        let answered = Arc::new(AtomicU64::new(0));
        let mut load = JoinSet::new();
        for _ in 0..8 {
            let (browser, answered) = (process.browser(), answered.clone());
            load.spawn(async move {
                browser.get("/").await;
                while let Ok(answer) = browser.request(Method::POST, RING).send().await {
                    assert_eq!(answer.status(), StatusCode::OK);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        wait_until("the load is on", || answered.load(Ordering::Relaxed) > 100).await;
        let ended = process.end(signal).await;
        load.join_all().await;

        ended.assert_in_time();
        let events = process.posthog.events();
        let once: HashSet<_> = events.iter().map(|event| &event.uuid).collect();
        assert_eq!(once.len(), events.len());
        let (arrived, answered) = (events.len() as u64, answered.load(Ordering::Relaxed));
        // An answer that its client did not get may have left an event as well.
        assert!(arrived >= answered, "{arrived} of {answered}");
        assert_eq!(ended.counted(), [arrived, arrived, 0]);
    }

    #[tokio::test]
    async fn ended_while_posthog_hangs_it_says_what_is_lost_and_keeps_the_bound() {
        let mut process = Process::start(&[("SHUTDOWN_TIMEOUT_SECONDS", "3")]).await;
        process.posthog.feels(Mood::Hangs);
        let browser = process.browser();
        for _ in 0..10 {
            browser.post(RING, &[]).await;
        }
        let ended = process.end(Signal::Terminate).await;

        ended.assert_in_time();
        assert_eq!(ended.counted(), [10, 0, 10]);
        assert_eq!(ended.said_once(WERE_LOST)["lost"], 10);
    }

    const ARE_BEING_LOST: &str = "events for PostHog are being lost";
    const WERE_LOST: &str = "events for PostHog were lost";

    #[tokio::test]
    async fn losses_are_told_once_an_episode_and_with_their_number() {
        let mut process = Process::start(&[]).await;
        let browser = process.browser();
        let [mut delivered, mut lost] = [0, 0];
        for _ in 0..5 {
            for (mood, count) in [(Mood::Refuses, &mut lost), (Mood::Well, &mut delivered)] {
                process.posthog.feels(mood);
                browser.post(RING, &[]).await;
                *count += 1;
                // One mood's event shall not be sent in another.
                while browser.get("/readyz").await.json()["posthog"]["waiting"] != 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
        let ended = process.end(Signal::Terminate).await;

        ended.assert_in_time();
        assert_eq!(ended.counted(), [10, delivered, lost]);
        let reason = &ended.said_once(ARE_BEING_LOST)["reason"];
        assert_eq!(reason, "PostHog refused them: Bad Request: ");
        assert_eq!(ended.said_once(WERE_LOST)["lost"], 5);
    }
}
