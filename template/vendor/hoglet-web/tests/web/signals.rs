//! A process that is ended by a signal.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hoglet_web::testing::{Process, Signal};
use reqwest::{Method, StatusCode};
use tokio::task::JoinSet;

use crate::club::program::BINARY;
use crate::support::{RING, Reply, wait_until};

#[tokio::test]
async fn terminated_under_load_it_delivers_the_events_of_every_answered_request() {
    end_under_load(Signal::Terminate).await;
}

#[tokio::test]
async fn interrupted_under_load_it_delivers_the_events_of_every_answered_request() {
    end_under_load(Signal::Interrupt).await;
}

async fn end_under_load(signal: Signal) {
    let mut process = Process::start(*BINARY, &[("SHUTDOWN_TIMEOUT_SECONDS", "20")]).await;
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
    // A request whose answer was lost may have captured an event too.
    assert!(arrived >= answered, "{arrived} of {answered}");
    assert_eq!(ended.counted(), [arrived, arrived, 0]);
}

#[tokio::test]
async fn ended_while_posthog_hangs_it_says_what_is_lost_and_keeps_the_bound() {
    let mut process = Process::start(*BINARY, &[("SHUTDOWN_TIMEOUT_SECONDS", "3")]).await;
    process.posthog.replies(Reply::Never);
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
    let mut process = Process::start(*BINARY, &[]).await;
    let browser = process.browser();
    let [mut delivered, mut lost] = [0, 0];
    for _ in 0..5 {
        for (reply, count) in [
            (Reply::Status(400), &mut lost),
            (Reply::Normal, &mut delivered),
        ] {
            process.posthog.replies(reply);
            browser.post(RING, &[]).await;
            *count += 1;
            // The event must be sent before the reply changes.
            while browser.get("/readyz").await.json()["posthog"]["waiting"] != 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
    let ended = process.end(Signal::Terminate).await;

    ended.assert_in_time();
    assert_eq!(ended.counted(), [10, delivered, lost]);
    let reason = &ended.said_once(ARE_BEING_LOST)["reason"];
    assert_eq!(reason, "PostHog refused them: 400 Bad Request");
    assert_eq!(ended.said_once(WERE_LOST)["lost"], 5);
}

#[tokio::test]
async fn a_wrong_token_is_an_error_once_and_its_end_is_told() {
    let mut process = Process::start(*BINARY, &[("APP_ENV", "production")]).await;
    let browser = process.browser();
    process.posthog.replies(Reply::Status(401));
    for number in 1..4 {
        browser.post(RING, &[]).await;
        let refused = || process.posthog.bad_replies() >= number * 2;
        wait_until("it is refused", refused).await;
    }
    process.posthog.replies(Reply::Normal);
    let arrived = || process.posthog.events().len() == 3;
    wait_until("all have arrived", arrived).await;
    let ended = process.end(Signal::Terminate).await;

    ended.assert_in_time();
    assert_eq!(ended.counted(), [3, 3, 0]);
    let said = ended.said_once(
        "PostHog refuses this app's events; they wait and are sent again, and are lost after \
         POSTHOG_RETRY_SECONDS",
    );
    assert_eq!(said["level"], "ERROR");
    let reason = said["reason"].as_str().unwrap();
    assert!(reason.contains("401"), "{reason}");
    assert!(reason.contains("POSTHOG_PROJECT_TOKEN"), "{reason}");
    ended.said_once("PostHog takes events again");
}

#[tokio::test]
async fn a_terminal_that_closes_ends_it_in_order() {
    let mut process = Process::start(*BINARY, &[]).await;
    process.browser().post(RING, &[]).await;
    let ended = process.end(Signal::Hangup).await;

    ended.assert_in_time();
    assert_eq!(ended.counted(), [1, 1, 0]);
}

#[tokio::test]
async fn started_by_hoglet_dev_it_ends_in_order_when_that_is_gone() {
    let mut process = Process::start(*BINARY, &[("HOGLET_ENDS_WITH_STDIN", "true")]).await;
    process.browser().post(RING, &[]).await;
    process.close_stdin();
    let ended = process.ended().await;

    ended.assert_in_time();
    assert_eq!(ended.counted(), [1, 1, 0]);
}

#[tokio::test]
async fn asked_a_second_time_it_ends_at_once_and_says_what_is_lost() {
    for (first, second, code) in [
        (Signal::Interrupt, Signal::Interrupt, 130),
        (Signal::Terminate, Signal::Terminate, 143),
        (Signal::Interrupt, Signal::Hangup, 129),
    ] {
        let mut process = Process::start(*BINARY, &[("SHUTDOWN_TIMEOUT_SECONDS", "600")]).await;
        process.posthog.replies(Reply::Never);
        let browser = process.browser();
        for _ in 0..3 {
            browser.post(RING, &[]).await;
        }
        process.send(first);
        let address = process.url.trim_start_matches("http://").to_owned();
        while tokio::net::TcpStream::connect(&address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Without this pause, both signals would count as one request.
        tokio::time::sleep(Duration::from_millis(150)).await;
        let ended = process.end(second).await;

        assert_eq!(ended.status.code(), Some(code), "{}", ended.log);
        // Events that are dropped with the runtime may be logged as lost afterwards.
        let mut lines = ended.log.lines();
        let said = lines.find(|line| line.contains("ended at once, by a second signal"));
        let said: serde_json::Value = serde_json::from_str(said.expect(&ended.log)).unwrap();
        assert_eq!((&said["captured"], &said["lost"]), (&3.into(), &3.into()));
        assert_eq!(said["jobs"], 0);
    }
}
