//! [`DeletePerson`]: the job that deletes the person of a deleted account at PostHog, if there is a key.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

use crate::jobs::{Failure, Job, JobResult, Run};
use crate::posthog::deletion::NotDeleted;
use crate::visitor_link;
use crate::web::Web;

/// How long the last events of a person may be under way: an event that arrives after the deletion
/// makes a person of the id once more. Known limitation: a page that is open on another device
/// may send one later than that.
const UNDER_WAY: Duration = Duration::from_secs(60);

/// Deletes a person at PostHog, with events and recordings.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeletePerson {
    distinct_ids: Vec<String>,
}

impl DeletePerson {
    /// For a user, and for every visitor that they were. Enqueue it in the transaction that deletes the
    /// user; this comes before, because the links between user and visitors go with the user.
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
    /// Nobody asks again for what a deleted user is owed: with the usual backoff this is three days.
    const ATTEMPTS: u32 = 80;
    /// The user is gone when it runs, and a failed one is kept all the same.
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
            // Without a key that is expected.
            Err(error @ NotDeleted::Off(_)) => {
                let distinct_id = self.distinct_ids.first().map(String::as_str);
                tracing::info!(distinct_id, "{error}");
                Ok(())
            }
            // After the operator has corrected it, `jobs retry` runs the deletion.
            Err(error @ NotDeleted::NotAllowed(_)) => Err(Failure::for_good(error)),
            Err(error @ NotDeleted::Refused(_)) => Err(Failure::for_good(error)),
            Err(error @ NotDeleted::Later(_)) => Err(error.into()),
        }
    }
}
