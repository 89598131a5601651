//! Housekeeping: what has expired is removed, and what PostHog has not heard is said again.

use std::time::Duration;

use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::jobs::{Job, JobResult, Jobs, Priority, Run, upkeep};
use crate::person_deletion::DeletePerson;
use crate::session::model as session;
use crate::throttle::{self, known_network};
use crate::tokens;
use crate::visitor_link;
use crate::web::Web;

const INTERVAL: Duration = Duration::from_secs(10 * 60);
/// An `$identify` younger than this is under way.
const UNDER_WAY: time::Duration = time::Duration::minutes(1);
/// How long a failed job is kept for a person to retry: its fields may hold somebody's address.
const FAILED_JOBS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long a job waits for PostHog to take what is sent again. The rest has its turn next time.
const WAIT: Duration = Duration::from_secs(20);

/// Hoglet's own jobs, which every app has beside those of its table.
pub fn jobs() -> Jobs<Web> {
    Jobs::default()
        .every(INTERVAL, || RemoveExpired {})
        .every(INTERVAL, SendAgain::usually)
        .job::<DeletePerson>()
}

/// Enqueues what a process does when it starts.
///
/// # Errors
///
/// Where the database fails.
pub async fn at_start(web: &Web) -> Result<(), DbErr> {
    // What the process before this one has left behind; it has nothing under way any more. It may have
    // been killed within this very second.
    let now = OffsetDateTime::now_utc();
    let again = SendAgain {
        linked_before: Some(now.unix_timestamp() + 1),
    };
    web.jobs.enqueue(&web.database, again).await.map(drop)
}

/// Removes sessions, attempts, known networks, tokens and links that have expired, and jobs that failed
/// long ago.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemoveExpired {}

impl Job for RemoveExpired {
    type State = Web;

    const NAME: &'static str = "hoglet_remove_expired";
    const PRIORITY: Priority = Priority::Low;
    const TIMEOUT: Duration = Duration::from_secs(10 * 60);

    fn unique_key(&self) -> Option<String> {
        Some(String::new())
    }

    async fn run(self, web: Web, _: Run) -> JobResult {
        let database = &web.database;
        let sessions = session::delete_expired(database).await?;
        let attempts = throttle::delete_expired(database).await?;
        let networks = known_network::delete_expired(database).await?;
        let tokens = tokens::delete_expired(database).await?;
        let links = visitor_link::delete_old(database).await?;
        // An erasure that somebody is owed is kept until it is done.
        let jobs = upkeep::delete_failed(database, FAILED_JOBS, DeletePerson::NAME).await?;
        tracing::debug!(
            sessions,
            attempts,
            networks,
            tokens,
            links,
            jobs,
            "removed expired rows"
        );
        Ok(())
    }
}

/// Sends the `$identify` of those links again that PostHog has not taken.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendAgain {
    /// Links from before this second; none leaves those alone that may be under way.
    linked_before: Option<i64>,
}

impl SendAgain {
    fn usually() -> Self {
        Self {
            linked_before: None,
        }
    }
}

impl Job for SendAgain {
    type State = Web;

    const NAME: &'static str = "hoglet_send_again";

    /// What a process does at its start is not done by what one that was killed has left behind.
    fn unique_key(&self) -> Option<String> {
        self.linked_before.is_none().then(String::new)
    }

    async fn run(self, web: Web, _: Run) -> JobResult {
        let linked_before = match self.linked_before {
            Some(second) => OffsetDateTime::from_unix_timestamp(second)?,
            None => OffsetDateTime::now_utc() - UNDER_WAY,
        };
        let sending = web.outbox.send_again(linked_before);
        match tokio::time::timeout(WAIT, sending).await {
            Ok(sent) => {
                let links = sent?;
                if links > 0 {
                    tracing::info!(links, "sent again what PostHog had not taken: $identify");
                }
            }
            // It is out of order, which the delivery of events says already.
            Err(_) => tracing::debug!("PostHog has not taken every $identify yet"),
        }
        Ok(())
    }
}
