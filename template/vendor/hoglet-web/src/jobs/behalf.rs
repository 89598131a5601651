//! On whose behalf a job is done: it belongs to the person whose request has enqueued it.
//!
//! The person stands beside the task that works on the request, so that `enqueue` needs no more than a
//! connection. A task that a handler spawns by itself is nobody's.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbErr};

use super::enqueue::set_behalf;
use crate::actor::Actor;
use crate::posthog::PostHog;

tokio::task_local! {
    static ACTING: Arc<Mutex<Acting>>;
}

struct Acting {
    posthog: PostHog,
    /// The jobs that this request has enqueued.
    jobs: Vec<Uuid>,
}

/// Does something on behalf of a request's, or a job's, person.
pub async fn acting<T>(posthog: PostHog, work: impl Future<Output = T>) -> T {
    let acting = Acting {
        posthog,
        jobs: Vec::new(),
    };
    ACTING.scope(Arc::new(Mutex::new(acting)), work).await
}

/// On whose behalf a job is that is enqueued here, as JSON. Nobody's outside of requests and jobs.
pub(super) fn current() -> Option<String> {
    with(|acting| json(&acting.posthog))
}

/// Notes a job that is enqueued here, see [`becomes`].
pub(super) fn note(job: Uuid) {
    with(|acting| acting.jobs.push(job));
}

/// From here on this request acts on behalf of somebody else: the user that its visitor has become.
/// The jobs that it has enqueued so far become theirs in the same transaction.
///
/// # Errors
///
/// Where the database fails.
pub async fn becomes(database: &impl ConnectionTrait, posthog: &PostHog) -> Result<(), DbErr> {
    let enqueued = with(|acting| {
        acting.posthog = posthog.clone();
        acting.jobs.clone()
    });
    match enqueued {
        Some(jobs) if !jobs.is_empty() => set_behalf(database, &jobs, &json(posthog)).await,
        _ => Ok(()),
    }
}

fn json(posthog: &PostHog) -> String {
    serde_json::to_string(&Actor::of(posthog)).expect("ids and texts are JSON")
}

fn with<T>(act: impl FnOnce(&mut Acting) -> T) -> Option<T> {
    ACTING
        .try_with(|acting| act(&mut acting.lock().unwrap_or_else(PoisonError::into_inner)))
        .ok()
}
