//! One column of the table: a server, the requests that it gets, and its figures.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::cpu_time::cpu_time;
use crate::load::{self, Answer, Connection, get};
use crate::outcome::{Outcome, median};
use crate::scenario::{Plan, Requests, Scenario};
use crate::support::cookies;
use crate::support::process::Process;

/// All workers of a server are there after this time.
const SETTLED: Duration = Duration::from_secs(1);

pub struct Column {
    pub title: &'static str,
    pub process: Process,
    pub requests: Requests,
    /// The time from the start of the process until the first page was there.
    pub start_up: Duration,
    /// The answer to a `GET /` as the scenarios send it.
    pub page: Answer,
    pub idle_memory: u64,
    /// The program, if the server is one file.
    pub binary: Option<PathBuf>,
    /// The number of events that were captured, and of those that were not delivered.
    pub events: Option<(u64, u64)>,
    results: Vec<Outcome>,
}

impl Column {
    /// Starts a server and waits for its first page. Its `GET /` sends the cookies that came with that page.
    pub async fn start(title: &'static str, start: impl FnOnce() -> Process) -> Self {
        let started = Instant::now();
        let process = start();
        let first_page = first_page(&process).await;
        let start_up = started.elapsed();
        tokio::time::sleep(SETTLED).await;
        let idle_memory = process.memory();
        let home = get("/", &cookies(&first_page.head));
        let connection = Connection::open(&process.address).await;
        let page = connection.expect("it listens").ask(&home).await;
        Self {
            title,
            process,
            requests: Requests {
                home: vec![home],
                ..Requests::default()
            },
            start_up,
            page: page.expect("a page"),
            idle_memory,
            binary: None,
            events: None,
            results: Vec::new(),
        }
    }

    pub async fn connect(&self) -> Connection {
        let connection = Connection::open(&self.process.address).await;
        connection.expect("the server listens")
    }

    /// Measures a scenario once, unless the server does not offer its request.
    pub async fn run(&mut self, scenario: &Scenario, plan: &Plan) {
        let requests = self.requests.get(scenario.request);
        if requests.is_empty() {
            return;
        }
        self.process.forget_peak();
        let own_process = std::process::id();
        let before = (self.cpu_time(), cpu_time(own_process));
        // The time begins when all connections are open.
        let (end, round) = (Arc::new(OnceLock::new()), plan.round);
        let measured = load::run(
            &self.process.address,
            scenario.connections,
            move || Instant::now() < *end.get_or_init(|| Instant::now() + round),
            200,
            |index| requests[index % requests.len()].clone(),
        )
        .await
        .expect("the server answers under load");
        let (title, failed) = (scenario.title, measured.failed);
        assert_eq!(failed, 0, "{title} failed on {}", self.title);
        println!(
            "{title:<40} {:<30} {:>8.0}/s",
            self.title, measured.requests_per_second
        );
        self.results.push(Outcome {
            scenario: title,
            measured,
            peak_memory: self.process.peak_memory(),
            cpu_time: self.cpu_time() - before.0,
            load_cpu_time: cpu_time(own_process) - before.1,
        });
        self.settle().await;
    }

    /// Waits until the server has nothing left to do, because the next server needs the cores: some answer requests whose
    /// clients are gone, or deliver events.
    async fn settle(&self) {
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            let before = self.cpu_time();
            tokio::time::sleep(Duration::from_millis(100)).await;
            if self.cpu_time() - before <= Duration::from_millis(10) {
                return;
            }
        }
    }

    /// The CPU time that the server and its workers have used.
    fn cpu_time(&self) -> Duration {
        self.process.processes().into_iter().map(cpu_time).sum()
    }

    /// The size of the program as it was built and without its symbols, in MiB.
    pub fn binary_sizes(&self) -> Option<[f64; 2]> {
        let binary = self.binary.as_deref()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stripped = folder.path().join("stripped");
        let mut strip = Command::new("strip");
        let strip = strip.arg("-o").arg(&stripped).arg(binary).status();
        if !strip.is_ok_and(|status| status.success()) {
            return None;
        }
        Some([binary, &stripped].map(|file| {
            let size = fs::metadata(file).expect("the file is there").len();
            size as f64 / 1024.0 / 1024.0
        }))
    }

    /// A figure of each round.
    pub fn figures(&self, scenario: &Scenario, figure: fn(&Outcome) -> f64) -> Vec<f64> {
        let outcomes = self.results.iter();
        outcomes
            .filter(|outcome| outcome.scenario == scenario.title)
            .map(figure)
            .collect()
    }

    /// The median of the rounds, or `None` if the scenario was not run on this server.
    pub fn median(&self, scenario: &Scenario, figure: fn(&Outcome) -> f64) -> Option<f64> {
        median(self.figures(scenario, figure))
    }

    /// The median of the rounds' ratios of this server's figure to another one's.
    pub fn ratio(
        &self,
        other: &Self,
        scenario: &Scenario,
        figure: fn(&Outcome) -> f64,
    ) -> Option<f64> {
        let ours = self.figures(scenario, figure).into_iter();
        let theirs = other.figures(scenario, figure);
        median(ours.zip(theirs).map(|(one, other)| one / other).collect())
    }
}

/// Asks for `GET /` until the server answers.
async fn first_page(process: &Process) -> Answer {
    let started = Instant::now();
    loop {
        if let Ok(mut connection) = Connection::open(&process.address).await
            && let Ok(answer) = connection.ask(&get("/", "")).await
        {
            assert_eq!(answer.status, 200, "GET /: {}", answer.body);
            return answer;
        }
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{} does not answer:\n{}",
            process.address,
            process.log()
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
