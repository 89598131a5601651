//! The end of long-running commands, and of the processes that they started.
//!
//! The app of `hoglet dev` is a shell script here, and so is the cargo that builds it, because only its end matters.

#![cfg(unix)]

#[path = "support/process.rs"]
mod process;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use process::Server;
use tempfile::TempDir;

/// Notes each signal, and ends in order after the first SIGTERM, or at once after the second. Its standard input is read in
/// the background, so that the shell itself receives signals.
const APP: &str = r#"#!/bin/sh
note() { echo "$1" >> "$0.log"; echo "$1" >&2; }
asked() {
  [ -n "$once" ] && note 'ends at once' && exit 143
  once=yes
  note 'ends in order'
  [ -e "$0.slow" ] || exit 0
}
trap asked TERM
trap 'note "interrupted by the terminal"' INT
[ -n "$HOGLET_ENDS_WITH_STDIN" ] || exit 1
exec 3<&0
(cat <&3 > /dev/null; echo 'ends with stdin' >> "$0.log"; kill -9 $$) &
echo 'listening on http://127.0.0.1:9' >&2
while :; do sleep 1 & wait $!; done
"#;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let desk = Self(folder);
        desk.write(".hoglet.toml", "");
        desk.write("Cargo.toml", "[package]\nname = \"hedge\"\n");
        desk.program("app", APP);
        let message = format!(
            r#"{{"target":{{"name":"hedge"}},"executable":"{}"}}"#,
            desk.path("app")
        );
        desk.program("bin/cargo", &format!("#!/bin/sh\necho '{message}'\n"));
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.0.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a writable folder");
        fs::write(file, text).expect("a writable folder");
    }

    fn program(&self, name: &str, script: &str) {
        self.write(name, script);
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.path(name), mode).expect("it is ours");
    }

    /// Runs until the app listens.
    fn dev(&self) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hoglet"));
        let path = format!("{}:/usr/bin:/bin", self.path("bin"));
        command
            .args(["dev", "--posthog-port", "0"])
            .current_dir(self.0.path())
            .env_remove("LOG_FORMAT")
            .env("PATH", path);
        Server::start(&mut command)
    }

    /// The app's notes. The app runs as a copy in another folder.
    fn noted(&self) -> String {
        let mut folders = vec![self.0.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_name() == "app.log" {
                    return fs::read_to_string(entry.path()).unwrap_or_default();
                }
                folders.extend(entry.path().is_dir().then(|| entry.path()));
            }
        }
        String::new()
    }

    #[track_caller]
    fn notes(&self, text: &str) {
        let begun = Instant::now();
        while !self.noted().contains(text) {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{}",
                self.noted()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn the_app_ends_when_hoglet_dev_is_killed() {
    let desk = Desk::new();
    desk.dev().kill();
    desk.notes("ends with stdin");
}

#[test]
fn every_request_to_end_reaches_the_app_once() {
    for (signal, code) in [("INT", 130), ("TERM", 0), ("HUP", 0)] {
        let desk = Desk::new();
        let (status, log) = desk.dev().end_by(signal);
        assert_eq!(status.code(), Some(code), "{log}");
        assert!(log.contains("ends in order"), "{log}");
        assert!(!log.contains("at once"), "{log}");
    }
}

#[test]
fn a_second_request_ends_the_app_at_once() {
    let desk = Desk::new();
    // The file that slows the app down belongs beside the running copy.
    let dev = desk.dev();
    for entry in fs::read_dir(desk.0.path()).into_iter().flatten().flatten() {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(".hoglet-dev-")
        {
            fs::write(entry.path().join("app.slow"), "").expect("a writable folder");
        }
    }
    assert!(dev.send("INT"));
    dev.says("ends in order");
    // Without this pause, both signals would count as one request.
    std::thread::sleep(Duration::from_millis(150));
    let (status, log) = dev.interrupt();
    assert_eq!(status.code(), Some(130), "{log}");
    assert!(log.contains("ends at once"), "{log}");
    assert!(log.contains("press Ctrl+C once"), "{log}");
}

fn standin(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoglet"));
    command.arg("posthog").args(arguments);
    command
}

#[test]
fn the_stand_in_ends_with_its_terminal_and_not_under_nohup() {
    for (signal, code) in [("INT", 130), ("TERM", 0), ("HUP", 0)] {
        let server = Server::start(&mut standin(&["--port", "0"]));
        let (status, log) = server.end_by(signal);
        assert_eq!(status.code(), Some(code), "{log}");
    }
    if cfg!(target_os = "linux") {
        let mut command = Command::new("nohup");
        command.arg(env!("CARGO_BIN_EXE_hoglet"));
        let server = Server::start(command.args(["posthog", "--port", "0"]));
        assert!(server.send("HUP"));
        let answer = reqwest::blocking::get(server.url("/hoglet/status"));
        assert_eq!(answer.expect("an answer").status(), 200);
        assert!(server.stop().success());
    }
}

#[test]
fn a_port_that_is_taken_is_named_with_its_owner() {
    let server = Server::start(&mut standin(&["--port", "0"]));
    let port = server.address.rsplit(':').next().expect("a port");
    let output = standin(&["--port", port]).output().expect("hoglet runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    if cfg!(target_os = "linux") {
        assert!(said.contains(", by process "), "{said}");
        assert!(said.contains(" (hoglet))"), "{said}");
    }
    assert!(said.contains("choose another port with --port"), "{said}");
}

#[test]
fn a_byte_order_mark_in_the_flags_or_the_state_is_skipped() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [flags, state] = ["flags.json", "state.json"].map(|name| folder.path().join(name));
    fs::write(&flags, "\u{feff}{\"new-menu\": true}").expect("a writable folder");
    let start = |arguments: &[&str]| {
        let state = state.to_str().expect("UTF-8");
        let mut command = standin(&["--port", "0", "--state", state]);
        Server::start(command.args(arguments))
    };
    let active = |server: &Server| -> bool {
        let answer = reqwest::blocking::get(server.url("/hoglet/flags"));
        let flags: serde_json::Value = answer.and_then(|answer| answer.json()).expect("JSON");
        flags["flags"]["new-menu"]["active"] == true
    };
    let server = start(&["--flags", flags.to_str().expect("UTF-8")]);
    assert!(active(&server));
    assert!(server.stop().success());

    mark(&state);
    let server = start(&[]);
    assert!(active(&server), "{}", server.log());
}

/// Adds a byte order mark, as some editors on Windows do.
fn mark(file: &Path) {
    let text = fs::read_to_string(file).expect("it is written");
    fs::write(file, format!("\u{feff}{text}")).expect("a writable file");
}
