//! Measures the queue: jobs per second, and the time from enqueuing a job until it begins.
//!
//! ```sh
//! cargo bench -p hoglet --bench jobs
//! ```
//!
//! It uses the generated app's own parts on SQLite, in one process, with a job that does nothing. Every figure is the median
//! of its rounds. The figures depend on the machine and its disk.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use app::app::App;
use hoglet_web::database;
use hoglet_web::jobs::attempts::start_workers;
use hoglet_web::jobs::{Job, JobResult, Jobs, Registry, Run};
use hoglet_web::testing::TestApp;
use hoglet_web::web::Web;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

const ROUNDS: usize = 5;
const JOBS: u64 = 10_000;
/// The number of jobs that are enqueued in one transaction.
const BATCH: u64 = 500;
const SAMPLES: usize = 200;

static DONE: AtomicU64 = AtomicU64::new(0);
static BEGAN: Mutex<Option<Instant>> = Mutex::new(None);
static ONE_HAS_BEGUN: LazyLock<Notify> = LazyLock::new(Notify::new);

#[derive(Serialize, Deserialize)]
struct Nothing {}

impl Job for Nothing {
    type State = Web;

    const NAME: &'static str = "nothing";

    async fn run(self, _: Web, _: Run) -> JobResult {
        *BEGAN.lock().expect("nobody panics while holding it") = Some(Instant::now());
        DONE.fetch_add(1, Ordering::Relaxed);
        ONE_HAS_BEGUN.notify_one();
        Ok(())
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    for concurrency in [1, 2, 8] {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(a_second(concurrency).await);
        }
        println!(
            "{:>6.0} jobs a second, {concurrency} at once",
            median(rounds)
        );
    }
    let mut samples = latencies().await;
    samples.sort_by(f64::total_cmp);
    println!(
        "{:>6.2} ms from commit to begin, the commit included, 99 of 100 within {:.2} ms",
        samples[samples.len() / 2],
        samples[samples.len() * 99 / 100]
    );
}

async fn start() -> (TestApp<App>, Arc<Registry>) {
    let app = TestApp::<App>::with(&[("POSTHOG_DISABLED", "true")]).await;
    let registry = Jobs::<Web>::default()
        .job::<Nothing>()
        .with(app.web.clone());
    (app, Arc::new(registry.expect("a table without faults")))
}

async fn a_second(concurrency: usize) -> f64 {
    let (app, registry) = start().await;
    for _ in 0..JOBS / BATCH {
        let transaction = database::begin(&app.web.database)
            .await
            .expect("a transaction");
        for _ in 0..BATCH {
            app.web
                .jobs
                .enqueue(&transaction, Nothing {})
                .await
                .expect("it is enqueued");
        }
        transaction.commit().await.expect("it is committed");
    }
    DONE.store(0, Ordering::Relaxed);
    let began = Instant::now();
    let workers = start_workers(app.web.clone(), registry, concurrency);
    while DONE.load(Ordering::Relaxed) < JOBS {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let took = began.elapsed();
    workers
        .stop(tokio::time::Instant::now() + Duration::from_secs(5))
        .await;
    JOBS as f64 / took.as_secs_f64()
}

/// The times from the start of the commit until the job begins, in milliseconds.
///
/// The workers are idle before.
async fn latencies() -> Vec<f64> {
    let (app, registry) = start().await;
    let workers = start_workers(app.web.clone(), registry, 2);
    let mut samples = Vec::new();
    for _ in 0..SAMPLES {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let transaction = database::begin(&app.web.database)
            .await
            .expect("a transaction");
        app.web
            .jobs
            .enqueue(&transaction, Nothing {})
            .await
            .expect("it is enqueued");
        // This stands for the handler's other work.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let committing = Instant::now();
        transaction.commit().await.expect("it is committed");
        // A notification of an earlier job may still be pending.
        let waited = loop {
            ONE_HAS_BEGUN.notified().await;
            let began = *BEGAN.lock().expect("nobody panics while holding it");
            if let Some(waited) = began.and_then(|began| began.checked_duration_since(committing)) {
                break waited;
            }
        };
        samples.push(waited.as_secs_f64() * 1_000.0);
    }
    workers
        .stop(tokio::time::Instant::now() + Duration::from_secs(5))
        .await;
    samples
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
