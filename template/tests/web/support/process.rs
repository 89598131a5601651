//! The app's own binary, in a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::oneshot;

use super::app::with_usual;
use super::database::TestDatabase;
use super::{Browser, StandIn};

const BINARY: &str = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));

pub struct Process {
    pub posthog: StandIn,
    url: String,
    child: Child,
    log: Option<JoinHandle<String>>,
    // Removed after the process has ended.
    _database: TestDatabase,
}

#[derive(Clone, Copy, Debug)]
pub enum Signal {
    Terminate,
    Interrupt,
}

/// How a process ended, and what it said.
pub struct Ended {
    pub status: ExitStatus,
    pub after: Duration,
    /// The log after the first line, which tells the address.
    pub log: Vec<Value>,
}

impl Process {
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        let posthog = StandIn::start().await;
        let database = TestDatabase::create().await;
        let mut child = Command::new(BINARY)
            .envs(with_usual(variables, &database, &posthog))
            .env_remove("RUST_LOG")
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
            };
            let _ = tell.send(url);
            output.read_to_string(&mut log).unwrap();
            log
        });
        Self {
            posthog,
            url: listening.await.expect("the process listens"),
            child,
            log: Some(log),
            _database: database,
        }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// Asks the process to end, and waits until it has.
    pub async fn end(&mut self, signal: Signal) -> Ended {
        let begin = Instant::now();
        let name = match signal {
            Signal::Terminate => "TERM",
            Signal::Interrupt => "INT",
        };
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "it goes on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let after = begin.elapsed();
        let log = self.log.take().expect("it ends once").join().unwrap();
        let lines = log.lines();
        Ended {
            status,
            after,
            log: lines
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect(),
        }
    }
}

impl Ended {
    /// The log's lines with this message.
    pub fn said(&self, message: &str) -> Vec<&Value> {
        let lines = self.log.iter();
        lines.filter(|line| line["message"] == message).collect()
    }

    /// The log's one line with this message.
    pub fn said_once(&self, message: &str) -> &Value {
        let lines = self.said(message);
        assert_eq!(lines.len(), 1, "{message}: {:#?}", self.log);
        lines[0]
    }

    /// It ended well, within the bound that it printed.
    pub fn assert_in_time(&self) {
        let stopping = self.said_once("stopping: finishing requests and delivering events");
        let bound = Duration::from_secs(stopping["seconds"].as_u64().unwrap());
        assert_eq!(self.status.code(), Some(0));
        assert!(self.after < bound, "{:?} of {bound:?}", self.after);
    }

    /// What it said at last of the events: captured, delivered and lost.
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
