//! Requests that no browser sends.

use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{App, PASSWORD, People};

#[tokio::test]
async fn a_request_that_is_not_http_is_refused_and_the_app_lives_on() {
    let app = App::start().await;
    let begin = "POST /login HTTP/1.1\r\nHost: localhost\r\n";
    let twice = format!("{begin}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab");
    let encoded = format!("{begin}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n");
    for nonsense in [
        twice.as_bytes(),
        encoded.as_bytes(),
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-PostHog-Session-Id: a\x01b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: session=a\x00b\r\n\r\n",
        b"GET /\xff\xfe HTTP/9.9\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    ] {
        let answer = app.answer_to(nonsense).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{nonsense:?}: {answer}");
        // These answers come from the HTTP library, and contain no name and no version either.
        assert!(!answer.to_lowercase().contains("server:"), "{answer}");
    }
    assert_eq!(app.browser().get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_second_request_hidden_in_the_first_is_not_answered() {
    let app = App::start().await;
    let hidden = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    // A proxy that uses the length would treat the hidden request as part of the body.
    let length = hidden.len() + 5;
    let answer = app
        .answer_to(format!(
            "POST /logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        ))
        .await;

    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}

#[tokio::test]
async fn headers_have_bounds() {
    let app = App::start().await;
    let begin = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    let many = "X-Header: y\r\n".repeat(1000);
    let large = format!("X-Header: {}\r\n", "y".repeat(1_000_000));
    let together = format!("X-Header: {}\r\n", "y".repeat(10_000)).repeat(7);
    for headers in [many, large, together] {
        let answer = app.answer_to(format!("{begin}{headers}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let path = "y".repeat(100_000);
    let answer = app.answer_to(format!("GET /{path} HTTP/1.1\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    // The limit is exactly 64 KiB, including the first line.
    let end = "Connection: close\r\nX-Header: ";
    let room = 64 * 1024 - begin.len() - end.len() - "\r\n\r\n".len();
    for (length, status) in [(room, "200"), (room + 1, "431")] {
        let request = format!("{begin}{end}{}\r\n\r\n", "y".repeat(length));
        let answer = app.answer_to(request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{length}"
        );
    }
    assert_eq!(app.browser().get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_client_that_says_it_sends_no_more_still_gets_its_answer() {
    let app = App::start().await;
    for path in ["/", "/livez", "/relay/static/array.js"] {
        let mut connection = TcpStream::connect(&app.url["http://".len()..])
            .await
            .unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        connection.shutdown().await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn methods_that_no_page_has_do_nothing() {
    let app = App::start().await;
    for request in [
        "TRACE / HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
        "CONNECT / HTTP/1.1",
        "BREW /bell HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "PROPFIND /static/app.css HTTP/1.1",
    ] {
        let headers = "Host: localhost\r\nConnection: close\r\nCookie: echo=me\r\n\r\n";
        let answer = app.answer_to(format!("{request}\r\n{headers}")).await;
        let status = answer.split(' ').nth(1).unwrap();
        // 421: the request is for another host.
        assert!(
            ["404", "405", "421"].contains(&status),
            "{request}: {answer}"
        );
        assert!(!answer.contains("echo=me"), "{request}: {answer}");
    }
}

#[tokio::test]
async fn the_host_in_a_request_does_not_choose_where_a_redirect_leads() {
    for url in ["https://example.com", ""] {
        let variables = [
            ("APP_URL", url),
            ("TRUSTED_PROXIES", "127.0.0.1"),
            // The request must pass the check of the host.
            ("ALLOWED_HOSTS", "evil.example"),
        ];
        let app = App::with(&variables).await;
        let headers = "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n\
            X-Original-URL: /evil.example\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n\r\n";
        for target in [
            "/",
            "/card",
            "/nowhere",
            "/logout",
            "/relay/e/",
            "http://evil.example/",
            "http://evil.example/card",
            "evil.example",
            "*",
        ] {
            let answer = app
                .answer_to(format!("GET {target} HTTP/1.1\r\n{headers}"))
                .await;
            assert!(answer.starts_with("HTTP/1.1 "), "{target}: {answer}");
            assert!(!answer.contains("evil.example"), "{target}: {answer}");
            if let Some((_, location)) = answer.split_once("location: ") {
                let local = location.starts_with('/') && !location.starts_with("//");
                let ours = location.starts_with("https://example.com/");
                assert!(local || ours, "{target}: {answer}");
            }
        }
        for passed in app.posthog.passed() {
            assert!(!format!("{:?}", passed.headers).contains("evil.example"));
        }
    }
}

#[tokio::test]
async fn a_line_break_in_a_request_starts_no_header_in_the_answer() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let broken = "/x\r\nX-Injected: yes\r\n\r\n<h1>";
    let form = [
        ("email", "ann@example.com"),
        ("password", PASSWORD),
        ("next", broken),
    ];
    for answer in [
        app.browser().post("/login", &form).await,
        app.browser().get("/card?a=%0d%0aX-Injected:%20yes").await,
        app.browser().get("/%0d%0aX-Injected:%20yes").await,
        app.browser()
            .get("/login?next=/%0d%0aX-Injected:%20yes")
            .await,
    ] {
        assert!(!answer.headers.contains_key("x-injected"));
        let location = answer.header("location");
        assert!(!location.contains("njected: "), "{location}");
    }
}
