//! Housekeeping: removes expired rows, and sends each `$identify` again that PostHog has not accepted.

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
/// A younger `$identify` may still be on its way to PostHog.
const UNDER_WAY: time::Duration = time::Duration::minutes(1);
/// A failed job can be retried for this long.
///
/// Then it is deleted, because its fields may contain an e-mail address.
const FAILED_JOBS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// The time limit of one round of sending again. The next round sends the rest.
const WAIT: Duration = Duration::from_secs(20);

/// Hoglet's own jobs, which every app has.
pub fn jobs() -> Jobs<Web> {
    Jobs::default()
        .every(INTERVAL, || RemoveExpired {})
        .every(INTERVAL, SendAgain::scheduled)
        .job::<DeletePerson>()
}

/// Enqueues the job that every process runs when it starts.
///
/// # Errors
///
/// If the database fails.
pub async fn at_start(web: &Web) -> Result<(), DbErr> {
    // Sends everything that an earlier process has left, even if it was killed in this second.
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
        // A job that deletes a person is kept until it succeeds.
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

/// Sends each `$identify` again that PostHog has not accepted.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendAgain {
    /// Sends the `$identify` of links from before this Unix time. `None`: of links older than
    /// [`UNDER_WAY`].
    linked_before: Option<i64>,
}

impl SendAgain {
    fn scheduled() -> Self {
        Self {
            linked_before: None,
        }
    }
}

impl Job for SendAgain {
    type State = Web;

    const NAME: &'static str = "hoglet_send_again";

    /// The job at the start has no key: a job that a killed process left must not replace it.
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
                    tracing::info!(
                        links,
                        "sent each $identify again that PostHog had not accepted"
                    );
                }
            }
            // The delivery of events already logs that PostHog does not answer.
            Err(_) => tracing::debug!("PostHog has not accepted every $identify yet"),
        }
        Ok(())
    }
}
