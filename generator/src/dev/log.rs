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

mod entry;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use hoglet_standin::event_line;
use serde_json::{Map, Value};

use crate::colors::{ACCENT, DIM, ERROR};
use entry::{anywhere, find, mail, other, remove_control_characters, request_id, text};

/// If a request takes longer, its events are shown before its line.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
const MOST_WAITING: usize = 100;

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
