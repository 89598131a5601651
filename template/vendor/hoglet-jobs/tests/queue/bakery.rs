//! The app under test, which has only jobs: a bakery.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_core::future::BoxFuture;
use hoglet_errors::Cause;
use hoglet_jobs::hooks::{ActorStatus, Attempt, AttemptStart};
use hoglet_jobs::{Failure, Hooks, Job, JobResult, JobState, Jobs, Priority, Run, Unique};
use sea_orm::DatabaseConnection;
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

/// The app's state, which the jobs work with.
#[derive(Clone)]
pub struct Bakery {
    pub database: DatabaseConnection,
    /// The things that were baked, each with the name of its customer.
    pub baked: Arc<Mutex<Vec<String>>>,
    /// Receives each attempt at an [`Order`].
    pub begun: mpsc::UnboundedSender<Begun>,
}

impl JobState for Bakery {
    /// The name of the customer.
    type Context = String;
}

pub fn jobs() -> Jobs<Bakery> {
    Jobs::default()
        .job::<Bake>()
        .job::<Serve>()
        .job::<Order>()
        .job::<Sign>()
}

/// A job that does what a test needs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Bake {
    Bread,
    /// Enqueues the bread.
    Dough,
    Burn,
    BurnForGood,
    /// Fails with control characters in its error.
    Smoke,
    Panic,
    Later,
}

impl Job for Bake {
    type State = Bakery;

    const NAME: &'static str = "bake";
    const ATTEMPTS: u32 = 3;

    async fn run(self, bakery: Bakery, run: Run<String>) -> JobResult {
        match self {
            Self::Bread => {
                let line = format!("bread for {}", run.context);
                bakery.baked.lock().unwrap().push(line);
            }
            Self::Dough => drop(run.jobs.enqueue(&bakery.database, Self::Bread).await?),
            Self::Burn => Err(std::io::Error::other("burnt, says ann@example.com"))?,
            Self::BurnForGood => return Err(Failure::for_good(std::io::Error::other("burnt"))),
            Self::Smoke => Err(std::io::Error::other("the oven\0is \u{1b}[31mred"))?,
            Self::Panic => panic!("the oven is on fire"),
            Self::Later => return Err(Failure::later(Duration::from_secs(60))),
        }
        Ok(())
    }
}

/// A job that runs before the others, and of which only one waits.
#[derive(Debug, Serialize, Deserialize)]
pub struct Serve {}

impl Job for Serve {
    type State = Bakery;

    const NAME: &'static str = "serve";
    const PRIORITY: Priority = Priority::High;
    const WITHOUT_ACTOR: bool = true;

    fn unique_key(&self) -> Option<String> {
        Some("the counter".to_owned())
    }

    async fn run(self, bakery: Bakery, run: Run<String>) -> JobResult {
        let line = format!("served {}", run.context);
        bakery.baked.lock().unwrap().push(line);
        Ok(())
    }
}

/// A job that runs until the test ends it. Of the same cake only one order waits.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    pub cake: String,
}

impl Job for Order {
    type State = Bakery;

    const NAME: &'static str = "order";
    const ATTEMPTS: u32 = 3;

    fn unique_key(&self) -> Option<String> {
        Some(self.cake.clone())
    }

    async fn run(self, bakery: Bakery, run: Run<String>) -> JobResult {
        let (end, ended) = oneshot::channel();
        let begun = Begun {
            id: run.id,
            attempt: run.attempt,
            end,
        };
        bakery.begun.send(begun).expect("the test runs");
        Ok(ended.await??)
    }
}

/// A running attempt at an [`Order`].
pub struct Begun {
    pub id: Uuid,
    pub attempt: u32,
    end: oneshot::Sender<Result<(), std::io::Error>>,
}

impl Begun {
    pub fn succeed(self) {
        self.end.send(Ok(())).expect("the attempt runs");
    }

    pub fn fail(self) {
        let error = std::io::Error::other("the cake fell");
        self.end.send(Err(error)).expect("the attempt runs");
    }

    /// Waits until the attempt is stopped from outside.
    pub async fn stopped(&mut self) {
        let stopped = tokio::time::timeout(Duration::from_secs(5), self.end.closed());
        stopped.await.expect("the attempt is stopped");
    }
}

/// A job that replaces the waiting one. It always fails.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sign {
    pub text: String,
}

impl Job for Sign {
    type State = Bakery;

    const NAME: &'static str = "sign";
    const UNIQUE: Unique = Unique::Replace;

    fn unique_key(&self) -> Option<String> {
        Some("the\0only one".to_owned())
    }

    fn delay(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn run(self, _: Bakery, _: Run<String>) -> JobResult {
        Err(std::io::Error::other(format!("nobody reads {}", self.text)))?
    }
}

/// A job with a queue of its own.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deliver {}

impl Job for Deliver {
    type State = Bakery;

    const NAME: &'static str = "deliver";
    const QUEUE: &'static str = "van";

    async fn run(self, _: Bakery, _: Run<String>) -> JobResult {
        Ok(())
    }
}

/// Hooks for actors that are names. The actor `Zoe` was deleted.
pub struct Names(pub Arc<Mutex<Vec<String>>>);

impl Hooks<String> for Names {
    fn begin<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, AttemptStart<String>> {
        let name: Option<String> = attempt.actor.read();
        let actor = match name.as_deref() {
            Some("Zoe") => ActorStatus::Deleted,
            _ => ActorStatus::Exists,
        };
        let context = name.unwrap_or_else(|| "nobody".to_owned());
        Box::pin(async { AttemptStart { context, actor } })
    }

    fn report(&self, name: &String, cause: &Arc<Cause>) {
        self.0.lock().unwrap().push(format!("{name}: {cause}"));
    }
}
