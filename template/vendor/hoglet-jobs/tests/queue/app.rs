//! [`App`]: the bakery, with a database of its own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hoglet_jobs::migrations::migrations;
use hoglet_jobs::model::{Entity, Model};
use hoglet_jobs::{AttemptOutcome, Enqueued, Enqueuer, Job, Jobs, Registry, Runner, StoredActor};
use sea_orm::{ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, EntityTrait};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::bakery::{Bakery, Begun, Names, Order, jobs};
use crate::database::TestDatabase;

/// How long a test waits for something that happens at once.
const SOON: Duration = Duration::from_secs(5);

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations()
    }
}

pub struct App {
    pub database: DatabaseConnection,
    pub runner: Runner<String>,
    pub baked: Arc<Mutex<Vec<String>>>,
    pub reported: Arc<Mutex<Vec<String>>>,
    begun: tokio::sync::Mutex<mpsc::UnboundedReceiver<Begun>>,
    /// The database, which is removed when the last app is dropped.
    test_database: Arc<TestDatabase>,
}

impl App {
    pub async fn start() -> Self {
        Self::with(jobs()).await
    }

    pub async fn with(jobs: Jobs<Bakery>) -> Self {
        Self::on(Arc::new(TestDatabase::create().await), jobs).await
    }

    /// Another process of the app, with the same database.
    pub async fn another(&self, jobs: Jobs<Bakery>) -> Self {
        Self::on(self.test_database.clone(), jobs).await
    }

    async fn on(test_database: Arc<TestDatabase>, jobs: Jobs<Bakery>) -> Self {
        let database = Database::connect(test_database.url()).await.unwrap();
        Migrator::up(&database, None).await.unwrap();
        let baked = Arc::new(Mutex::new(Vec::new()));
        let reported = Arc::new(Mutex::new(Vec::new()));
        let (sender, begun) = mpsc::unbounded_channel();
        let registry: Registry<String> = jobs
            .with(Bakery {
                database: database.clone(),
                baked: baked.clone(),
                begun: sender,
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
            begun: tokio::sync::Mutex::new(begun),
            test_database,
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.database.get_database_backend() == DatabaseBackend::Sqlite
    }

    /// Enqueues a job without an actor.
    pub async fn enqueue(&self, job: impl Job) -> Enqueued {
        let jobs = &self.runner.jobs;
        jobs.enqueue(&self.database, job).await.unwrap()
    }

    pub async fn order(&self, cake: &str) -> Enqueued {
        let cake = cake.to_owned();
        self.enqueue(Order { cake }).await
    }

    pub fn acting_for(&self, name: &str) -> Enqueuer {
        self.runner.jobs.acting_for(StoredActor::of(&name))
    }

    /// Runs the due jobs. Returns how each attempt ended.
    pub async fn run(&self) -> Vec<AttemptOutcome> {
        let ran = timeout(SOON, run(&self.runner)).await;
        ran.expect("no order begins")
    }

    /// Runs the due jobs as another process would, whose leases last an hour. Waits until an order begins.
    pub async fn begin(&self) -> (Begun, JoinHandle<Vec<AttemptOutcome>>) {
        let runner = self.runner.clone();
        let process = tokio::spawn(async move { run(&runner).await });
        (self.begun().await, process)
    }

    /// The next order that begins.
    pub async fn begun(&self) -> Begun {
        let mut begun = self.begun.lock().await;
        let next = timeout(SOON, begun.recv()).await;
        next.expect("an order begins").unwrap()
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

async fn run(runner: &Runner<String>) -> Vec<AttemptOutcome> {
    let ran = runner.run_due().await.unwrap();
    ran.into_iter().map(|(_, ended)| ended).collect()
}

/// Waits until a condition holds.
pub async fn until(condition: impl AsyncFn() -> bool) {
    let holds = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(SOON, holds).await.expect("the condition holds");
}
