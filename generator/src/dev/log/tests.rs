//! Tests of the shortened log.

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
