//! Bodies that are too large or are not forms, and markup that a user typed.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{App, PASSWORD, People, Person};

const PATHS: &[&str] = &["/signup", "/login", "/card", "/opt-out", "/api/break"];
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn twenty_megabytes_are_too_much() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let body = format!("name={}", "x".repeat(20 * 1024 * 1024));
    for path in PATHS {
        let request = ann
            .request(Method::POST, path)
            .header(CONTENT_TYPE, FORM)
            .body(body.clone());
        let answer = ann.send(request).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        let json = answer.header("content-type") == "application/json";
        assert_eq!(json, path.starts_with("/api/"), "{path}");
    }
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn a_body_that_does_not_say_its_length_is_bounded_too() {
    let app = App::start().await;
    let mut connection = TcpStream::connect(&app.url["http://".len()..])
        .await
        .unwrap();
    let head = format!(
        "POST /signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for _ in 0..33 {
        connection.write_all(chunk.as_bytes()).await.unwrap();
    }
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
}

#[tokio::test]
async fn a_body_that_is_no_form_is_answered_and_changes_nothing() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let bodies: [(&str, &[u8]); 7] = [
        (FORM, b""),
        (FORM, b"\xff\xfe%ff=%zz&&&==&name"),
        (FORM, b"name=a&name=b&email=a&email=b&how=x&how=y"),
        (FORM, b"name[]=a&name[b]=c"),
        ("application/json", br#"{"name":"Eve"}"#),
        ("multipart/form-data", b"--x"),
        ("", b"name=Eve"),
    ];
    for path in PATHS {
        for (content_type, body) in bodies {
            let request = ann
                .request(Method::POST, path)
                .header(CONTENT_TYPE, content_type)
                .body(body);
            let answer = ann.send(request).await;
            assert!(
                answer.status.is_client_error(),
                "{path} {content_type}: {}",
                answer.status
            );
            assert!(!answer.text().contains("deserialize"), "{path}");
        }
    }
    assert!(ann.get("/card").await.text().contains(">Ann</h1>"));
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn a_forms_type_is_the_same_in_any_letter_case() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for (number, content_type) in [
        "Application/X-WWW-Form-Urlencoded",
        "APPLICATION/X-WWW-FORM-URLENCODED; CHARSET=UTF-8",
        "application/x-www-form-urlencoded;charset=utf-8",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("Anna {number}");
        let request = ann
            .request(Method::POST, "/card")
            .header(CONTENT_TYPE, content_type)
            .body(format!("name={}", name.replace(' ', "+")));
        let answer = ann.send(request).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{content_type}");
        assert!(ann.get("/card").await.text().contains(&name));
    }
    // Types in `Accept` are compared without regard to case too.
    for accept in ["Text/HTML", "application/json;q=0.5, TEXT/html;q=0.9"] {
        let answer = ann.get_with("/api/nowhere", &[("accept", accept)]).await;
        assert_eq!(
            answer.header("content-type"),
            "text/html; charset=utf-8",
            "{accept}"
        );
    }
    for accept in ["APPLICATION/JSON", "text/html;q=0, application/json"] {
        let answer = ann.get_with("/nowhere", &[("accept", accept)]).await;
        assert_eq!(
            answer.header("content-type"),
            "application/json",
            "{accept}"
        );
    }
}

#[tokio::test]
async fn markup_that_a_user_typed_stays_text() {
    let app = App::start().await;
    let markup = r#""><script>alert('x')</script>{{ 'in' ~ 'jected' }}</title>"#;
    let browser = app.browser();

    // Reflected: forms show the typed text again, and error pages show the path.
    let email = [("name", markup), ("email", markup), ("password", markup)];
    for answer in [
        browser.post("/signup", &email).await,
        browser.post("/login", &email).await,
        browser
            .get("/login?next=/%22%3E%3Cscript%3Ealert('x')%3C/script%3E")
            .await,
        browser
            .get("/%22%3E%3Cscript%3Ealert('x')%3C/script%3E")
            .await,
        browser
            .get_with(
                "/",
                &[("x-posthog-session-id", "</script><script>alert('x')")],
            )
            .await,
    ] {
        assert!(
            !answer.text().contains("<script>alert"),
            "{}",
            answer.text()
        );
        assert!(!answer.text().contains("injected"));
    }

    // Stored: a name is shown on every page of its user.
    let form = [
        ("name", markup),
        ("email", "mallory@example.com"),
        ("password", PASSWORD),
    ];
    browser.post("/signup", &form).await;
    for path in ["/lounge", "/card", "/bell", "/nowhere"] {
        let page = browser.get(path).await.text();
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains("injected"), "{path}");
    }
}
