//! The outbox of `$identify`. If one is lost, a visitor and a user stay two persons at PostHog.
//!
//! The transaction that links a visitor to a user stores the data of `$identify`, and the request sends it. A
//! killed process, a full queue or a long outage would lose it. So each link is marked when PostHog has accepted
//! its `$identify`. Until then it is sent again: at start-up and by the housekeeping. Sending it twice is harmless.
//!
//! Links made while PostHog is off are sent when it is switched on, so that earlier users are persons at PostHog
//! too.

use std::collections::HashMap;

use sea_orm::{DatabaseConnection, DbErr};
use time::OffsetDateTime;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::posthog::Client;
use crate::posthog::ledger::Delivered;
use crate::session::users::Users;
use crate::visitor_link;

/// The maximum number of links in one statement, and in one batch to PostHog.
const SLICE: u64 = 500;

/// Sends an `$identify` for every visitor who became a user, until PostHog has accepted it.
#[derive(Clone)]
pub struct Outbox {
    database: DatabaseConnection,
    users: Users,
    client: Client,
    acknowledging: TaskTracker,
}

impl Outbox {
    /// The outbox of an app.
    pub fn new(database: DatabaseConnection, users: Users, client: Client) -> Self {
        Self {
            database,
            users,
            client,
            acknowledging: TaskTracker::new(),
        }
    }

    /// Marks a link when its `$identify` is delivered. The request does not wait for this.
    pub fn acknowledge_when(&self, delivered: Delivered, visitor_id: Uuid) {
        let database = self.database.clone();
        self.acknowledging.spawn(async move {
            if delivered.await.is_ok()
                && let Err(error) = visitor_link::acknowledge(&database, vec![visitor_id]).await
            {
                tracing::warn!(%error, "could not note that an $identify arrived; it is sent again");
            }
        });
    }

    /// Sends each `$identify` again that PostHog has not accepted, for links from before this time.
    ///
    /// Returns the number that PostHog accepted now.
    ///
    /// # Errors
    ///
    /// If the database does not answer.
    pub async fn send_again(&self, linked_before: OffsetDateTime) -> Result<usize, DbErr> {
        let mut taken = 0;
        let mut last = Uuid::nil();
        while self.client.enabled() {
            let links =
                visitor_link::unacknowledged(&self.database, linked_before, last, SLICE).await?;
            let Some(newest) = links.last() else {
                break;
            };
            last = newest.visitor_id;
            let users = links.iter().map(|link| link.user_id).collect();
            let users = self.users.find(&self.database, users).await?;
            let users: HashMap<_, _> = users.into_iter().map(|user| (user.id(), user)).collect();
            let sent: Vec<_> = links
                .iter()
                .filter_map(|link| Some((link, users.get(&link.user_id)?)))
                .map(|(link, user)| {
                    let id = user.id().to_string();
                    let delivered =
                        self.client
                            .identify(&id, &**user, &link.visitor(), link.linked_at);
                    (link.visitor_id, delivered)
                })
                .collect();
            let mut arrived = Vec::new();
            for (visitor_id, delivered) in sent {
                if delivered.await.is_ok() {
                    arrived.push(visitor_id);
                }
            }
            // PostHog accepts nothing at the moment. The next round sends the rest.
            if arrived.is_empty() {
                break;
            }
            taken += arrived.len();
            visitor_link::acknowledge(&self.database, arrived).await?;
        }
        Ok(taken)
    }

    /// Waits until all delivered links are marked. Call it after the last delivery.
    pub async fn shut_down(&self, deadline: Instant) {
        self.acknowledging.close();
        if tokio::time::timeout_at(deadline, self.acknowledging.wait())
            .await
            .is_err()
        {
            tracing::warn!("could not note in time which $identify arrived; they are sent again");
        }
    }
}
