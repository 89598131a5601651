//! A running server, and the memory that Linux counts for it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// A running server. Its log goes to a file, as for a service.
pub struct Process {
    pub address: String,
    child: Child,
    log: NamedTempFile,
    ended: bool,
}

impl Process {
    /// Starts a server that says in its log where it listens.
    pub fn start(command: &mut Command, folder: &Path) -> Self {
        let mut process = Self::start_at(String::new(), command, folder);
        let started = Instant::now();
        while process.address.is_empty() {
            let text = process.log();
            let said = text.split_once("listening on ");
            if let Some((address, _)) = said.and_then(|(_, rest)| rest.split_once('\n')) {
                process.address = address.trim().to_owned();
            }
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "{command:?} does not start:\n{text}"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        process
    }

    /// Starts a server that was told its address. It may not listen yet.
    pub fn start_at(address: String, command: &mut Command, folder: &Path) -> Self {
        let log = NamedTempFile::new().expect("a log file");
        let output = || {
            File::options()
                .append(true)
                .open(log.path())
                .expect("a log")
        };
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output())
            .stderr(output())
            .spawn()
            .expect("the server starts");
        Self {
            address,
            child,
            log,
            ended: false,
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.log.path()).expect("a readable log")
    }

    /// Resident memory in KiB.
    pub fn memory(&self) -> u64 {
        self.sum("VmRSS:")
    }

    /// The most resident memory since `forget_peak`, in KiB.
    pub fn peak_memory(&self) -> u64 {
        self.sum("VmHWM:")
    }

    pub fn forget_peak(&self) {
        for id in self.processes() {
            fs::write(format!("/proc/{id}/clear_refs"), "5")
                .expect("a process of ours can be told to count anew");
        }
    }

    fn sum(&self, name: &str) -> u64 {
        let of_one = |id| {
            let status = fs::read_to_string(format!("/proc/{id}/status"));
            let status = status.expect("the process is running");
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
                .expect("Linux counts it in KiB")
        };
        self.processes().into_iter().map(of_one).sum()
    }

    /// The server's process and its workers.
    pub fn processes(&self) -> Vec<u32> {
        let id = self.child.id();
        let workers = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let workers = workers.unwrap_or_default();
        let workers = workers.split_whitespace().flat_map(str::parse);
        std::iter::once(id).chain(workers).collect()
    }

    /// Tells the server to end. Returns its exit status and the time that it needed.
    pub fn stop(&mut self) -> (ExitStatus, Duration) {
        self.ended = true;
        let asked_at = Instant::now();
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(
            asked.is_ok_and(|status| status.success()),
            "it was still running"
        );
        let status = self.child.wait().expect("it ends");
        (status, asked_at.elapsed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ended {
            self.stop();
        }
    }
}
