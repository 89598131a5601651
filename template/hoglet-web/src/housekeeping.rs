//! Housekeeping: what has expired is removed, and what PostHog has not heard is said again.

use std::time::Duration;

use sea_orm::DbErr;
use time::OffsetDateTime;
use tokio::time::MissedTickBehavior;

use crate::posthog::visitor_link;
use crate::session::model as session;
use crate::throttle;
use crate::tokens;
use crate::web::Web;

const INTERVAL: Duration = Duration::from_secs(10 * 60);
/// An `$identify` younger than this is under way.
const UNDER_WAY: time::Duration = time::Duration::minutes(1);

/// Runs for as long as the process lives.
pub async fn run(web: Web) {
    // Beside each other: while PostHog is out of order, sending again takes its time.
    tokio::join!(remove_expired(&web), send_again(&web));
}

async fn remove_expired(web: &Web) {
    let database = &web.database;
    let mut interval = interval();
    loop {
        interval.tick().await;
        let removed = async {
            let sessions = session::delete_expired(database).await?;
            let attempts = throttle::delete_expired(database).await?;
            let tokens = tokens::delete_expired(database).await?;
            let links = visitor_link::delete_old(database).await?;
            Ok::<_, DbErr>((sessions, attempts, tokens, links))
        };
        match removed.await {
            Ok((sessions, attempts, tokens, links)) => {
                tracing::debug!(sessions, attempts, tokens, links, "removed expired rows");
            }
            Err(error) => {
                tracing::warn!(%error, "could not remove expired rows");
                web.posthog.capture_error(&error);
            }
        }
    }
}

async fn send_again(web: &Web) {
    // A process that starts has nothing under way: the first time is for all that is there.
    let mut linked_before = OffsetDateTime::now_utc();
    let mut interval = interval();
    interval.tick().await;
    loop {
        match web.outbox.send_again(linked_before).await {
            Ok(0) => {}
            Ok(links) => tracing::info!(links, "sent again what PostHog had not taken: $identify"),
            Err(error) => {
                tracing::warn!(%error, "could not look for what PostHog has not taken");
                web.posthog.capture_error(&error);
            }
        }
        interval.tick().await;
        linked_before = OffsetDateTime::now_utc() - UNDER_WAY;
    }
}

fn interval() -> tokio::time::Interval {
    let mut interval = tokio::time::interval(INTERVAL);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
