//! Helpers for benchmarks of the generated app.
//!
//! They make its release build, run its processes, and write the tables of `docs/figures.md`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// Builds the app with both drivers, so that one binary serves both databases.
pub fn build() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    // Cargo's variables for this crate would make the build scripts of other crates run again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let of_this_crate = ["CARGO_PKG_", "CARGO_MANIFEST_", "OUT_DIR"];
        if of_this_crate.iter().any(|begin| name.starts_with(begin)) {
            cargo.env_remove(&*name);
        }
    }
    let status = cargo
        .args([
            "build",
            "--release",
            "--locked",
            "-p",
            "my-app",
            "--features",
            "postgres",
        ])
        .current_dir(repository())
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the app does not build");
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target
        .unwrap_or_else(|| repository().join("target"))
        .join("release/my-app")
}

/// The app as in production, on SQLite in its working directory.
pub fn in_production(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command
        .env_clear()
        .env("APP_ENV", "production")
        .env("PORT", "0")
        .env("SECRET_KEY", "0123456789abcdef".repeat(8))
        .env("DATABASE_URL", "sqlite://data/app.sqlite?mode=rwc");
    command
}

/// Makes the app capture events and send them to `posthog`.
pub fn with_posthog(command: &mut Command, posthog: &str) {
    command
        .env("POSTHOG_PROJECT_TOKEN", "phc_benchmark")
        .env("POSTHOG_HOST", posthog);
}

/// A running server. Its log goes to a file, as for a service.
pub struct Process {
    pub address: String,
    child: Child,
    log: NamedTempFile,
    ended: bool,
}

impl Process {
    pub fn start(command: &mut Command, folder: &Path) -> Self {
        let log = NamedTempFile::new().expect("a log file");
        let stderr = File::create(log.path()).expect("a log file");
        let child = command
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .expect("the server starts");
        let mut process = Self {
            address: String::new(),
            child,
            log,
            ended: false,
        };
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

    pub fn log(&self) -> String {
        fs::read_to_string(self.log.path()).expect("a readable log")
    }

    /// Resident memory in KiB.
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most resident memory since `forget_peak`, in KiB.
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    pub fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")
            .expect("a process of ours can be told to count anew");
    }

    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("the process is running");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok())
            .expect("Linux counts it in KiB")
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

/// The cookies that an answer sets, as the next request sends them.
pub fn cookies(head: &str) -> String {
    let set: Vec<&str> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
        .filter_map(|(_, cookie)| cookie.split(';').next())
        .filter(|pair| !pair.ends_with('='))
        .collect();
    assert!(!set.is_empty(), "no cookie was set:\n{head}");
    set.join("; ")
}

/// Writes a table into `docs/figures.md`, between `<!-- name: begin -->` and `<!-- name: end -->`.
pub fn write_into_figures(name: &str, table: &str) {
    let (begin, end) = (
        format!("<!-- {name}: begin -->"),
        format!("<!-- {name}: end -->"),
    );
    let path = repository().join("docs/figures.md");
    let figures = fs::read_to_string(&path).expect("the file is there");
    let (before, rest) = figures
        .split_once(&begin)
        .expect("it has a place for the table");
    let (_, after) = rest.split_once(&end).expect("it has a place for the table");
    fs::write(path, format!("{before}{begin}\n{table}{end}{after}")).expect("the file is writable");
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
