//! Floods and slow clients: what they cost everybody else.

use std::time::{Duration, Instant};

use app::models::user::PasswordHash;
use app::passwords::Passwords;
use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::{App, email_of};

#[tokio::test]
async fn a_flood_of_log_ins_waits_its_turn_and_pages_answer_meanwhile() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    // Longer than a log-in waits.
    let rounds = rounds_in(Duration::from_secs(8), &app.state.passwords).await;
    let mut hashing = JoinSet::new();
    for _ in 0..std::thread::available_parallelism().unwrap().get() {
        let passwords = app.state.passwords.clone();
        hashing.spawn(async move { passwords.verify("guess".into(), Some(&hash(rounds))).await });
    }
    tokio::time::sleep(Duration::from_millis(200)).await;

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
        assert_eq!(ann.get("/profile").await.status, StatusCode::OK);
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
    hashing.join_all().await;
    app.browser().log_in("Ann").await;
}

/// A hash that takes as long to check as its rounds say, and fits no password.
fn hash(rounds: u32) -> PasswordHash {
    let (salt, hash) = ("A".repeat(22), "A".repeat(43));
    PasswordHash(format!(
        "$argon2id$v=19$m=1024,t={rounds},p=1${salt}${hash}"
    ))
}

async fn rounds_in(time: Duration, passwords: &Passwords) -> u32 {
    const TRIED: u32 = 20;
    let mut fastest = Duration::MAX;
    // A short one is hardly ever interrupted, so the fastest of many says what the work is.
    for _ in 0..20 {
        let begin = Instant::now();
        let matches = passwords.verify("guess".into(), Some(&hash(TRIED))).await;
        assert!(!matches.unwrap());
        fastest = fastest.min(begin.elapsed());
    }
    (time.as_secs_f64() / fastest.as_secs_f64() * f64::from(TRIED)) as u32
}

#[tokio::test]
async fn who_sends_slowly_is_given_up() {
    let app = App::start().await;
    let form =
        "POST /login HTTP/1.1\r\nHost: app\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let body = format!("{form}Content-Length: 1000\r\n\r\n");
    let clients = [
        ("", ""),
        ("GET / HTTP/1.1\r\nX-Slow: ", ""),
        ("GET /livez HTTP/1.1\r\nHost: app\r\n\r\n", "HTTP/1.1 200"),
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
            // A byte now and then, where the request is not complete yet.
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
