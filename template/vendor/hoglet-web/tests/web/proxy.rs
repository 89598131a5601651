//! The first-party proxy to PostHog.

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{App, COMPRESSED_SCRIPT, People, Recorder, Reply};

#[tokio::test]
async fn a_request_reaches_posthog_as_it_is_without_what_is_private() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let request = ann
        .request(Method::POST, "/relay/e/?ip=1&_=%20x")
        .header("authorization", "Bearer secret")
        .header("proxy-authorization", "Basic secret")
        .header("x-internal", "secret")
        .header("x-forwarded-for", "192.0.2.1")
        .header("forwarded", "for=192.0.2.1")
        .header("x-posthog-session-id", "s")
        .header("referer", "https://example.com/card?secret")
        .header("content-type", "application/json")
        .header("user-agent", "Tests/1.0")
        .body(r#"{"event":"x"}"#);
    let answer = ann.send(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text(), "console.log('posthog-js')");
    assert_eq!(answer.header("content-type"), "text/javascript");
    assert!(answer.cookies().is_empty(), "PostHog sets no cookies here");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");

    let passed = app.posthog.passed().pop().unwrap();
    assert_eq!(passed.method, Method::POST);
    assert_eq!(passed.path_and_query, "/e/?ip=1&_=%20x");
    assert_eq!(passed.body, r#"{"event":"x"}"#);
    let mut names: Vec<_> = passed.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    names.retain(|name| !["content-length", "transfer-encoding"].contains(name));
    assert_eq!(
        names,
        [
            "accept",
            "content-type",
            "host",
            "user-agent",
            "x-forwarded-for"
        ]
    );
    assert_eq!(passed.headers["x-forwarded-for"], "127.0.0.1");
    assert_eq!(passed.headers["user-agent"], "Tests/1.0");
    assert_eq!(passed.headers["host"], app.posthog.url["http://".len()..]);
}

#[tokio::test]
async fn each_request_of_posthog_js_reaches_posthog_unchanged() {
    let app = App::start().await;
    let browser = app.browser();
    for path in [
        "/e/",
        "/e/?compression=gzip-js&ip=1&_=%20x",
        "/static/array.js",
        "/static/surveys.js?v=1.449.2",
        "/static/1.449.2/posthog-recorder.js",
        "/array/phc_test/config",
        "/array/phc_test/config.js",
        "/i/v0/e/",
        "/i/v1/logs?token=phc_test",
        "/s/?a=b",
        "/api/surveys/?token=phc_test",
        "/api/product_tours/?token=phc_test",
        "/api/early_access_features/?token=phc_test",
        "/api/web_experiments/?token=phc_test",
        "/api/conversations/v1/widget/messages/1/read",
    ] {
        let answer = browser.get(&format!("/relay{path}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let passed = app.posthog.passed().pop().unwrap();
        assert_eq!(passed.path_and_query, path);
    }
    let flags = json!({ "token": "phc_test", "distinct_id": "a" }).to_string();
    let request = browser.request(Method::POST, "/relay/flags/?v=2");
    let request = request.header("content-type", "application/json");
    let answer = browser.send(request.body(flags)).await;
    assert_eq!(answer.json()["errorsWhileComputingFlags"], false);
}

#[tokio::test]
async fn a_strangers_script_is_not_served_from_here() {
    let app = App::start().await;
    for path in [
        "/relay/array/phc_attacker/config.js",
        "/relay/array/phc_attacker/array.js",
        "/relay/array/phc_test",
        "/relay/array/phc_test2/config.js",
        "/relay/array/phc_test/../phc_attacker/config.js",
        "/relay/array/phc_test/%2e%2e/phc_attacker/config.js",
        "/relay/array/phc_test%2f..%2f..%2fphc_attacker/config.js",
        r"/relay/array/phc_test/..\phc_attacker/config.js",
        "/relay/array//phc_attacker/config.js",
        "/relay//array/phc_attacker/config.js",
        "/relay/static/../array/phc_attacker/config.js",
        "/relay/static/..%2farray/phc_attacker/config.js",
        "/relay/static/%2e%2e%2farray%2fphc_attacker%2fconfig.js",
        "/relay/site_app/1/secret/hash/",
        "/relay/",
        "/relay/e",
        "/relay/login",
        "/relay/api/projects/",
        "/relay/api/surveys/../projects/",
        "/relay/@evil.example/",
        "/relay/https://evil.example/",
        "/relay//evil.example/",
        "/relay/:80/",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = app.answer_to(request).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    assert!(app.posthog.passed().is_empty(), "PostHog was not asked");
}

#[tokio::test]
async fn bodies_pass_compressed_and_untouched() {
    let app = App::start().await;
    let browser = app.browser();
    let encodings = [("accept-encoding", "gzip, br")];
    let answer = browser.get_with("/relay/static/array.js", &encodings).await;

    let passed = app.posthog.passed().pop().unwrap();
    assert_eq!(passed.headers["accept-encoding"], "gzip, br");
    assert_eq!(answer.header("content-encoding"), "br");
    assert_eq!(answer.header("vary"), "accept-encoding");
    assert_eq!(answer.body, COMPRESSED_SCRIPT, "as PostHog sent it");

    // A request without `Accept-Encoding` gets an uncompressed answer.
    let answer = browser.get("/relay/static/array.js").await;
    let passed = app.posthog.passed().pop().unwrap();
    assert!(!passed.headers.contains_key("accept-encoding"));
    assert_eq!(answer.header("content-encoding"), "");
}

#[tokio::test]
async fn paths_that_climb_reach_nothing_but_posthog() {
    let posthog = Recorder::start().await;
    let host = format!("{}/posthog", posthog.url);
    let app = App::beside(posthog, &[("POSTHOG_HOST", &host)]).await;
    let get = async |path: &str| {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        app.answer_to(request).await
    };
    for path in ["/relay/e/", "/relay/a/../e/", r"/relay/s\..\e/"] {
        let answer = get(path).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        let passed = app.posthog.passed().pop().unwrap();
        assert!(passed.path_and_query.starts_with("/posthog/"), "{passed:?}");
    }
    let inside = app.posthog.passed().len();
    for path in [
        "/relay//e/",
        "/relay/..%2fe/",
        "/relay/../admin",
        "/relay/../../admin",
        "/relay/..",
        "/relay/%2e%2e/admin",
        "/relay/.%2E/posthogs-neighbour",
        "/relay/a/..//../../admin",
        r"/relay/..\admin",
        r"/relay/\..\..\admin",
        "http://localhost/relay/../admin",
    ] {
        let answer = get(path).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    assert_eq!(app.posthog.passed().len(), inside);
}

#[tokio::test]
async fn get_head_post_and_options_pass_and_nothing_else() {
    let app = App::start().await;
    let browser = app.browser();
    for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
        let request = browser.request(method.clone(), "/relay/e/");
        assert_eq!(browser.send(request).await.status, StatusCode::OK);
        assert_eq!(app.posthog.passed().pop().unwrap().method, method);
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let request = browser.request(method.clone(), "/relay/e/");
        let answer = browser.send(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    assert_eq!(app.posthog.passed().len(), 4);
}

#[tokio::test]
async fn options_pass_beside_allowed_origins_too() {
    let app = App::with(&[("ALLOWED_ORIGINS", "https://front.example")]).await;
    let browser = app.browser();
    browser
        .send(browser.request(Method::OPTIONS, "/relay/e/"))
        .await;

    assert_eq!(app.posthog.passed().len(), 1);
}

#[tokio::test]
async fn bodies_may_be_as_large_as_a_session_replay_and_no_larger() {
    let app = App::start().await;
    let browser = app.browser();
    let megabytes = |count: usize| vec![b'x'; count * 1024 * 1024];
    let send = async |body: Vec<u8>| {
        let request = browser.request(Method::POST, "/relay/s/").body(body);
        browser.send(request).await.status
    };
    assert_eq!(send(megabytes(63)).await, StatusCode::OK);
    assert_eq!(app.posthog.passed()[0].body.len(), 63 * 1024 * 1024);
    assert_eq!(send(megabytes(65)).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(app.posthog.passed().len(), 1);
}

#[tokio::test]
async fn an_upload_that_is_too_large_is_said_to_be_where_its_length_is_not() {
    let app = App::start().await;
    let mut connection = TcpStream::connect(&app.url["http://".len()..])
        .await
        .unwrap();
    let head = "POST /relay/s/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    connection.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    for _ in 0..65 {
        // The app may have answered and closed the connection before the whole body is written.
        if connection.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
}

#[tokio::test]
async fn every_answer_of_posthog_is_passed_back_errors_too() {
    let app = App::start().await;
    app.posthog.replies(Reply::Status(503));
    let answer = app.browser().get("/relay/e/").await;

    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.is_empty(), "{}", answer.text());
}

#[tokio::test]
async fn a_posthog_that_cannot_be_reached_is_a_bad_gateway() {
    let app = App::with(&[("POSTHOG_HOST", "http://127.0.0.1:9")]).await;
    let answer = app.browser().get("/relay/e/").await;

    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(!answer.text().contains("127.0.0.1:9"));
}

#[tokio::test]
async fn the_path_is_a_setting_and_empty_means_none() {
    let app = App::with(&[("POSTHOG_PROXY_PATH", "/hedgehog/eats")]).await;
    let answer = app.browser().get("/hedgehog/eats/static/array.js").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(app.posthog.passed()[0].path_and_query, "/static/array.js");
    assert_eq!(app.browser().get("/relay/e/").await.status, 404);

    let app = App::with(&[("POSTHOG_PROXY_PATH", "")]).await;
    assert_eq!(app.browser().get("/relay/e/").await.status, 404);
    let app = App::with(&[("POSTHOG_DISABLED", "true")]).await;
    assert_eq!(app.browser().get("/relay/e/").await.status, 404);
    assert!(app.posthog.passed().is_empty());
}

#[tokio::test]
async fn visits_to_it_are_no_events() {
    let app = App::start().await;
    app.browser().get("/relay/static/array.js").await;
    assert!(app.events().await.is_empty());
}
