//! A server under test: started, asked, and stopped as a process manager would stop it.

#![allow(
    dead_code,
    reason = "each test file uses its own part of this, and one uses it all"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A running process that has said `listening on http://…`.
pub struct Server {
    child: Child,
    pub address: String,
    log: mpsc::Receiver<String>,
}

impl Server {
    /// Waits for the address; a process that ends first, or says nothing for a minute, fails with its log.
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

    /// Asks it to end, and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        self.end("TERM")
    }

    /// Ends it without a word of warning.
    pub fn kill(mut self) {
        self.child.kill().expect("it was still running");
        self.child.wait().expect("its status");
    }

    /// As Ctrl+C does: how it ended, and what it logged until then.
    pub fn interrupt(self) -> (ExitStatus, String) {
        self.end_by("INT")
    }

    /// The same with another signal.
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

    /// Waits for a line that holds the text, and gives that line.
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

    /// Its log since it listens.
    pub fn log(&self) -> String {
        self.log.try_iter().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked first, it ends what it has started itself.
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.send("TERM");
            self.ended(Duration::from_secs(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
