//! A server under test: started, asked, and stopped as a process manager would stop it.

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
                // The log is read to its end even when nobody listens: a full pipe would stop the server.
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
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(
            asked.is_ok_and(|status| status.success()),
            "it was still running"
        );
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                return status;
            }
            assert!(
                start.elapsed() < Duration::from_secs(15),
                "it does not end:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it has logged since it listens.
    pub fn log(&self) -> String {
        self.log.try_iter().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
