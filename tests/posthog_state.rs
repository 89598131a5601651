//! `hoglet posthog --state FILE`: the data survives every possible end of the process.

#![cfg(unix)]

#[path = "support/process.rs"]
mod process;

use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use process::Server;
use reqwest::blocking::{Client, Response, get};
use serde_json::{Value, json};

fn start(file: &Path) -> Server {
    let mut hoglet = Command::new(env!("CARGO_BIN_EXE_hoglet"));
    hoglet.args(["posthog", "--port", "0", "--state"]).arg(file);
    Server::start(&mut hoglet)
}

fn read(server: &Server, path: &str) -> Value {
    get(server.url(path))
        .and_then(Response::json)
        .expect("JSON")
}

fn events(server: &Server) -> u64 {
    let status = read(server, "/hoglet/status");
    status["counts"]["events"].as_u64().expect("a number")
}

fn capture(server: &Server, batch: &[Value]) {
    let body = json!({"api_key": "phc_test", "batch": batch}).to_string();
    let sent = Client::new().post(server.url("/batch/")).body(body).send();
    assert!(sent.expect("an answer").status().is_success());
}

fn sign_up() -> [Value; 2] {
    [
        json!({"event": "seen", "distinct_id": "visitor", "properties": {"$process_person_profile": false}}),
        json!({"event": "$identify", "distinct_id": "user", "properties": {"$anon_distinct_id": "visitor", "$set": {"name": "Ann"}}}),
    ]
}

#[test]
fn the_last_events_survive_sigterm_and_ctrl_c() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("data/posthog.json");
    let server = start(&file);
    capture(&server, &sign_up());
    let people = read(&server, "/hoglet/people");
    assert!(server.stop().success());

    let server = start(&file);
    assert_eq!(read(&server, "/hoglet/people"), people);
    capture(&server, &[json!({"event": "seen", "distinct_id": "user"})]);
    let (status, log) = server.interrupt();
    assert!(status.code().is_some(), "it ended by itself: {log}");

    let server = start(&file);
    assert_eq!(events(&server), 3);
    let forgotten = Client::new().post(server.url("/hoglet/reset")).send();
    assert!(forgotten.expect("an answer").status().is_success());
    assert!(server.stop().success());
    assert_eq!(events(&start(&file)), 0, "what was forgotten stays so");
}

#[test]
fn after_a_kill_at_any_moment_the_file_is_complete() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("posthog.json");
    let batch: Vec<Value> = (0..400)
        .map(|number| json!({"event": "seen", "distinct_id": "user", "properties": {"number": number, "text": "x".repeat(2000)}}))
        .collect();
    let mut before = 0;
    for round in 0..6 {
        let server = start(&file);
        let found = events(&server);
        assert!(
            found >= before,
            "{found} of {before} written events are left"
        );
        let start = Instant::now();
        // The file is written a second after a change. Each round kills the process at a different moment around that.
        while start.elapsed() < Duration::from_millis(900 + 90 * round) {
            capture(&server, &batch);
            sleep(Duration::from_millis(50));
        }
        before = found;
        assert!(!server.log().contains("cannot"), "{}", server.log());
        server.kill();
    }
    let server = start(&file);
    assert!(events(&server) > 0, "something was written in between");
    assert!(!server.log().contains("cannot"), "{}", server.log());
    let files = std::fs::read_dir(folder.path()).expect("a folder");
    let names: Vec<_> = files
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert!(names.len() <= 3, "nothing was set aside: {names:?}");
}

#[test]
fn settings_of_the_project_survive() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("posthog.json");
    let server = start(&file);
    let set = json!({"minimal_flag_called_events": true});
    let put = Client::new()
        .put(server.url("/hoglet/project"))
        .body(set.to_string());
    assert!(put.send().expect("an answer").status().is_success());
    assert!(server.stop().success());
    assert_eq!(read(&start(&file), "/hoglet/project"), set);
}

#[test]
fn a_broken_file_is_renamed_and_a_message_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("posthog.json");
    std::fs::write(&file, "{\"version\": 99}").expect("a file");
    let mut hoglet = Command::new(env!("CARGO_BIN_EXE_hoglet"));
    hoglet
        .args(["posthog", "--port", "0", "--state"])
        .arg(&file);
    let child = hoglet.stderr(std::process::Stdio::piped()).spawn();
    let mut child = child.expect("it starts");
    let mut line = String::new();
    let stderr = child.stderr.take().expect("a pipe");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stderr), &mut line).expect("a line");
    child.kill().expect("it was running");
    child.wait().expect("its status");
    assert!(
        line.contains("it is of version 99") && line.contains("starts empty"),
        "{line}"
    );
}
