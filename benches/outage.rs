//! Checks that an outage of PostHog has no noticeable effect on the generated app.
//!
//! ```sh
//! cargo bench -p hoglet --bench outage                     # seven minutes, prints the table
//! cargo bench -p hoglet --bench outage -- --refresh        # and writes it into docs/figures.md
//! cargo bench -p hoglet --bench outage -- --seconds 20     # a shorter outage
//! ```
//!
//! Five processes of the app's release build run side by side, each with its own PostHog in this
//! process. Four of these PostHogs have an outage for five minutes; the fifth stays healthy as the
//! control. Each app gets 100 requests per second that capture an event, even if earlier requests
//! have no answer yet. A noisy machine slows all five down, so each process is also compared with
//! the control. The benchmark fails if an event is missing, or if requests exceed the limits below.

#[path = "connection.rs"]
mod connection;
#[path = "support.rs"]
mod support;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use connection::{Connection, get, post as post_request};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::{Value, json};
use support::process::Process;
use support::{build, cookies, in_production, with_posthog, write_into_figures};
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const TABLE: &str = "outage";
const CONSIDER: &str = "/api/burrito/consider";
const EVENTS_A_SECOND: u32 = 100;
const CONNECTIONS: u32 = 4;
/// The usual length of an outage, in seconds.
const USUAL_LENGTH: u64 = 300;
/// Limits for the latency during the outage, relative to the healthy minute.
///
/// They are for the median, and for the 99th percentile unless it is below `P99_ANYWAY`.
const MEDIAN_BOUND: f64 = 1.1;
const P99_BOUND: f64 = 2.0;
const P99_ANYWAY: Duration = Duration::from_millis(5);
/// This many events wait in a healthy app too, because a batch waits for more events.
const FEW: u64 = 50;
const CATCH_UP_BOUND: Duration = Duration::from_secs(120);

const TROUBLES: [(&str, Option<Trouble>); 5] = [
    ("well (control)", None),
    ("refuses connections", Some(Trouble::Refuses)),
    ("answers 503", Some(Trouble::Fails)),
    ("answers 429, `Retry-After: 2`", Some(Trouble::Throttles)),
    ("hangs", Some(Trouble::Hangs)),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Refuses,
    Fails,
    Throttles,
    Hangs,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let seconds = arguments
        .iter()
        .position(|argument| argument == "--seconds")
        .map_or(USUAL_LENGTH, |at| {
            arguments[at + 1].parse().expect("a number of seconds")
        });
    let plan = Plan::new(Duration::from_secs(seconds));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let binary = build();
    let (outages, end) = runtime.block_on(async {
        let mut apps = Vec::new();
        for (title, trouble) in TROUBLES {
            apps.push(App::start(title, trouble, &binary).await);
        }
        let begin = Instant::now();
        let running: Vec<_> = apps
            .into_iter()
            .map(|app| tokio::spawn(app.run(begin, plan)))
            .collect();
        let mut outages = Vec::new();
        for outage in running {
            outages.push(outage.await.expect("the app stands it"));
        }
        (outages, end_in_a_hang(&binary).await)
    });
    let table = report(&outages);
    println!("\n{table}\n{end}");
    let failures = failures(&outages);
    for failure in &failures {
        println!("FAILED: {failure}");
    }
    if arguments.iter().any(|argument| argument == "--refresh") {
        write_into_figures(TABLE, &format!("{table}\n{end}\n"));
    }
    ExitCode::from(u8::from(!failures.is_empty()))
}

/// The start of each phase, counted from the beginning.
#[derive(Clone, Copy)]
struct Plan {
    healthy: Duration,
    trouble: Duration,
    recovery: Duration,
}

impl Plan {
    /// A healthy phase, then an outage five times as long. The time before them is a warm-up.
    fn new(length: Duration) -> Self {
        let warm = length / 60;
        Self {
            healthy: warm,
            trouble: warm + length / 5,
            recovery: warm + length / 5 + length,
        }
    }
}

/// One app, its PostHog, and the kind of its outage.
struct App {
    title: &'static str,
    trouble: Option<Trouble>,
    process: Process,
    posthog: PostHog,
    sessions: Vec<String>,
}

struct Outage {
    title: &'static str,
    answered: usize,
    failed: usize,
    /// The number of events that PostHog received, without repetitions, and the number of repetitions.
    arrived: usize,
    repeated: usize,
    counts: Value,
    waited: u64,
    healthy: Latency,
    trouble: Latency,
    memory: [u64; 2],
    caught_up: Option<Duration>,
}

#[derive(Clone, Copy)]
struct Latency {
    p50: Duration,
    p99: Duration,
}

impl App {
    async fn start(title: &'static str, trouble: Option<Trouble>, binary: &Path) -> Self {
        let posthog = PostHog::start().await;
        let folder = tempfile::tempdir().expect("a temporary folder").keep();
        let mut command = in_production(binary);
        with_posthog(&mut command, &format!("http://{}", posthog.address));
        let process = Process::start(&mut command, &folder);
        let mut connection = Connection::open(&process.address)
            .await
            .expect("the app listens");
        let mut sessions = Vec::new();
        for index in 0..CONNECTIONS {
            let form =
                format!("name=Ann&email=ann-{index}@example.com&password=long-enough-{index}");
            let answer = connection.ask(&post_request("/signup", "", &form)).await;
            sessions.push(cookies(&answer.expect("an answer").head));
        }
        Self {
            title,
            trouble,
            process,
            posthog,
            sessions,
        }
    }

    async fn run(mut self, begin: Instant, plan: Plan) -> Outage {
        let (stop, stopped) = watch::channel(false);
        let mut clients = Vec::new();
        for (session, index) in self.sessions.iter().zip(0..) {
            clients.push(tokio::spawn(consider(
                self.process.address.clone(),
                post_request(CONSIDER, session, ""),
                begin + Duration::from_secs(1) / EVENTS_A_SECOND * index,
                stopped.clone(),
            )));
        }
        tokio::time::sleep_until((begin + plan.trouble).into()).await;
        let memory = self.process.memory();
        self.process.forget_peak();
        self.posthog.get_into(self.trouble).await;
        tokio::time::sleep_until((begin + plan.recovery).into()).await;
        let memory = [memory, self.process.peak_memory()];
        let waited = self.counts().await["waiting"].as_u64().expect("a number");
        self.posthog.get_well().await;
        let caught_up = self.wait_until_fewer_wait(FEW).await;
        stop.send_replace(true);
        let mut answers = Vec::new();
        for client in clients {
            answers.extend(client.await.expect("the client ends"));
        }
        self.wait_until_fewer_wait(0).await;

        let within = |from: Duration, to: Duration| {
            let phase = begin + from..begin + to;
            let took = answers
                .iter()
                .filter(|answer| phase.contains(&answer.due))
                .map(|answer| answer.took);
            Latency::of(took.collect())
        };
        let (arrived, repeated) = self.posthog.arrived();
        let counts = self.counts().await;
        let (status, _) = self.process.stop();
        assert!(status.success(), "{}: {status}", self.title);
        Outage {
            title: self.title,
            answered: answers.len(),
            failed: answers.iter().filter(|answer| answer.status != 200).count(),
            arrived,
            repeated,
            counts,
            waited,
            healthy: within(plan.healthy, plan.trouble),
            trouble: within(plan.trouble, plan.recovery),
            memory,
            caught_up,
        }
    }

    /// The counts of events in `/readyz`.
    async fn counts(&self) -> Value {
        let mut connection = Connection::open(&self.process.address)
            .await
            .expect("the app listens");
        let answer = connection.ask(&get("/readyz", "")).await;
        let ready: Value =
            serde_json::from_str(&answer.expect("an answer").body).expect("it is JSON");
        ready["posthog"].clone()
    }

    async fn wait_until_fewer_wait(&self, than: u64) -> Option<Duration> {
        let begin = Instant::now();
        while begin.elapsed() < CATCH_UP_BOUND {
            if self.counts().await["waiting"].as_u64() <= Some(than) {
                return Some(begin.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        None
    }
}

impl Latency {
    fn of(mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
        Self {
            p50: at(0.5),
            p99: at(0.99),
        }
    }
}

struct Answer {
    due: Instant,
    took: Duration,
    status: u16,
}

/// Sends requests at fixed times. A delay that a late answer causes counts as latency; a delay of
/// this process does not.
async fn consider(
    address: String,
    request: String,
    first: Instant,
    stopped: watch::Receiver<bool>,
) -> Vec<Answer> {
    let mut connection = Connection::open(&address).await.expect("the app listens");
    let mut answers = Vec::new();
    let mut due = first;
    let mut free = first;
    while !*stopped.borrow() {
        tokio::time::sleep_until(due.into()).await;
        let begin = if free > due { due } else { Instant::now() };
        let status = connection.status(&request).await.expect("an answer");
        free = Instant::now();
        answers.push(Answer {
            due,
            took: free - begin,
            status,
        });
        due += Duration::from_secs(1) / EVENTS_A_SECOND * CONNECTIONS;
    }
    answers
}

/// A PostHog that can have an outage, and remembers each event's uuid.
struct PostHog {
    address: SocketAddr,
    state: Arc<Taking>,
    serving: JoinHandle<()>,
    /// Holds the port while connections are refused.
    refusing: Option<TcpSocket>,
}

struct Taking {
    trouble: watch::Sender<Option<Trouble>>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    uuids: HashSet<String>,
    repeated: usize,
}

impl PostHog {
    async fn start() -> Self {
        let socket = bind(([127, 0, 0, 1], 0).into());
        let address = socket.local_addr().expect("it is bound");
        let state = Arc::new(Taking {
            trouble: watch::Sender::new(None),
            taken: Mutex::default(),
        });
        Self {
            address,
            serving: serve(socket, state.clone()),
            state,
            refusing: None,
        }
    }

    async fn get_into(&mut self, trouble: Option<Trouble>) {
        self.state.trouble.send_replace(trouble);
        if trouble == Some(Trouble::Refuses) {
            self.serving.abort();
            // Wait until the listener is closed.
            let _ = (&mut self.serving).await;
            self.refusing = Some(bind(self.address));
        }
    }

    async fn get_well(&mut self) {
        self.state.trouble.send_replace(None);
        if let Some(socket) = self.refusing.take() {
            self.serving = serve(socket, self.state.clone());
        }
    }

    fn arrived(&self) -> (usize, usize) {
        let taken = self.state.taken.lock().expect("nobody panics with it");
        (taken.uuids.len(), taken.repeated)
    }
}

/// Binds a socket, even if connections of an earlier socket are still open.
fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("a port can be reused");
    socket.bind(address).expect("the port is free");
    socket
}

fn serve(socket: TcpSocket, state: Arc<Taking>) -> JoinHandle<()> {
    let listener = socket.listen(1024).expect("it listens");
    let router = Router::new()
        .route("/batch/", post(take_batch))
        .layer(DefaultBodyLimit::disable())
        .with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") })
}

async fn take_batch(State(posthog): State<Arc<Taking>>, body: Bytes) -> Response {
    #[derive(Deserialize)]
    struct Batch {
        batch: Vec<Event>,
    }
    #[derive(Deserialize)]
    struct Event {
        event: String,
        uuid: String,
    }
    let mut trouble = posthog.trouble.subscribe();
    let not_hanging = trouble.wait_for(|trouble| *trouble != Some(Trouble::Hangs));
    let trouble = *not_hanging.await.expect("its sender is there");
    match trouble {
        None | Some(Trouble::Hangs) => {}
        // This connection is from before the outage, so this answer is its last.
        Some(Trouble::Refuses) => {
            return (StatusCode::SERVICE_UNAVAILABLE, [(CONNECTION, "close")]).into_response();
        }
        Some(Trouble::Fails) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Trouble::Throttles) => {
            return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "2")]).into_response();
        }
    }
    let batch: Batch = serde_json::from_reader(GzDecoder::new(&*body)).expect("a batch");
    let mut taken = posthog.taken.lock().expect("nobody panics with it");
    for event in batch.batch {
        // The other events are from the sign-ups.
        if event.event == "burrito_considered" && !taken.uuids.insert(event.uuid) {
            taken.repeated += 1;
        }
    }
    Json(json!({ "status": 1 })).into_response()
}

/// Ends an app by SIGTERM while PostHog hangs. Returns a sentence with the result.
async fn end_in_a_hang(binary: &Path) -> String {
    let mut app = App::start("hangs", Some(Trouble::Hangs), binary).await;
    app.wait_until_fewer_wait(0).await;
    app.posthog.get_into(app.trouble).await;
    let mut connection = Connection::open(&app.process.address)
        .await
        .expect("the app listens");
    for _ in 0..100 {
        let answer = connection
            .ask(&post_request(CONSIDER, &app.sessions[0], ""))
            .await;
        assert_eq!(answer.expect("an answer").status, 200);
    }
    let mut process = app.process;
    let (process, (status, after)) = tokio::task::spawn_blocking(move || {
        let ended = process.stop();
        (process, ended)
    })
    .await
    .expect("it ends");
    let log = process.log();
    let said = |message: &str| -> Value {
        let line = log.lines().find(|line| line.contains(message));
        serde_json::from_str(line.unwrap_or_else(|| panic!("no {message}: {log}")))
            .expect("the log is JSON")
    };
    let bound = said("stopping: ")["seconds"].as_u64().expect("a number");
    let lost = &said("\"stopped\"")["lost"];
    assert!(status.success(), "{status}");
    assert!(after <= Duration::from_secs(bound), "{after:?}");
    assert_eq!(*lost, 100);
    format!(
        "Ended by SIGTERM while PostHog hangs and 100 events wait: exit code 0 after {:.1} of the {bound} seconds that \
         it prints, and {lost} lost in its log.",
        after.as_secs_f64()
    )
}

fn failures(outages: &[Outage]) -> Vec<String> {
    let mut failures = Vec::new();
    let control = &outages[0];
    for outage in outages {
        let mut check = |holds: bool, what: &str| {
            if !holds {
                failures.push(format!("PostHog {}: {what}", outage.title));
            }
        };
        let counts = &outage.counts;
        check(outage.failed == 0, "requests failed");
        check(
            outage.arrived == outage.answered,
            "not every answered request's event arrived",
        );
        check(counts["lost"] == 0, "events were lost");
        check(
            counts["captured"] == counts["delivered"],
            "the counts do not add up",
        );
        check(outage.caught_up.is_some(), "it does not catch up");
        let machine = |of: fn(&Latency) -> Duration| {
            ratio(of(&control.trouble), of(&control.healthy)).max(1.0)
        };
        check(
            ratio(outage.trouble.p50, outage.healthy.p50)
                <= MEDIAN_BOUND * machine(|latency| latency.p50),
            "the median request got slower",
        );
        check(
            outage.trouble.p99 <= P99_ANYWAY
                || ratio(outage.trouble.p99, outage.healthy.p99)
                    <= P99_BOUND * machine(|latency| latency.p99),
            "the slowest requests got slower",
        );
    }
    failures
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn report(outages: &[Outage]) -> String {
    let mut table = String::from(
        "| PostHog | answered | arrived | lost | p50 healthy, in trouble | p99 healthy, in trouble \
         | waiting at its end | memory before, at most | caught up after |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    let pair = |healthy: Duration, trouble: Duration| {
        format!(
            "{:.2}, {:.2} ms",
            healthy.as_secs_f64() * 1000.0,
            trouble.as_secs_f64() * 1000.0
        )
    };
    let control = &outages[0];
    for outage in outages {
        let (healthy, trouble) = (outage.healthy, outage.trouble);
        table += &format!(
            "| {} | {} | {} | {} | {} | {} | {} | {}, {} MiB | {} |\n",
            outage.title,
            outage.answered,
            outage.arrived,
            outage.counts["lost"],
            pair(healthy.p50, trouble.p50),
            pair(healthy.p99, trouble.p99),
            outage.waited,
            outage.memory[0] / 1024,
            outage.memory[1] / 1024,
            outage.caught_up.map_or("never".to_owned(), |after| format!(
                "{:.1} s",
                after.as_secs_f64()
            )),
        );
        println!(
            "{:<30} repeated {}; to its healthy minute: p50 {:.2}, p99 {:.2}; to the control in the trouble: p50 {:.2}, p99 {:.2}; {}",
            outage.title,
            outage.repeated,
            ratio(trouble.p50, healthy.p50),
            ratio(trouble.p99, healthy.p99),
            ratio(trouble.p50, control.trouble.p50),
            ratio(trouble.p99, control.trouble.p99),
            outage.counts,
        );
    }
    table
}
