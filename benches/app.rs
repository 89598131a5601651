//! Measures the generated app: requests per second, latency, memory and start-up.
//!
//! ```sh
//! cargo bench -p hoglet --bench app                 # prints the table
//! cargo bench -p hoglet --bench app -- --refresh    # and writes it into docs/figures.md
//! ```
//!
//! The release build of `template/` shares the machine with the load generator. PostHog is part of
//! the load generator and does almost nothing with an event, because in production another machine
//! does that work. Every figure is the median of interleaved rounds, and every ratio is the median
//! of the rounds' ratios. Only ratios are comparable between machines. PostgreSQL is measured if
//! `TEST_POSTGRES_URL` names a database or a server can be started.

#[path = "load.rs"]
mod load;
#[path = "../tests/support/postgres.rs"]
mod postgres;
#[path = "support.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::{Json, Router};
use load::{Connection, Measured, get, post};
use postgres::Postgres;
use serde_json::{Value, json};
use support::{Process, build, cookies, in_production, with_posthog, write_into_figures};
use tokio::net::TcpListener;

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 32;
const TABLE: &str = "benchmark";
const CONSIDER: &str = "/api/burrito/consider";

fn main() -> ExitCode {
    let refresh = std::env::args().any(|argument| argument == "--refresh");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let binary = build();
    let table = runtime.block_on(measure(&binary));
    println!("\n{table}");
    if refresh {
        write_into_figures(TABLE, &table);
    }
    ExitCode::SUCCESS
}

async fn measure(binary: &Path) -> String {
    let postgres = Postgres::find();
    if postgres.is_none() {
        println!("PostgreSQL is not measured: no server here");
    }
    let posthog = posthog().await;
    let on = || {
        let mut command = in_production(binary);
        with_posthog(&mut command, &posthog);
        command
    };
    let mut commands = vec![(ON, on()), (OFF, in_production(binary)), (NO_JOBS, on())];
    commands[2].1.env("JOBS_CONCURRENCY", "0");
    if let Some(postgres) = &postgres {
        let mut command = on();
        command.env("DATABASE_URL", &postgres.url);
        commands.push(("PostgreSQL", command));
    }
    let mut columns = Vec::new();
    for (title, command) in commands {
        columns.push(Column::start(title, command).await);
    }

    for round in 0..ROUNDS {
        for scenario in SCENARIOS {
            for column in &mut columns {
                column.run(scenario, round).await;
            }
        }
    }
    // This comes last, because the rows are never removed.
    for (sessions, scenario) in CROWDS {
        for column in &mut columns {
            column.fill(*sessions).await;
        }
        for round in 0..ROUNDS {
            for column in &mut columns {
                column.run(scenario, round).await;
            }
        }
    }
    for column in &mut columns {
        column.counts = column.counts().await;
    }
    report(binary, &columns)
}

/// A minimal PostHog: it reads each request and gives PostHog's answer.
async fn posthog() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let router = Router::new()
        .fallback(async |_: Bytes| Json(json!({ "status": 1 })))
        .layer(DefaultBodyLimit::disable());
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

struct Scenario {
    title: &'static str,
    connections: usize,
    request: fn(cookie: &str) -> String,
    signed_in: bool,
}

/// The titles of the first column, and of the columns that differ from it in one setting.
const ON: &str = "SQLite";
const OFF: &str = "SQLite, PostHog off";
const NO_JOBS: &str = "SQLite, `JOBS_CONCURRENCY=0`";

const HOME: Scenario = Scenario {
    title: "`GET /`",
    connections: CONNECTIONS,
    request: |cookie| get("/", cookie),
    signed_in: false,
};
const PAGE: Scenario = Scenario {
    title: "`GET /profile`, signed in",
    connections: CONNECTIONS,
    request: |cookie| get("/profile", cookie),
    signed_in: true,
};
const POST: Scenario = Scenario {
    title: "`POST /api/burrito/consider`, signed in",
    connections: CONNECTIONS,
    request: |cookie| post(CONSIDER, cookie, ""),
    signed_in: true,
};
const MANY_CONNECTIONS: Scenario = Scenario {
    title: "`GET /`, 1,000 connections",
    connections: 1000,
    ..HOME
};
const SCENARIOS: &[Scenario] = &[
    HOME,
    PAGE,
    POST,
    Scenario {
        title: "`GET /`, 10 connections",
        connections: 10,
        ..HOME
    },
    Scenario {
        title: "`GET /`, 100 connections",
        connections: 100,
        ..HOME
    },
    MANY_CONNECTIONS,
];

/// The signed-in `POST` with many rows in the table of sessions.
const FEW_SESSIONS: Scenario = Scenario {
    title: "the same `POST`, 1,000 sessions",
    ..POST
};
const MANY_SESSIONS: Scenario = Scenario {
    title: "the same `POST`, 100,000 sessions",
    ..POST
};
const CROWDS: &[(usize, Scenario)] = &[(1_000, FEW_SESSIONS), (100_000, MANY_SESSIONS)];

/// One way to run the app.
struct Column {
    title: &'static str,
    app: Process,
    start_up: Duration,
    idle_memory: u64,
    /// One session for each connection, so that no two connections use the same row.
    sessions: Vec<String>,
    visitor: String,
    rows: usize,
    /// The counts of events in `/readyz` after the load.
    counts: Value,
    results: Vec<Outcome>,
}

struct Outcome {
    scenario: &'static str,
    measured: Measured,
    peak_memory: u64,
}

impl Column {
    async fn start(title: &'static str, mut command: Command) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder").keep();
        // The first start migrates the database. The second start is measured.
        Process::start(&mut command, &folder).stop();
        let started = Instant::now();
        let app = Process::start(&mut command, &folder);
        let start_up = started.elapsed();
        let idle_memory = app.memory();
        let mut connection = Connection::open(&app.address)
            .await
            .expect("the app listens");
        let visitor = cookies(&connection.ask(&get("/", "")).await.expect("a page").head);
        let mut sessions = Vec::new();
        for index in 0..CONNECTIONS {
            let form =
                format!("name=Load&email=load-{index}@example.com&password=long-enough-{index}");
            let answer = connection
                .ask(&post("/signup", "", &form))
                .await
                .expect("an answer");
            assert_eq!(answer.status, 303, "sign-up failed: {}", answer.body);
            sessions.push(cookies(&answer.head));
        }
        Self {
            title,
            app,
            start_up,
            idle_memory,
            sessions,
            visitor,
            rows: CONNECTIONS,
            counts: Value::Null,
            results: Vec::new(),
        }
    }

    async fn run(&mut self, scenario: &Scenario, round: usize) {
        let request = |index: usize| {
            let cookie = if scenario.signed_in {
                &self.sessions[index % CONNECTIONS]
            } else {
                &self.visitor
            };
            (scenario.request)(cookie)
        };
        self.app.forget_peak();
        let end = Instant::now() + ROUND;
        let in_time = move || Instant::now() < end;
        let measured = load::run(
            &self.app.address,
            scenario.connections,
            in_time,
            200,
            request,
        )
        .await
        .expect("the app answers under load");
        let (title, failed) = (scenario.title, measured.failed);
        assert_eq!(failed, 0, "{title} failed on {}", self.title);
        println!(
            "round {} {title:<40} {:<30} {:>8.0}/s",
            round + 1,
            self.title,
            measured.requests_per_second
        );
        self.results.push(Outcome {
            scenario: title,
            measured,
            peak_memory: self.app.peak_memory(),
        });
    }

    /// Fills the table of sessions. Each visitor who considers a burrito and never comes back leaves one session.
    async fn fill(&mut self, rows: usize) {
        let missing = Arc::new(AtomicUsize::new(rows - self.rows));
        let one_more = move || {
            let taken = |missing: usize| missing.checked_sub(1);
            missing
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken)
                .is_ok()
        };
        let request = |_| post(CONSIDER, "", "");
        let filled = load::run(&self.app.address, CONNECTIONS, one_more, 200, request)
            .await
            .expect("the app answers under load");
        assert_eq!(filled.failed, 0, "not every visitor got a session");
        self.rows = rows;
    }

    /// The counts of events, once the queue is empty: late events are not lost.
    async fn counts(&self) -> Value {
        let mut connection = Connection::open(&self.app.address)
            .await
            .expect("the app listens");
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = connection.ask(&get("/readyz", "")).await;
            let mut ready: Value =
                serde_json::from_str(&answer.expect("an answer").body).expect("JSON");
            let counts = ready["posthog"].take();
            if counts["waiting"] == 0 || Instant::now() > deadline {
                return counts;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn figures(&self, scenario: &Scenario, figure: fn(&Outcome) -> f64) -> Vec<f64> {
        let outcomes = self.results.iter();
        outcomes
            .filter(|outcome| outcome.scenario == scenario.title)
            .map(figure)
            .collect()
    }

    fn median(&self, scenario: &Scenario, figure: fn(&Outcome) -> f64) -> f64 {
        median(self.figures(scenario, figure))
    }
}

fn throughput(outcome: &Outcome) -> f64 {
    outcome.measured.requests_per_second
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The median of the ratios of neighbouring runs.
fn ratio(one: &[f64], other: &[f64]) -> f64 {
    median(
        one.iter()
            .zip(other)
            .map(|(one, other)| one / other)
            .collect(),
    )
}

fn report(binary: &Path, columns: &[Column]) -> String {
    let mut table = String::from("| |");
    for column in columns {
        table += &format!(" {} |", column.title);
    }
    table += &format!("\n|---|{}\n", "---|".repeat(columns.len()));
    let mut row = |title: &str, cell: &dyn Fn(&Column) -> String| {
        table += &format!("| {title} |");
        for column in columns {
            table += &format!(" {} |", cell(column));
        }
        table.push('\n');
    };
    let crowds = CROWDS.iter().map(|(_, scenario)| scenario);
    for scenario in SCENARIOS.iter().chain(crowds) {
        row(scenario.title, &|column| {
            format!(
                "{:.0}/s, p50 {:.1} ms, p99 {:.1} ms",
                column.median(scenario, throughput),
                column.median(scenario, |outcome| milliseconds(outcome.measured.p50)),
                column.median(scenario, |outcome| milliseconds(outcome.measured.p99)),
            )
        });
    }
    row("start-up to listening", &|column| {
        format!("{:.0} ms", milliseconds(column.start_up))
    });
    row("memory idle, at most under load", &|column| {
        let peak = column.median(&POST, |outcome| outcome.peak_memory as f64);
        format!(
            "{} MiB, {:.0} MiB",
            column.idle_memory / 1024,
            peak / 1024.0
        )
    });
    row("memory, at most with 1,000 connections", &|column| {
        let peak = column.median(&MANY_CONNECTIONS, |outcome| outcome.peak_memory as f64);
        format!("{:.0} MiB", peak / 1024.0)
    });
    row("events captured, not delivered", &|column| {
        let count = |name: &str| column.counts[name].as_u64().expect("a number");
        let captured = count("captured");
        format!("{captured}, {}", captured - count("delivered"))
    });
    row("binary", &|_| {
        let size = fs::metadata(binary).expect("the binary is there").len();
        format!("{} MiB", size / 1024 / 1024)
    });

    let (on, others) = columns.split_first().expect("there are columns");
    for (title, words) in [
        (OFF, "PostHog on against off"),
        (NO_JOBS, "jobs waited for against `JOBS_CONCURRENCY=0`"),
    ] {
        let other = others.iter().find(|column| column.title == title);
        let other = other.expect("there is such a column");
        let ratios = [HOME, PAGE, POST].map(|scenario| {
            let [one, other] = [on, other].map(|column| column.figures(&scenario, throughput));
            format!("{:.2} for {}", ratio(&one, &other), scenario.title)
        });
        table += &format!("\nRequests a second with {words}: {}.\n", ratios.join(", "));
    }
    table
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
