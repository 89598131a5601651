//! Our own stand-in for PostHog, as a process, and the data that it received.

use std::ffi::OsStr;
use std::process::Command;

use reqwest::blocking::Response;
use serde_json::{Value, json};

use crate::process::Server;

pub struct Posthog(Server);

impl Posthog {
    /// Starts it with arguments for `hoglet posthog`.
    pub fn start<const N: usize>(arguments: [&OsStr; N]) -> Self {
        Self(Server::start(
            Command::new(env!("CARGO_BIN_EXE_hoglet"))
                .args(["posthog", "--port", "0"])
                .args(arguments),
        ))
    }

    pub fn settings(&self) -> [(&str, &str); 2] {
        [
            ("POSTHOG_PROJECT_TOKEN", "phc_test"),
            ("POSTHOG_HOST", &self.0.address),
        ]
    }

    pub fn get(&self, path: &str) -> Value {
        reqwest::blocking::get(self.0.url(path))
            .and_then(Response::json)
            .expect("JSON")
    }

    pub fn put(&self, path: &str, body: &Value) {
        let sent = reqwest::blocking::Client::new()
            .put(self.0.url(path))
            .body(body.to_string());
        let answer = sent.send().and_then(Response::error_for_status);
        answer.expect("it is taken");
    }

    /// The received events, the oldest first, with a filter such as `event=$pageview`.
    pub fn events(&self, filter: &str) -> Vec<Value> {
        let answer = self.get(&format!("/hoglet/events?{filter}"));
        answer["events"].as_array().expect("a list").clone()
    }

    #[track_caller]
    pub fn wait_for(&self, event: &str, times: usize) {
        let answer = self.get(&format!(
            "/hoglet/wait?event={event}&events={times}&timeout_ms=20000"
        ));
        assert_eq!(answer["met"], true, "{event} came {times} times");
    }

    /// Checks that it has no malformed requests and no warnings.
    #[track_caller]
    pub fn is_content(&self) {
        assert_eq!(self.get("/hoglet/malformed"), json!([]));
        assert_eq!(self.get("/hoglet/warnings"), json!([]));
    }
}
