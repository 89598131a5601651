//! A server under test, which is started and stopped as by a process manager.

#![allow(
    dead_code,
    reason = "each test file uses its own part of this, and one uses it all"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A running process that has printed `listening on http://…`.
pub struct Server {
    child: Child,
    pub address: String,
    /// The log until the process listens.
    pub starting_log: String,
    log: mpsc::Receiver<String>,
}

impl Server {
    /// Waits for the address. A process that ends first, or prints nothing for a minute, fails with its log.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stderr = child.stderr.take().expect("a pipe");
        let (sender, log) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                // The log is read to its end, because a full pipe would stop the server.
                let _ = sender.send(line);
            }
        });
        let mut server = Self {
            child,
            address: String::new(),
            starting_log: String::new(),
            log,
        };
        let mut seen = Vec::new();
        while let Ok(line) = server.log.recv_timeout(Duration::from_secs(60)) {
            if let Some((_, rest)) = line.split_once("listening on ") {
                server.address = rest
                    .split_whitespace()
                    .next()
                    .expect("an address")
                    .to_owned();
                server.starting_log = seen.join("\n");
                return server;
            }
            seen.push(line);
        }
        panic!(
            "{command:?} did not say where it listens:\n{}",
            seen.join("\n")
        );
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Tells the process to end, and waits until it has ended.
    pub fn stop(mut self) -> ExitStatus {
        self.end("TERM")
    }

    /// Kills the process.
    pub fn kill(mut self) {
        self.child.kill().expect("it was still running");
        self.child.wait().expect("its status");
    }

    /// Ends the process as Ctrl+C does. Returns its status and its log.
    pub fn interrupt(self) -> (ExitStatus, String) {
        self.end_by("INT")
    }

    /// Ends the process with another signal. Returns its status and its log.
    pub fn end_by(mut self, signal: &str) -> (ExitStatus, String) {
        let status = self.end(signal);
        (status, self.log.iter().collect::<Vec<_>>().join("\n"))
    }

    fn end(&mut self, signal: &str) -> ExitStatus {
        assert!(self.send(signal), "it was still running");
        self.ended(Duration::from_secs(15))
            .unwrap_or_else(|| panic!("it does not end:\n{}", self.log()))
    }

    pub fn send(&self, signal: &str) -> bool {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status();
        sent.is_ok_and(|status| status.success())
    }

    fn ended(&mut self, bound: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            let status = self.child.try_wait().expect("its status");
            if status.is_some() || start.elapsed() > bound {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for a line that contains the text, and returns that line.
    #[track_caller]
    pub fn says(&self, text: &str) -> String {
        let mut seen = Vec::new();
        while let Ok(line) = self.log.recv_timeout(Duration::from_secs(120)) {
            if line.contains(text) {
                return line;
            }
            seen.push(line);
        }
        panic!("it did not say `{text}`:\n{}", seen.join("\n"));
    }

    /// The log since the process listens.
    pub fn log(&self) -> String {
        self.log.try_iter().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A signal comes first, so that the process can end its own child processes.
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.send("TERM");
            self.ended(Duration::from_secs(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
