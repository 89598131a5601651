//! Errors: a page for browsers, JSON for programs, and a request id for both.

use std::collections::HashSet;

use reqwest::{Method, StatusCode};

use crate::support::{App, BROWSER, People, Person, RING, Reply};

const JSON: &[(&str, &str)] = &[("accept", "application/json")];

#[tokio::test]
async fn people_get_a_page_and_programs_get_json() {
    let app = App::start().await;
    let browser = app.browser();

    let page = browser.get("/nowhere").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text().contains("<h1>Not Found</h1>"));
    assert!(page.text().contains("Nobody plays here."));
    assert!(page.text().contains(page.header("x-request-id")));

    for answer in [
        browser.get("/api/nowhere").await,
        browser.get_with("/nowhere", JSON).await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.header("content-type"), "application/json");
        let json = answer.json();
        assert_eq!(json["success"], false);
        assert_eq!(json["error"], "Nobody plays here.");
        assert_eq!(json["request_id"], answer.header("x-request-id"));
    }
}

#[tokio::test]
async fn a_page_says_what_happened_in_the_apps_words() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let no_form = ann
        .request(Method::POST, "/card")
        .header("content-type", "text/plain")
        .body("name=Eve");
    let elsewhere = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let panic = [("how", "panic")];
    for (answer, title, sentence) in [
        (ann.get("/nowhere").await, "Not Found", "Nobody plays here."),
        (
            ann.get("/logout").await,
            "Method Not Allowed",
            "That is no move.",
        ),
        (
            ann.send(no_form).await,
            "Unsupported Media Type",
            "That is no move.",
        ),
        (
            ann.post_with("/card", &[], &elsewhere).await,
            "Forbidden",
            "This came from another site.",
        ),
        (
            ann.post_with("/api/break", &panic, BROWSER).await,
            "Internal Server Error",
            "The board fell over. It has been noted.",
        ),
    ] {
        let page = answer.text();
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
        assert!(page.contains(&format!("<title>{title} · ")), "{page}");
        assert!(page.contains(&format!("<p>{sentence}</p>")), "{page}");
    }
}

#[tokio::test]
async fn under_api_a_browser_gets_pages_too() {
    let app = App::start().await;
    let answer = app.browser().get_with("/api/nowhere", BROWSER).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let mut ids = HashSet::new();
    let paths = [
        "/",
        "/lounge",
        "/nowhere",
        "/api/nowhere",
        "/logout",
        "/livez",
        "/readyz",
        "/static/app.css",
        "/static/nowhere",
        "/relay/static/array.js",
        "/relay/e/",
    ];
    for path in paths {
        let answer = ann.get(path).await;
        let id = answer.header("x-request-id").to_owned();
        assert_eq!(id.len(), 36, "{path}");
        assert!(ids.insert(id), "{path}");
    }
    let sent = "11111111-1111-4111-8111-111111111111";
    let answer = ann.get_with("/", &[("x-request-id", sent)]).await;
    assert_ne!(answer.header("x-request-id"), sent, "ours alone are unique");
}

#[tokio::test]
async fn a_wrong_method_says_which_ones_there_are() {
    let app = App::start().await;
    let browser = app.browser();
    for (method, path, allow) in [
        (Method::DELETE, "/bell", "GET,HEAD"),
        (Method::GET, RING, "POST"),
        (Method::PUT, "/card", "GET,HEAD,POST"),
        (Method::POST, "/livez", "GET,HEAD"),
    ] {
        let answer = browser.send(browser.request(method, path)).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.header("allow"), allow, "{path}");
        let json = answer.header("content-type") == "application/json";
        assert_eq!(json, path.starts_with("/api/"), "{path}");
    }
}

#[tokio::test]
async fn a_trailing_slash_is_tolerated() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for path in ["/lounge/", "/card/?a=1", "/bell//", "/livez/"] {
        assert_eq!(ann.get(path).await.status, StatusCode::OK, "{path}");
    }
    let answer = ann.post("/api/bell/", &[]).await;
    assert_eq!(answer.json()["count"], 1);
    assert_eq!(app.browser().get("/nowhere/").await.status, 404);
    // A path with `//` is not a page, and a `Location` of `//x` would lead to another host.
    let doubled = ann.get("//evil.example/").await;
    assert_eq!(doubled.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_internal_message_stays_inside() {
    let app = App::with(&[("APP_ENV", "production")]).await;
    let ann = app.sign_up("Ann").await;
    let form = [("how", "error")];
    let answer = ann.post("/api/break", &form).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.text().contains("nobody handled this"));
    assert!(answer.text().contains("The board fell over."));
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
}

#[tokio::test]
async fn nothing_changes_for_a_visitor_when_posthog_is_in_trouble() {
    for reply in [Reply::Status(503), Reply::Status(200)] {
        let app = App::start().await;
        app.posthog.replies(reply);
        let ann = app.sign_up("Ann").await;
        for path in ["/lounge", "/card", "/bell"] {
            assert_eq!(ann.get(path).await.status, StatusCode::OK, "{reply:?}");
        }
        ann.log_out().await;
    }
}
