//! Shortens the app's log for the terminal. `data/hoglet-dev.log` keeps all of it.
//!
//! ```text
//! GET  /dashboard                        200     3 ms
//!   dashboard_viewed         as 0198a2f1…
//! job  send_reset_link                   done    12 ms
//! mail Choose a new password http://127.0.0.1:8000/dev/mail/0198a2f2-…
//! ```
//!
//! The app logs in JSON. An event is logged before its request has ended, so it waits for the request's line. Successful
//! requests for assets, for posthog-js and for health checks are not shown.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use hoglet_standin::event_line;
use serde_json::{Map, Value};

use crate::colors::{ACCENT, DIM, ERROR};

/// If a request takes longer, its events are shown before its line.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
const MOST_WAITING: usize = 100;

/// Fields of the formatter and the spans that a terminal does not need.
const NOT_SHOWN: &[&str] = &["level", "message", "span", "spans", "target", "timestamp"];

/// Fields that the request's own line shows already.
///
/// Warnings and errors repeat them, to make them easy to find in the file.
const OF_THE_REQUEST: &[&str] = &["method", "request_id", "route", "user_id", "visitor_id"];

/// The log of one process.
pub struct Log {
    /// Whether the log is shown unchanged, because `LOG_FORMAT` is set.
    verbatim: bool,
    /// Paths whose successful requests are not shown.
    ///
    /// A path that ends in `/` includes all paths below it.
    quiet: Vec<String>,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    since: Instant,
    /// The id of the request or of the job.
    id: String,
    line: String,
}

impl Log {
    /// `proxy_path` is the path of the app's proxy to PostHog.
    pub fn new(proxy_path: &str) -> Self {
        let proxy_path = proxy_path.trim_end_matches('/');
        let mut quiet: Vec<String> = ["/static/", "/dev/", "/livez", "/readyz", "/favicon.ico"]
            .map(str::to_owned)
            .into();
        if !proxy_path.is_empty() {
            quiet.push(format!("{proxy_path}/"));
        }
        Self {
            verbatim: false,
            quiet,
            waiting: VecDeque::new(),
        }
    }

    /// Makes a log that is shown unchanged.
    pub fn verbatim() -> Self {
        Self {
            verbatim: true,
            quiet: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    /// The lines to show for a line of the app.
    ///
    /// A line that is not JSON is shown unchanged.
    pub fn read(&mut self, line: &str) -> Vec<String> {
        if self.verbatim {
            return vec![line.to_owned()];
        }
        let Ok(Value::Object(entry)) = serde_json::from_str(line) else {
            return vec![line.to_owned()];
        };
        let Some(message) = text(&entry, "message") else {
            return vec![line.to_owned()];
        };
        match message {
            "request" if entry.contains_key("status") => self.request(&entry),
            "captured" if entry.contains_key("event") => self.captured(&entry),
            "job done" => self.job(&entry),
            "mail kept" => mail(&entry),
            _ => other(&entry, message),
        }
    }

    /// The events that have waited too long for their request.
    ///
    /// If the app has ended, these are all waiting events.
    pub fn overdue(&mut self, ended: bool) -> Vec<String> {
        let mut lines = Vec::new();
        while self.waiting.front().is_some_and(|first| {
            ended || first.since.elapsed() >= LONGEST_WAIT || self.waiting.len() > MOST_WAITING
        }) {
            lines.extend(self.waiting.pop_front().map(|waiting| waiting.line));
        }
        lines
    }

    /// The time until [`Log::overdue`] has something to show.
    pub fn next_overdue(&self) -> Option<Duration> {
        let first = self.waiting.front()?;
        Some(LONGEST_WAIT.saturating_sub(first.since.elapsed()))
    }

    fn request(&mut self, entry: &Map<String, Value>) -> Vec<String> {
        let status = entry.get("status").and_then(Value::as_u64).unwrap_or(0);
        let path = text(entry, "path")
            .or_else(|| find(entry, "path"))
            .or_else(|| text(entry, "route"))
            .unwrap_or("?");
        let id = request_id(entry).unwrap_or_default();
        let mut lines = Vec::new();
        if status >= 400 || !self.is_quiet(path) {
            let method = text(entry, "method")
                .or_else(|| find(entry, "method"))
                .unwrap_or("?");
            let time = entry
                .get("milliseconds")
                .and_then(Value::as_u64)
                .unwrap_or(0);
            let style = match status {
                500.. => ERROR,
                400.. => ACCENT,
                _ => DIM,
            };
            lines.push(format!(
                "{method:<4} {:<32} {style}{status}{style:#} {DIM}{time:>5} ms{DIM:#}",
                remove_control_characters(path)
            ));
        }
        lines.extend(self.waited_for(id));
        lines
    }

    /// A finished job.
    fn job(&mut self, entry: &Map<String, Value>) -> Vec<String> {
        let name = remove_control_characters(anywhere(entry, "job").unwrap_or("?"));
        let time = entry
            .get("milliseconds")
            .and_then(Value::as_u64)
            .unwrap_or(0);
        let mut lines = vec![format!(
            "job  {name:<32} {DIM}done{DIM:#} {DIM}{time:>4} ms{DIM:#}"
        )];
        lines.extend(self.waited_for(anywhere(entry, "job_id").unwrap_or_default()));
        lines
    }

    /// The events that waited for the line of their request or job.
    fn waited_for(&mut self, id: &str) -> Vec<String> {
        let mut lines = Vec::new();
        self.waiting.retain(|waiting| {
            let theirs = waiting.id == id;
            if theirs {
                lines.push(waiting.line.clone());
            }
            !theirs
        });
        lines
    }

    fn captured(&mut self, entry: &Map<String, Value>) -> Vec<String> {
        let event = text(entry, "event").unwrap_or("?");
        let person = text(entry, "person").unwrap_or("nobody");
        let is = |field: &str| text(entry, field) == Some(person);
        let who = if is("user_id") {
            "user "
        } else if is("visitor_id") {
            "visitor "
        } else {
            ""
        };
        let line = format!("  {}", event_line(event, who, person));
        // A job runs after the request that enqueued it.
        match anywhere(entry, "job_id").or_else(|| request_id(entry)) {
            Some(id) => {
                self.waiting.push_back(Waiting {
                    since: Instant::now(),
                    id: id.to_owned(),
                    line,
                });
                self.overdue(false)
            }
            None => vec![line],
        }
    }

    fn is_quiet(&self, path: &str) -> bool {
        self.quiet.iter().any(|quiet| {
            path == quiet.trim_end_matches('/') || (quiet.ends_with('/') && path.starts_with(quiet))
        })
    }
}

/// A mail that was kept instead of sent, and the address of its page.
fn mail(entry: &Map<String, Value>) -> Vec<String> {
    let subject = remove_control_characters(text(entry, "subject").unwrap_or("?"));
    let address = remove_control_characters(text(entry, "address").unwrap_or("?"));
    vec![format!("mail {ACCENT}{subject}{ACCENT:#} {address}")]
}

/// A warning or an error with all its fields, and any other line.
fn other(entry: &Map<String, Value>, message: &str) -> Vec<String> {
    let level = text(entry, "level").unwrap_or("INFO");
    let style = match level {
        "ERROR" => ERROR,
        "WARN" => AnsiColor::Yellow.on_default().bold(),
        _ => Style::new(),
    };
    let mut line = match level {
        "INFO" => String::new(),
        _ => format!("{style}{level}{style:#} "),
    };
    line += &remove_control_characters(message);
    for (name, value) in entry {
        let name = name.as_str();
        if NOT_SHOWN.contains(&name) || (level == "INFO" && OF_THE_REQUEST.contains(&name)) {
            continue;
        }
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        line += &format!(" {DIM}{name}={DIM:#}{}", remove_control_characters(&value));
    }
    if level != "INFO"
        && !entry.contains_key("request_id")
        && let Some(id) = request_id(entry)
    {
        line += &format!(" {DIM}request_id={DIM:#}{id}");
    }
    // A chain of causes or a stack has more than one line.
    line.lines().map(str::to_owned).collect()
}

fn request_id(entry: &Map<String, Value>) -> Option<&str> {
    anywhere(entry, "request_id")
}

/// A field of the entry itself, or of the spans around it.
fn anywhere<'a>(entry: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    text(entry, name).or_else(|| find(entry, name))
}

/// A field of the spans around an entry; the innermost span comes first.
fn find<'a>(entry: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let spans = entry.get("spans").and_then(Value::as_array);
    let innermost = entry.get("span").into_iter();
    innermost
        .chain(spans.into_iter().flatten().rev())
        .find_map(|span| span.get(name)?.as_str())
}

fn text<'a>(entry: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    entry.get(name)?.as_str()
}

/// Removes control characters, but no line breaks.
///
/// Paths come from clients and must not control the terminal.
fn remove_control_characters(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(log: &mut Log, entry: Value) -> Vec<String> {
        let lines = log.read(&entry.to_string());
        let plain = |line: &String| anstream::adapter::strip_str(line).to_string();
        lines.iter().map(plain).collect()
    }

    fn request(id: &str, path: &str, status: u16) -> Value {
        json!({"level": "INFO", "message": "request", "target": "hoglet_web::logging", "timestamp": "2026-11-21T12:00:00Z",
            "request_id": id, "method": "GET", "path": path, "route": path, "status": status, "milliseconds": 3})
    }

    fn captured(id: &str, event: &str) -> Value {
        json!({"level": "INFO", "message": "captured", "target": "hoglet_posthog::client", "event": event,
            "person": "0198a2f1-7c66-4b1e", "posthog": "on",
            "span": {"name": "request", "request_id": id}, "spans": [{"name": "request", "request_id": id}]})
    }

    #[test]
    fn a_request_is_one_line_with_its_events_below() {
        let mut log = Log::new("/relay");
        let nothing = [""; 0];
        assert_eq!(read(&mut log, captured("1", "dashboard_viewed")), nothing);
        assert_eq!(read(&mut log, captured("2", "profile_viewed")), nothing);
        assert_eq!(
            read(&mut log, request("1", "/dashboard", 200)),
            [
                "GET  /dashboard                       200     3 ms",
                "  dashboard_viewed         as 0198a2f1…"
            ]
        );
        assert_eq!(
            read(&mut log, request("2", "/profile", 500)),
            [
                "GET  /profile                         500     3 ms",
                "  profile_viewed           as 0198a2f1…"
            ]
        );
        assert_eq!(log.next_overdue(), None);

        // The fields of the request may be in the line itself.
        let flat = json!({"level": "INFO", "message": "captured", "event": "seen", "person": "0198a2f1-7c66-4b1e",
            "request_id": "3", "visitor_id": "0198a2f1-7c66-4b1e", "route": "/", "method": "GET"});
        assert_eq!(read(&mut log, flat), nothing);
        let note = json!({"level": "INFO", "message": "a note", "size": 3, "request_id": "3", "visitor_id": "0198a2f1"});
        assert_eq!(read(&mut log, note), ["a note size=3"]);
        assert_eq!(
            read(&mut log, request("3", "/", 200))[1],
            "  seen                     as visitor 0198a2f1…"
        );
    }

    #[test]
    fn an_event_whose_request_never_ends_is_shown_all_the_same() {
        let mut log = Log::new("/relay");
        read(&mut log, captured("1", "seen"));
        assert!(log.next_overdue().is_some());
        assert_eq!(log.overdue(false), [""; 0]);
        assert_eq!(log.overdue(true).len(), 1);
        // From a job, with no request around it.
        let alone = json!({"level": "INFO", "message": "captured", "event": "sent", "person": "a"});
        assert_eq!(read(&mut log, alone), ["  sent                     as a"]);
        for number in 0..=MOST_WAITING {
            read(&mut log, captured(&number.to_string(), "seen"));
        }
        assert_eq!(log.waiting.len(), MOST_WAITING);
    }

    #[test]
    fn a_job_has_its_line_with_its_events_below() {
        let mut log = Log::new("/relay");
        let captured = json!({"level": "INFO", "message": "captured", "event": "report_sent", "person": "0198a2f2",
            "user_id": "0198a2f2", "request_id": "1", "job": "send_report", "job_id": "2"});
        assert!(read(&mut log, captured).is_empty());
        let done = json!({"level": "INFO", "message": "job done", "milliseconds": 12, "request_id": "1",
            "job": "send_report", "job_id": "2"});
        let lines = read(&mut log, done);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("job  send_report ") && lines[0].contains("12 ms"));
        assert!(lines[1].contains("report_sent"));
    }

    #[test]
    fn a_mail_that_was_kept_is_one_line_with_its_address() {
        let mut log = Log::new("/relay");
        let address = "http://127.0.0.1:8000/dev/mail/0198a2f2";
        let kept = json!({"level": "INFO", "message": "mail kept", "target": "hoglet_web::mail::mailer",
            "subject": "Choose a new \u{1b}[2Jpassword", "address": address, "request_id": "1"});
        assert_eq!(
            read(&mut log, kept),
            [format!("mail Choose a new [2Jpassword {address}")]
        );
    }

    #[test]
    fn assets_health_and_posthog_js_are_quiet_until_they_fail() {
        let mut log = Log::new("/relay");
        for path in [
            "/static/app.css",
            "/livez",
            "/readyz",
            "/relay/e/",
            "/relay/{*path}",
            "/favicon.ico",
        ] {
            assert!(read(&mut log, request("1", path, 200)).is_empty(), "{path}");
            assert_eq!(read(&mut log, request("1", path, 404)).len(), 1, "{path}");
        }
        for path in ["/livezzz", "/relays", "/"] {
            assert_eq!(read(&mut log, request("1", path, 200)).len(), 1, "{path}");
        }
        let mut without_proxy = Log::new("");
        assert_eq!(
            read(&mut without_proxy, request("1", "/relay/e/", 200)).len(),
            1
        );
    }

    #[test]
    fn warnings_and_errors_are_shown_in_full() {
        let mut log = Log::new("/relay");
        let error = json!({"timestamp": "x", "level": "ERROR", "target": "hoglet_web::error_pages",
            "message": "request failed", "error": "no such table: users\ncaused by: \u{1b}[2Jdisk",
            "span": {"name": "request", "request_id": "7f3a-full"}});
        assert_eq!(
            read(&mut log, error),
            [
                "ERROR request failed error=no such table: users",
                "caused by: [2Jdisk request_id=7f3a-full"
            ]
        );
        let stopped = json!({"level": "INFO", "message": "stopped", "captured": 2, "lost": 0});
        assert_eq!(read(&mut log, stopped), ["stopped captured=2 lost=0"]);
        for line in ["these settings need a change:", "{\"a\": 1}", "[1]"] {
            assert_eq!(log.read(line), [line]);
        }
        let line = request("1", "/livez", 200).to_string();
        assert_eq!(Log::verbatim().read(&line), [line]);
    }
}
