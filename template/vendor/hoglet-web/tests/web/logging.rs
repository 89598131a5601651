//! The log: its required contents, and secrets that it never contains.

use std::time::Duration;

use hoglet_web::settings::secret_key::new_secret_key;
use hoglet_web::testing::{Browser, Process, Signal};
use hoglet_web::throttle::attempt;
use sea_orm::EntityTrait;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::club::member;
use crate::club::program::BINARY;
use crate::support::{App, PASSWORD, People, Person};

#[tokio::test]
async fn no_log_holds_a_password_a_cookie_a_key_or_an_email() {
    let key = new_secret_key();
    let variables = [
        ("SECRET_KEY", &*key),
        ("POSTHOG_SECRET_KEY", "phx_secret"),
        // This includes the logs of libraries.
        ("RUST_LOG", "trace"),
        ("SHUTDOWN_TIMEOUT_SECONDS", "2"),
    ];
    let mut process = Process::start(*BINARY, &variables).await;
    let browser = process.browser();
    browser.get("/?email=ann@example.com").await;
    browser.sign_up("Ann").await;
    let email = ("email", "ann@example.com");
    let new_password = [
        ("current_password", "not the password"),
        ("new_password", "another sentence"),
    ];
    let posts = [
        (
            "/signup",
            &[email, ("name", "Ann"), ("password", PASSWORD)][..],
        ),
        ("/login", &[email, ("password", "not the password")]),
        ("/login", &[email, ("password", PASSWORD)]),
        ("/card", &new_password),
        ("/api/break", &[("how", "by hand")]),
        ("/api/break", &[("how", "error")]),
        ("/api/break", &[("how", "panic")]),
    ];
    for (path, form) in posts {
        browser.post(path, form).await;
    }
    browser.get("/card?email=ann@example.com").await;
    let session = browser.cookie("session").unwrap();
    let log = process.end(Signal::Terminate).await.log;

    assert!(log.contains("nobody handled this"), "it was all logged");
    let unsigned = &session[44..];
    for secret in [
        "ann@example.com",
        "ann%40example.com",
        "a sentence is fine",
        "a+sentence",
        "not the password",
        "another sentence",
        &key,
        "phx_secret",
        "argon2id",
        &session,
        unsigned,
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[tokio::test]
async fn without_a_token_it_warns_of_what_is_lost_and_switched_off_it_does_not() {
    for environment in ["development", "production"] {
        for (variable, level) in [
            (("POSTHOG_PROJECT_TOKEN", ""), "WARN"),
            (("POSTHOG_DISABLED", "true"), "INFO"),
        ] {
            let variables = [("APP_ENV", environment), ("LOG_FORMAT", "json"), variable];
            let mut process = Process::start(*BINARY, &variables).await;
            let log = process.end(Signal::Terminate).await.log;
            let mut lines = log.lines().filter(|line| line.contains("PostHog is off"));
            let line: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
            assert_eq!(lines.next(), None);
            assert_eq!(line["level"], level, "{environment}: {line}");
            let lost = line
                .to_string()
                .contains("events, errors and people are lost");
            assert_eq!(lost, level == "WARN", "{line}");
            assert!(line.to_string().contains(variable.0), "{line}");
        }
    }
}

#[test]
fn a_key_that_may_read_the_project_ends_the_start() {
    let refused = Process::refused(
        *BINARY,
        &[("POSTHOG_API_KEY", "phx_hunter2"), ("PORT", "x")],
    );
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("POSTHOG_API_KEY: "), "{said}");
    assert!(said.contains("PORT: "), "{said}");
    assert!(!said.contains("hunter2"));
}

#[tokio::test]
async fn every_log_line_of_a_request_has_the_request_id_and_the_distinct_id() {
    let mut process = Process::start(*BINARY, &[]).await;
    let browser = process.browser();
    let visited = browser.get("/nowhere?a=secret").await;
    let signed_up = browser.sign_up("Ann").await;
    let failed = browser.post("/api/break", &[("how", "error")]).await;
    let ended = process.end(Signal::Terminate).await;

    for (answer, route, path, status) in [
        (&visited, "none", "/nowhere", 404),
        (&signed_up, "/signup", "/signup", 303),
        (&failed, "/api/break", "/api/break", 500),
    ] {
        let lines = ended.said("request");
        let line = lines
            .iter()
            .find(|line| line["request_id"] == answer.header("x-request-id"))
            .expect("one line a request");
        assert_eq!(
            (&line["route"], &line["path"]),
            (&route.into(), &path.into())
        );
        assert_eq!(line["status"], status);
        assert!(line["method"].is_string() && line["milliseconds"].is_u64());
        assert!(line["level"] == "INFO" && line["target"].is_string());
        assert!(
            line["user_id"].is_null() && line["visitor_id"].is_null(),
            "{line}"
        );
    }
    let line = ended.said_once("request failed");
    assert_eq!(line["error"], "nobody handled this");
    assert_eq!(line["request_id"], failed.header("x-request-id"));
    assert_eq!(line["route"], "/api/break");
    assert_eq!(line["user_id"].as_str().map(str::len), Some(36));
    assert!(!ended.log.contains("secret"), "no query is written down");
}

#[tokio::test]
async fn a_panic_is_logged_once_and_in_the_logs_format() {
    let mut process = Process::start(*BINARY, &[]).await;
    let browser = process.browser();
    browser.sign_up("Ann").await;
    let form = [("how", "panic")];
    let answer = browser.post("/api/break", &form).await;
    let ended = process.end(Signal::Terminate).await;

    let line = ended.said_once("panicked");
    assert_eq!(line["panic"], "a panic on purpose");
    assert_eq!(line["request_id"], answer.header("x-request-id"));
    let location = line["location"].as_str().unwrap();
    assert!(location.contains("club/broken.rs:"), "{location}");
    assert_eq!(ended.log.matches("a panic on purpose").count(), 1);
    for line in ended
        .log
        .lines()
        .filter(|line| !line.contains("listening on "))
    {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

#[tokio::test]
async fn no_row_shows_a_password_or_an_email_in_debug() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let wrong = [("email", "ann@example.com"), ("password", "wrong")];
    app.browser().post("/login", &wrong).await;

    let members = member::Entity::find().all(&app.web.database).await;
    let attempts = attempt::Entity::find().all(&app.web.database).await;
    let text = format!("{members:?} {attempts:?}");
    assert!(
        text.contains("Ann") && text.contains("attempted_at"),
        "{text}"
    );
    for secret in ["ann@example.com", "argon2"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_not_posthogs_fault() {
    let mut process = Process::start(*BINARY, &[]).await;
    for framing in ["Content-Length: 1000", "Transfer-Encoding: chunked"] {
        let address = &process.url["http://".len()..];
        let mut connection = TcpStream::connect(address).await.unwrap();
        let request =
            format!("POST /relay/s/ HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n3\r\nabc\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        // The client sends half of the request and hangs up, so it does not read the answer.
        connection.shutdown().await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{answer}"
        );
    }
    let ended = process.end(Signal::Terminate).await;
    assert_eq!(ended.said("request").len(), 2, "{}", ended.log);
    assert!(
        !ended.log.contains("could not reach PostHog"),
        "{}",
        ended.log
    );
}

#[tokio::test]
async fn a_refused_host_is_named_once_and_only_some_of_many_are() {
    let mut process = Process::start(*BINARY, &[("APP_ENV", "production")]).await;
    let browser = process.browser();
    let ask = async |host: &str| {
        let answer = browser.get_with("/", &[("host", host)]).await;
        assert_eq!(answer.status, 421, "{host}");
    };
    ask("shop.example").await;
    ask("shop.example").await;
    for number in 0..50 {
        ask(&format!("host-{number}.example")).await;
    }
    let ended = process.end(Signal::Terminate).await;
    let refused = |line: &&str| line.contains("does not answer to");
    let lines: Vec<_> = ended.log.lines().filter(refused).collect();
    assert_eq!(lines.len(), 20, "{}", ended.log);
    let first: Value = serde_json::from_str(lines[0]).unwrap();
    assert_eq!(first["level"], "WARN");
    assert_eq!(first["host"], "shop.example");
    for remedy in ["ALLOWED_HOSTS", "APP_URL"] {
        assert!(lines[0].contains(remedy), "{}", lines[0]);
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_named_once_in_production() {
    let forwarded = [("x-forwarded-for", "203.0.113.7")];
    for (environment, trusted, times) in [
        ("production", "", 1),
        ("production", "10.0.0.0/8", 1),
        ("production", "127.0.0.1", 0),
        ("development", "", 0),
    ] {
        let variables = [
            ("APP_ENV", environment),
            ("TRUSTED_PROXIES", trusted),
            ("LOG_FORMAT", "json"),
        ];
        let mut process = Process::start(*BINARY, &variables).await;
        let browser = process.browser();
        browser.get("/").await;
        for path in ["/", "/bell", "/nowhere"] {
            browser.get_with(path, &forwarded).await;
        }
        let ended = process.end(Signal::Terminate).await;
        let said = |line: &&str| line.contains("TRUSTED_PROXIES");
        let lines: Vec<_> = ended.log.lines().filter(said).collect();
        assert_eq!(lines.len(), times, "{environment} {trusted}: {}", ended.log);
        for line in lines {
            let line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["level"], "WARN");
            assert_eq!(line["peer"], "127.0.0.1");
        }
    }
}

#[tokio::test]
async fn a_killed_process_has_written_what_was_logged_a_moment_before() {
    let mut process = Process::start(*BINARY, &[]).await;
    let browser = process.browser();
    let answer = browser.get("/nowhere").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    process.kill();
    let line = process.ended().await.said_once("request");
    assert_eq!(line["request_id"], answer.header("x-request-id"));
}

#[tokio::test]
async fn each_request_has_its_line_before_the_last_one_of_the_process() {
    const REQUESTS: usize = 400;
    let mut process = Process::start(*BINARY, &[]).await;
    let url = process.url.clone();
    let visits: JoinSet<_> = (0..4)
        .map(|_| {
            let browser = Browser::new(&url);
            async move {
                for _ in 0..REQUESTS / 4 {
                    browser.get("/livez").await;
                }
            }
        })
        .collect();
    visits.join_all().await;
    let ended = process.end(Signal::Terminate).await;
    assert_eq!(ended.said("request").len(), REQUESTS);
    let last: Value = serde_json::from_str(ended.log.lines().last().unwrap()).unwrap();
    assert_eq!(last["message"], "stopped");
}
