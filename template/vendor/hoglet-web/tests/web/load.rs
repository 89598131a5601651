//! Floods and slow clients, and their effect on other clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use hoglet_web::passwords::Hasher;
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::club::router_with;
use crate::support::{App, PASSWORD, People, Person, email_of};

#[tokio::test]
async fn a_flood_of_log_ins_waits_its_turn_and_pages_answer_meanwhile() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let flood = Flood::begin(&app.web.passwords.log_in, &["a", "b"]).await;

    let mut log_ins = JoinSet::new();
    for _ in 0..20 {
        let browser = app.browser();
        log_ins.spawn(async move {
            let email = email_of("Ann");
            let form = [("email", &*email), ("password", "wrong")];
            browser.post("/login", &form).await
        });
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        let begin = Instant::now();
        assert_eq!(ann.get("/card").await.status, StatusCode::OK);
        slowest = slowest.max(begin.elapsed());
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    for log_in in log_ins.join_all().await {
        assert_eq!(log_in.status, StatusCode::SERVICE_UNAVAILABLE);
        let wait: u64 = log_in.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let text = log_in.text();
        assert!(text.contains("Many people are logging in right now."));
    }
    drop(flood);
    app.browser().log_in("Ann").await;
}

#[tokio::test]
async fn a_flood_of_sign_ups_holds_up_no_log_in() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let _flood = Flood::begin(&app.web.passwords.sign_up, &["a", "b"]).await;

    let form = [
        ("name", "Bob"),
        ("email", "bob@example.com"),
        ("password", PASSWORD),
    ];
    let (bob, ann) = (app.browser(), app.browser());
    let (sign_up, log_in) = tokio::join!(bob.post("/signup", &form), ann.log_in("Ann"));
    assert_eq!(sign_up.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(log_in.location(), "/lounge");
}

#[tokio::test]
async fn a_client_that_floods_the_log_in_does_not_slow_down_the_others() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    let _flood = Flood::begin(&app.web.passwords.log_in, &["192.0.2.1"]).await;

    let log_in = async |address: &str| {
        let form = [("email", "ann@example.com"), ("password", PASSWORD)];
        let from = [("x-forwarded-for", address)];
        app.browser().post_with("/login", &form, &from).await
    };
    let (same, other) = tokio::join!(log_in("192.0.2.1"), log_in("192.0.2.2"));
    assert_eq!(same.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(other.location(), "/lounge");
}

/// Work that takes all places of a hasher that some clients may use, until it is dropped.
struct Flood {
    over: Arc<AtomicBool>,
}

impl Flood {
    async fn begin(hasher: &Hasher, clients: &[&str]) -> Self {
        let flood = Self {
            over: Arc::default(),
        };
        for client in clients {
            // A client that uses all its places gets no more.
            let soon = Duration::from_millis(100);
            while let Ok(place) =
                tokio::time::timeout(soon, hasher.permit_without_timeout(client)).await
            {
                let over = flood.over.clone();
                tokio::task::spawn_blocking(move || {
                    let _place = place;
                    while !over.load(Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                });
            }
        }
        flood
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_page_that_never_comes_is_given_up() {
    let never = Router::new().route("/never", get(std::future::pending::<String>));
    let variables = [("REQUEST_TIMEOUT_SECONDS", "1")];
    let app = App::with_router(&variables, |web| router_with(never, web)).await;
    let ann = app.sign_up("Ann").await;
    let answer = ann.get("/never").await;

    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().contains(answer.header("x-request-id")));
    assert_eq!(answer.header("retry-after"), "5");
    let exception = app.event("$exception").await;
    assert_eq!(exception["$exception_list"][0]["type"], "TimedOut");
    assert_eq!(exception["request_id"], answer.header("x-request-id"));
}

#[tokio::test]
async fn a_client_that_sends_slowly_is_disconnected() {
    let app = App::start().await;
    let form = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let body = format!("{form}Content-Length: 1000\r\n\r\n");
    let clients = [
        ("", ""),
        ("GET / HTTP/1.1\r\nX-Slow: ", ""),
        (
            "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "HTTP/1.1 200",
        ),
        (&*body, "HTTP/1.1 408"),
    ];
    let mut slow = JoinSet::new();
    for (begin, expected) in clients {
        let address = app.url["http://".len()..].to_owned();
        let (begin, expected) = (begin.to_owned(), expected.to_owned());
        slow.spawn(async move {
            let mut connection = TcpStream::connect(address).await.unwrap();
            connection.write_all(begin.as_bytes()).await.unwrap();
            let (mut from, mut to) = connection.into_split();
            // The client sends a byte each second while its request is incomplete.
            let complete = begin.contains("livez") || begin.is_empty();
            let drip = tokio::spawn(async move {
                while !complete && to.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                std::future::pending::<()>().await;
            });
            let mut answer = Vec::new();
            let reading = from.read_to_end(&mut answer);
            let ended = tokio::time::timeout(Duration::from_secs(25), reading).await;
            drip.abort();
            assert!(ended.is_ok(), "it is still connected: {begin}");
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.starts_with(&expected), "{begin}: {answer}");
        });
    }
    slow.join_all().await;
    assert_eq!(app.browser().get("/").await.status, StatusCode::OK);
}
