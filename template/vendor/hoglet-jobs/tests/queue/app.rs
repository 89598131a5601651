//! An app that has only jobs: a bakery.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_core::future::BoxFuture;
use hoglet_errors::Cause;
use hoglet_jobs::attempt::AttemptOutcome;
use hoglet_jobs::hooks::{ActorNow, Attempt, AttemptStart};
use hoglet_jobs::migrations::migrations;
use hoglet_jobs::model::{Entity, Model};
use hoglet_jobs::{
    Enqueuer, Failure, Hooks, Job, JobResult, JobState, Jobs, Priority, Registry, Run, Runner,
    StoredActor,
};
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, EntityTrait};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// The app's state, which the jobs work with.
#[derive(Clone)]
pub struct Bakery {
    pub database: DatabaseConnection,
    /// The things that were baked, each with the name of its customer.
    pub baked: Arc<Mutex<Vec<String>>>,
}

impl JobState for Bakery {
    /// The name of the customer.
    type Context = String;
}

/// A job that does what a test needs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Bake {
    Bread,
    /// Enqueues the bread.
    Dough,
    Burn,
    BurnForGood,
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
            Self::Panic => panic!("the oven is on fire"),
            Self::Later => return Err(Failure::later(Duration::from_secs(60))),
        }
        Ok(())
    }
}

/// A job that runs before the others.
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

/// Hooks for actors that are names. The actor `Zoe` was deleted.
struct Names(Arc<Mutex<Vec<String>>>);

impl Hooks<String> for Names {
    fn begin<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, AttemptStart<String>> {
        let name: Option<String> = attempt.actor.read();
        let actor = match name.as_deref() {
            Some("Zoe") => ActorNow::Gone,
            _ => ActorNow::There,
        };
        let context = name.unwrap_or_else(|| "nobody".to_owned());
        Box::pin(async { AttemptStart { context, actor } })
    }

    fn report(&self, name: &String, cause: &Arc<Cause>) {
        self.0.lock().unwrap().push(format!("{name}: {cause}"));
    }
}

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations()
    }
}

pub fn jobs() -> Jobs<Bakery> {
    Jobs::default().job::<Bake>().job::<Serve>()
}

pub struct App {
    pub database: DatabaseConnection,
    pub runner: Runner<String>,
    pub baked: Arc<Mutex<Vec<String>>>,
    pub reported: Arc<Mutex<Vec<String>>>,
    /// The database, which is removed when this is dropped.
    _place: Place,
}

impl App {
    pub async fn start() -> Self {
        Self::with(jobs()).await
    }

    pub async fn with(jobs: Jobs<Bakery>) -> Self {
        let place = Place::create().await;
        let database = Database::connect(place.url()).await.unwrap();
        Migrator::up(&database, None).await.unwrap();
        let baked = Arc::new(Mutex::new(Vec::new()));
        let reported = Arc::new(Mutex::new(Vec::new()));
        let registry: Registry<String> = jobs
            .with(Bakery {
                database: database.clone(),
                baked: baked.clone(),
            })
            .unwrap();
        let runner = Runner {
            database: database.clone(),
            registry: Arc::new(registry),
            hooks: Arc::new(Names(reported.clone())),
            jobs: Enqueuer::default(),
        };
        Self {
            database,
            runner,
            baked,
            reported,
            _place: place,
        }
    }

    /// Enqueues a job without an actor.
    pub async fn enqueue(&self, job: impl Job) {
        let jobs = &self.runner.jobs;
        jobs.enqueue(&self.database, job).await.unwrap();
    }

    pub fn acting_for(&self, name: &str) -> Enqueuer {
        self.runner.jobs.acting_for(StoredActor::of(&name))
    }

    /// Runs the due jobs. Returns how each attempt ended.
    pub async fn run(&self) -> Vec<AttemptOutcome> {
        let ran = self.runner.run_due().await.unwrap();
        ran.into_iter().map(|(_, ended)| ended).collect()
    }

    pub fn baked(&self) -> Vec<String> {
        std::mem::take(&mut self.baked.lock().unwrap())
    }

    pub async fn rows(&self) -> Vec<Model> {
        Entity::find().all(&self.database).await.unwrap()
    }

    pub async fn let_time_pass(&self, time: Duration) {
        let earlier = format!("UPDATE jobs SET run_at = run_at - {}", time.as_millis());
        self.execute(&earlier).await;
    }

    pub async fn execute(&self, sql: &str) {
        self.database.execute_unprepared(sql).await.unwrap();
    }
}

/// A database for a test: a file, or a schema in `TEST_DATABASE_URL` with the feature `postgres`.
enum Place {
    File(TempDir),
    Schema { server: String, name: String },
}

impl Place {
    async fn create() -> Self {
        let server = std::env::var("TEST_DATABASE_URL").ok();
        match server.filter(|_| cfg!(feature = "postgres")) {
            Some(server) => {
                let name = format!("jobs_{}", Uuid::new_v4().simple());
                execute(&server, &format!("CREATE SCHEMA {name}")).await;
                Self::Schema { server, name }
            }
            None => Self::File(tempfile::tempdir().unwrap()),
        }
    }

    fn url(&self) -> String {
        match self {
            Self::File(folder) => {
                format!("sqlite://{}/jobs.sqlite?mode=rwc", folder.path().display())
            }
            Self::Schema { server, name } => {
                format!("{server}?options=-csearch_path%3D{name}")
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Schema { server, name } = self else {
            return;
        };
        let (server, drop) = (server.clone(), format!("DROP SCHEMA {name} CASCADE"));
        // In another thread with another runtime, because the runtime of the test is ending.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(execute(&server, &drop));
        });
        let _ = dropping.join();
    }
}

async fn execute(server: &str, sql: &str) {
    let database = Database::connect(server).await.unwrap();
    database.execute_unprepared(sql).await.unwrap();
}
