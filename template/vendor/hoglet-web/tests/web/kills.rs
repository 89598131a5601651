//! Processes that are killed, and the data that the next process finds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hoglet_web::database;
use hoglet_web::email::Email;
use hoglet_web::testing::{Process, Signal};
use hoglet_web::visitor_link;
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::club::member;
use crate::club::program::BINARY;
use crate::support::{Browser, PASSWORD, Person, RING, Reply, email_of, wait_until};

#[tokio::test]
async fn a_process_that_is_killed_takes_no_session_and_no_row_along() {
    let mut killed = Process::start(*BINARY, &[]).await;
    let other = killed.another().await;
    let answered = Arc::new(AtomicU64::new(0));
    let mut load = JoinSet::new();
    for n in 0..4 {
        let (browser, answered) = (killed.browser(), answered.clone());
        browser.sign_up(&format!("Ann{n}")).await;
        load.spawn(async move {
            let mut count = 0;
            while let Ok(answer) = browser.request(Method::POST, RING).send().await
                && let Ok(body) = answer.bytes().await
            {
                let answer: Value = serde_json::from_slice(&body).unwrap();
                count = answer["count"].as_u64().unwrap();
                answered.fetch_add(1, Ordering::Relaxed);
            }
            (browser, count)
        });
    }
    wait_until("the load is on", || answered.load(Ordering::Relaxed) > 100).await;
    killed.kill();

    let browsers = load.join_all().await;
    for (n, (browser, count)) in browsers.into_iter().enumerate() {
        let there = browser.at(&other.url);
        assert!(there.is_signed_in().await);
        // The request during the kill got no answer, so it may have been counted or not.
        let next = there.post(RING, &[]).await.json()["count"].as_u64();
        let counted = [Some(count + 1), Some(count + 2)];
        assert!(counted.contains(&next), "{count}, then {next:?}");
        other.browser().log_in(&format!("Ann{n}")).await;
    }
}

#[tokio::test]
async fn a_user_who_signed_up_before_a_kill_is_complete_after_the_restart() {
    let mut process = Process::start(*BINARY, &[]).await;
    let posthog = process.posthog.clone();
    let mut visitors: Vec<(String, String, Browser)> = Vec::new();
    for (round, reply) in [Reply::Never, Reply::Status(503), Reply::Never]
        .into_iter()
        .enumerate()
    {
        posthog.replies(reply);
        let mut cut_off = JoinSet::new();
        for n in 0..3 {
            let (name, browser) = (format!("Ann{round}{n}"), process.browser());
            browser.get("/bell").await;
            visitors.push((name.clone(), browser.visitor_id(), browser.copy()));
            if n < 2 {
                browser.sign_up(&name).await;
            } else {
                let form = [
                    ("name", &*name),
                    ("email", &*email_of(&name)),
                    ("password", PASSWORD),
                ];
                let form = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(form)
                    .finish();
                let request = browser
                    .request(Method::POST, "/signup")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form);
                cut_off.spawn(request.send());
            }
        }
        // The process is killed somewhere between the hash and the answer.
        tokio::time::sleep(Duration::from_millis(100 * round as u64)).await;
        process.kill();
        cut_off.join_all().await;
        posthog.replies(Reply::Normal);
        process = process.another().await;
    }

    let database = database::connect(&process.database_url()).await.unwrap();
    let mut expected = BTreeSet::new();
    for (name, visitor_id, browser) in visitors {
        let there = member::find(&database, &Email::normalized(&email_of(&name)))
            .await
            .unwrap();
        let browser = browser.at(&process.url);
        let user_id = match there {
            // The first process stored the user, but its answer is lost, so the browser tries again.
            Some(user) if name.ends_with('2') => {
                browser.log_in(&name).await;
                user.id
            }
            Some(user) => user.id,
            None => {
                assert!(
                    name.ends_with('2'),
                    "{name} was told that they have an account"
                );
                browser.sign_up(&name).await;
                let user = member::find(&database, &Email::normalized(&email_of(&name))).await;
                user.unwrap().unwrap().id
            }
        };
        expected.insert((user_id.to_string(), visitor_id));
    }
    let told = || -> BTreeSet<_> {
        let events = posthog.events().into_iter();
        let identifies = events.filter(|event| event.name == "$identify");
        identifies
            .map(|event| {
                let visitor_id = event["$anon_distinct_id"].as_str().unwrap().to_owned();
                (event.distinct_id, visitor_id)
            })
            .collect()
    };
    wait_until("everybody is whole", || told().len() >= expected.len()).await;
    assert_eq!(told(), expected);
}

#[tokio::test]
async fn a_process_that_is_stopped_notes_what_has_arrived() {
    let mut process = Process::start(*BINARY, &[]).await;
    process.browser().sign_up("Ann").await;
    assert_eq!(process.end(Signal::Terminate).await.status.code(), Some(0));
    assert_eq!(process.posthog.events().len(), 2);

    let database = database::connect(&process.database_url()).await.unwrap();
    let links = visitor_link::Entity::find().all(&database).await.unwrap();
    assert!(links[0].acknowledged_at.is_some());
}
