//! The app's own binary, in a process of its own.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::browser::Browser;
use super::database::TestDatabase;
use super::posthog::Recorder;
use super::variables::with_usual;
use crate::settings::secret::Secret;
use crate::settings::secret_key::new_secret_key;

/// The app's own binary, serving in a process of its own.
pub struct Process {
    /// The PostHog to which the process sends.
    pub posthog: Recorder,
    /// The address at which the process listens.
    pub url: String,
    binary: Binary,
    child: Child,
    log: Option<JoinHandle<String>>,
    variables: HashMap<String, String>,
    // The database is removed after its last process has ended.
    database: Arc<TestDatabase>,
}

/// The app's binary.
#[derive(Clone, Copy, Debug)]
pub struct Binary {
    /// The path of the binary: `env!("CARGO_BIN_EXE_…")`.
    pub path: &'static str,
    /// The text of the app's `defaults.env`.
    pub defaults: &'static str,
}

/// A signal that asks a process to end.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// SIGTERM.
    Terminate,
    /// SIGINT.
    Interrupt,
    /// SIGHUP.
    Hangup,
}

/// How a process ended, and its log.
pub struct EndedProcess {
    /// The exit status.
    pub status: ExitStatus,
    /// The time until it ended.
    pub after: Duration,
    /// Everything that it wrote to the log.
    pub log: String,
}

impl Process {
    /// Starts the binary with these variables in addition to the usual ones.
    pub async fn start(binary: Binary, variables: &[(&str, &str)]) -> Self {
        let posthog = Recorder::start().await;
        let database = Arc::new(TestDatabase::create(binary.defaults).await);
        let variables = with_usual(variables, &database, &posthog);
        Self::spawn(binary, &[], variables, database, posthog).await
    }

    /// Starts another process of the same app, with the same settings and the same database.
    pub async fn another(&self) -> Self {
        let (variables, database) = (self.variables.clone(), self.database.clone());
        Self::spawn(self.binary, &[], variables, database, self.posthog.clone()).await
    }

    /// Starts another process of the same app that works on jobs, and does not serve.
    pub async fn worker(&self) -> Self {
        let (mut variables, database) = (self.variables.clone(), self.database.clone());
        variables.remove("JOBS_CONCURRENCY");
        let posthog = self.posthog.clone();
        Self::spawn(self.binary, &["jobs"], variables, database, posthog).await
    }

    /// Starts several processes of one app at the same time, on an empty database.
    pub async fn start_at_once(binary: Binary, count: usize) -> Vec<Self> {
        let posthog = Recorder::start().await;
        let database = Arc::new(TestDatabase::create(binary.defaults).await);
        let variables = with_usual(&[], &database, &posthog);
        let processes: JoinSet<_> = std::iter::repeat_with(|| {
            let (variables, database) = (variables.clone(), database.clone());
            Self::spawn(binary, &[], variables, database, posthog.clone())
        })
        .take(count)
        .collect();
        processes.join_all().await
    }

    /// Runs the binary with settings that it must refuse, and returns its output.
    pub fn refused(binary: Binary, variables: &[(&str, &str)]) -> Output {
        Command::new(binary.path)
            .envs([("APP_ENV", "production"), ("SECRET_KEY", &new_secret_key())])
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    async fn spawn(
        binary: Binary,
        arguments: &'static [&'static str],
        variables: HashMap<String, String>,
        database: Arc<TestDatabase>,
        posthog: Recorder,
    ) -> Self {
        let mut child = Command::new(binary.path)
            .args(arguments)
            .env_remove("RUST_LOG")
            .envs(&variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, listening) = oneshot::channel();
        let mut output = BufReader::new(child.stderr.take().unwrap());
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            let url = loop {
                let begin = log.len();
                let read = output.read_line(&mut log).unwrap();
                assert_ne!(read, 0, "it ends without listening: {log}");
                if let Some((_, url)) = log[begin..].split_once("listening on ") {
                    break url.trim().to_owned();
                }
                if log[begin..].contains("working on jobs") {
                    break String::new();
                }
            };
            let _ = tell.send(url);
            output.read_to_string(&mut log).unwrap();
            log
        });
        Self {
            binary,
            posthog,
            url: listening.await.expect("the process listens"),
            child,
            log: Some(log),
            variables,
            database,
        }
    }

    /// A new visitor.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// The address of the process's database.
    pub fn database_url(&self) -> Secret {
        Secret::new(self.variables["DATABASE_URL"].clone())
    }

    /// Kills the process, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends the process a signal.
    pub fn send(&self, signal: Signal) {
        let name = match signal {
            Signal::Terminate => "TERM",
            Signal::Interrupt => "INT",
            Signal::Hangup => "HUP",
        };
        let kill = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.unwrap().success());
    }

    /// Asks the process to end, and waits until it has ended.
    pub async fn end(&mut self, signal: Signal) -> EndedProcess {
        self.send(signal);
        self.ended().await
    }

    /// Ends the process's standard input.
    pub fn close_stdin(&mut self) {
        self.child.stdin = None;
    }

    /// Waits until the process has ended.
    pub async fn ended(&mut self) -> EndedProcess {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "it goes on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let after = begin.elapsed();
        let log = self.log.take().expect("it ends once").join().unwrap();
        EndedProcess { status, after, log }
    }
}

impl EndedProcess {
    /// The log's lines with this message.
    pub fn said(&self, message: &str) -> Vec<Value> {
        let lines = self.log.lines();
        lines
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|line| line["message"] == message)
            .collect()
    }

    /// The only line of the log with this message.
    pub fn said_once(&self, message: &str) -> Value {
        let mut lines = self.said(message);
        assert_eq!(lines.len(), 1, "{message}: {}", self.log);
        lines.remove(0)
    }

    /// Asserts that the process ended successfully, within the time limit that it logged.
    pub fn assert_in_time(&self) {
        let stopping = self.said_once("stopping: finishing requests and delivering events");
        let bound = Duration::from_secs(stopping["seconds"].as_u64().unwrap());
        assert_eq!(self.status.code(), Some(0));
        assert!(self.after < bound, "{:?} of {bound:?}", self.after);
    }

    /// The last counts of events in the log: captured, delivered and lost.
    pub fn counted(&self) -> [u64; 3] {
        let stopped = self.said_once("stopped");
        ["captured", "delivered", "lost"].map(|name| stopped[name].as_u64().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
