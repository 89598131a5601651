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

/// How a process ended, and what it said at last.
pub struct Ended {
    pub status: ExitStatus,
    pub after: Duration,
    /// The log's line about the deliveries.
    pub stopped: Value,
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
    pub async fn terminate(&mut self) -> Ended {
        let begin = Instant::now();
        let kill = format!("kill -TERM {}", self.child.id());
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
        let stopped = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find(|line| line["message"] == "stopped");
        Ended {
            status,
            after,
            stopped: stopped.unwrap_or_else(|| panic!("it does not say so: {log}")),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
