//! [`DeletePerson`]: the job that deletes the person of a deleted account at PostHog, if there is a key.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

use crate::jobs::{Failure, Job, JobResult, Run};
use crate::posthog::deletion::NotDeleted;
use crate::visitor_link;
use crate::web::Web;

/// The time that the last events of a person may need to arrive. An event that arrives after the
/// deletion creates the person again.
///
/// Known limitation: a page that is open on another device may send an event later.
const UNDER_WAY: Duration = Duration::from_secs(60);

/// Deletes a person at PostHog, with events and recordings.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeletePerson {
    distinct_ids: Vec<String>,
}

impl DeletePerson {
    /// The job for a user, and for every visitor that was linked to them.
    ///
    /// Make it before the user is deleted, because the links to visitors are deleted with the user.
    /// Enqueue it in the same transaction.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn of_user(database: &impl ConnectionTrait, user_id: Uuid) -> Result<Self, DbErr> {
        let visitors = visitor_link::ids_of_user(database, user_id).await?;
        let ids = std::iter::once(user_id).chain(visitors);
        Ok(Self {
            distinct_ids: ids.map(|id| id.to_string()).collect(),
        })
    }
}

impl Job for DeletePerson {
    type State = Web;

    const NAME: &'static str = "hoglet_delete_person";
    /// Three days with the usual backoff. A deleted user cannot request the deletion again.
    const ATTEMPTS: u32 = 80;
    /// The user is already deleted when this job runs, and a failed job is kept all the same.
    const WITHOUT_ACTOR: bool = true;

    fn delay(&self) -> Duration {
        UNDER_WAY
    }

    async fn run(self, web: Web, _: Run) -> JobResult {
        match web.posthog.delete_person(&self.distinct_ids).await {
            Ok(deleted) => {
                tracing::info!(persons = deleted.persons, "deleted at PostHog");
                Ok(())
            }
            // This is expected if there is no key.
            Err(error @ NotDeleted::Off(_)) => {
                let distinct_id = self.distinct_ids.first().map(String::as_str);
                tracing::info!(distinct_id, "{error}");
                Ok(())
            }
            // After the operator has corrected the key, `jobs retry` runs the deletion.
            Err(error @ NotDeleted::NotAllowed(_)) => Err(Failure::for_good(error)),
            Err(error @ NotDeleted::Refused(_)) => Err(Failure::for_good(error)),
            Err(error @ NotDeleted::Later(_)) => Err(error.into()),
        }
    }
}
