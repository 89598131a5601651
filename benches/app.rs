//! What the generated app takes: requests a second, latency, memory and start-up.
//!
//! ```sh
//! cargo bench -p hoglet --bench app                 # prints the table
//! cargo bench -p hoglet --bench app -- --refresh    # and writes it into the README
//! ```
//!
//! The release build of `template/` runs beside the load generator and the local stand-in for
//! PostHog, so all three share the machine. Every figure is the median of interleaved rounds, and
//! only ratios between columns of one run say much on another machine. PostgreSQL is measured where
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
use std::time::{Duration, Instant};

use load::{Connection, Measured, get, post};
use postgres::Postgres;
use support::{Process, build, cookies, write_into_readme};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 32;
const TABLE: &str = "benchmark";

fn main() -> ExitCode {
    let refresh = std::env::args().any(|argument| argument == "--refresh");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let binary = build();
    let table = runtime.block_on(measure(&binary));
    println!("\n{table}");
    if refresh {
        write_into_readme(TABLE, &table);
    }
    ExitCode::SUCCESS
}

async fn measure(binary: &Path) -> String {
    let postgres = Postgres::find();
    if postgres.is_none() {
        println!("PostgreSQL is not measured: no server here");
    }
    let standin = Process::start(
        Command::new(env!("CARGO_BIN_EXE_hoglet")).args(["posthog", "--port", "0"]),
        Path::new("."),
    );
    let mut columns = Vec::new();
    for (title, posthog) in [("SQLite", true), ("SQLite, PostHog off", false)] {
        columns.push(Column::start(title, binary, None, posthog.then_some(&standin)).await);
    }
    if let Some(postgres) = &postgres {
        columns
            .push(Column::start("PostgreSQL", binary, Some(&postgres.url), Some(&standin)).await);
    }

    for round in 0..ROUNDS {
        for scenario in SCENARIOS {
            for column in &mut columns {
                let measured = column.run(scenario).await;
                println!(
                    "round {} {:<32} {:<20} {:>8.0}/s",
                    round + 1,
                    scenario.title,
                    column.title,
                    measured.requests_per_second
                );
                column.results.push((scenario.title, measured));
            }
        }
    }
    for column in &mut columns {
        column.events = column.events().await;
    }
    report(binary, &columns)
}

struct Scenario {
    title: &'static str,
    connections: usize,
    request: fn(cookie: &str) -> String,
    signed_in: bool,
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        title: "`GET /`",
        connections: CONNECTIONS,
        request: |cookie| get("/", cookie),
        signed_in: false,
    },
    Scenario {
        title: "`GET /profile`, signed in",
        connections: CONNECTIONS,
        request: |cookie| get("/profile", cookie),
        signed_in: true,
    },
    Scenario {
        title: "`POST /api/burrito/consider`, signed in",
        connections: CONNECTIONS,
        request: |cookie| post("/api/burrito/consider", cookie, ""),
        signed_in: true,
    },
    Scenario {
        title: "`GET /`, 10 connections",
        connections: 10,
        request: |cookie| get("/", cookie),
        signed_in: false,
    },
    Scenario {
        title: "`GET /`, 100 connections",
        connections: 100,
        request: |cookie| get("/", cookie),
        signed_in: false,
    },
    Scenario {
        title: "`GET /`, 1,000 connections",
        connections: 1000,
        request: |cookie| get("/", cookie),
        signed_in: false,
    },
];

/// One way to run the app.
struct Column {
    title: &'static str,
    app: Process,
    start_up: Duration,
    idle_memory: u64,
    /// One session a connection: nobody else's row is in the way.
    sessions: Vec<String>,
    visitor: String,
    /// What `/readyz` says of the events after the load.
    events: String,
    results: Vec<(&'static str, Measured)>,
}

impl Column {
    async fn start(
        title: &'static str,
        binary: &Path,
        database: Option<&String>,
        posthog: Option<&Process>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder").keep();
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("APP_ENV", "production")
            .env("PORT", "0")
            .env("SECRET_KEY", "0123456789abcdef".repeat(8))
            .env(
                "DATABASE_URL",
                database.map_or("sqlite://data/app.sqlite?mode=rwc", String::as_str),
            );
        if let Some(posthog) = posthog {
            command
                .env("POSTHOG_API_KEY", "phc_benchmark")
                .env("POSTHOG_HOST", &posthog.address);
        }
        // The first start migrates; the second one is the start that is measured.
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
            events: String::new(),
            results: Vec::new(),
        }
    }

    async fn run(&mut self, scenario: &Scenario) -> Measured {
        let request = |index: usize| {
            let cookie = if scenario.signed_in {
                &self.sessions[index % CONNECTIONS]
            } else {
                &self.visitor
            };
            (scenario.request)(cookie)
        };
        let measured = load::run(&self.app.address, scenario.connections, ROUND, 200, request)
            .await
            .expect("the app answers under load");
        assert_eq!(
            measured.failed, 0,
            "{} failed on {}",
            scenario.title, self.title
        );
        measured
    }

    /// Waits until the queue is empty: what is late is not lost.
    async fn events(&self) -> String {
        let mut connection = Connection::open(&self.app.address)
            .await
            .expect("the app listens");
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = connection
                .ask(&get("/readyz", ""))
                .await
                .expect("an answer");
            let ready: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
            let count = |name: &str| ready["posthog"][name].as_u64().expect("a number");
            if count("waiting") == 0 || Instant::now() > deadline {
                return format!(
                    "{}, {}",
                    count("captured"),
                    count("captured") - count("delivered")
                );
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn median(&self, scenario: &str, figure: fn(&Measured) -> f64) -> f64 {
        let of_scenario = self.results.iter().filter(|(title, _)| *title == scenario);
        let mut figures: Vec<f64> = of_scenario.map(|(_, measured)| figure(measured)).collect();
        figures.sort_unstable_by(f64::total_cmp);
        figures[figures.len() / 2]
    }
}

fn report(binary: &Path, columns: &[Column]) -> String {
    let mut table = String::from("| |");
    for column in columns {
        table += &format!(" {} |", column.title);
    }
    table += &format!("\n|---|{}\n", "---|".repeat(columns.len()));
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
    for scenario in SCENARIOS {
        table += &format!("| {} |", scenario.title);
        for column in columns {
            table += &format!(
                " {:.0}/s, p50 {:.1} ms, p99 {:.1} ms |",
                column.median(scenario.title, |measured| measured.requests_per_second),
                column.median(scenario.title, |measured| measured.p50.as_secs_f64()
                    * 1000.0),
                column.median(scenario.title, |measured| measured.p99.as_secs_f64()
                    * 1000.0),
            );
        }
        table.push('\n');
    }
    let mut row = |title: &str, cell: &dyn Fn(&Column) -> String| {
        table += &format!("| {title} |");
        for column in columns {
            table += &format!(" {} |", cell(column));
        }
        table.push('\n');
    };
    row("start-up to listening", &|column| {
        format!("{:.0} ms", milliseconds(column.start_up))
    });
    row("memory idle, after the load", &|column| {
        format!(
            "{} MiB, {} MiB",
            column.idle_memory / 1024,
            column.app.memory() / 1024
        )
    });
    row("events captured, not delivered", &|column| {
        column.events.clone()
    });
    row("binary", &|_| {
        let size = fs::metadata(binary).expect("the binary is there").len();
        format!("{} MiB", size / 1024 / 1024)
    });
    table
}
