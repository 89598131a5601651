//! Attempts at jobs, for PostHog: each belongs to the person whose request enqueued the job.

use std::sync::Arc;

use futures_core::future::BoxFuture;
use hoglet_errors::Cause;
use hoglet_jobs::hooks::{ActorStatus, Attempt, AttemptStart};
use hoglet_jobs::{Failure, Hooks, JobState, Workers};
use tracing::Span;
use tracing::field::Empty;

use super::context::{Context, Registry, Runner};
use crate::actor::Actor;
use crate::web::Web;

/// The source that PostHog shows for a job's error.
const SOURCE: &str = "hoglet.job";

impl JobState for Web {
    type Context = Context;
}

/// Starts workers, which run at most `concurrency` jobs at the same time.
pub fn start_workers(web: Web, registry: Arc<Registry>, concurrency: usize) -> Workers {
    let lease = web.settings.jobs.lease;
    Workers::start(runner(web, registry), concurrency, lease)
}

/// The runner of this app's jobs.
pub fn runner(web: Web, registry: Arc<Registry>) -> Runner {
    Runner {
        database: web.database.clone(),
        registry,
        jobs: web.jobs.clone(),
        hooks: Arc::new(Attempts(web)),
    }
}

struct Attempts(Web);

impl Hooks<Context> for Attempts {
    fn span(&self, attempt: &Attempt) -> Span {
        let actor: Option<Actor> = attempt.actor.read();
        tracing::error_span!(
            "job",
            job = attempt.job,
            job_id = %attempt.id,
            attempt = attempt.number,
            request_id = actor.and_then(|actor| actor.request_id),
            user_id = Empty,
            visitor_id = Empty,
        )
    }

    fn begin<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, AttemptStart<Context>> {
        Box::pin(async move {
            let web = &self.0;
            let actor = attempt.actor.read();
            let actor = actor.unwrap_or_else(|| Actor::nobody(attempt.id));
            let (user, status) = match actor.user_id() {
                None => (None, ActorStatus::Exists),
                Some(id) => match web.parts.users.find(&web.database, vec![id]).await {
                    Ok(mut users) => match users.pop() {
                        Some(user) => (Some(user), ActorStatus::Exists),
                        None => (None, ActorStatus::Deleted),
                    },
                    Err(error) => (None, ActorStatus::Unknown(Failure::from(error))),
                },
            };
            let properties = [
                ("job", attempt.job.as_str().into()),
                ("job_id", attempt.id.to_string().into()),
                ("job_attempt", attempt.number.into()),
                ("attempt", attempt.number.into()),
                ("attempts", attempt.max.into()),
            ];
            let posthog = actor.resume(&web.posthog, user, properties);
            if !posthog.opted_out() {
                posthog.identity().distinct_id.record(&Span::current());
            }
            let context = Context { posthog };
            AttemptStart {
                context,
                actor: status,
            }
        })
    }

    fn report(&self, context: &Context, cause: &Arc<Cause>) {
        context.posthog.capture_failed_task(cause.clone(), SOURCE);
    }
}
