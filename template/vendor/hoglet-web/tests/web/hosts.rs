//! Requests for other hosts, and paths that could be mistaken for a host.

use reqwest::StatusCode;

use crate::support::{Answer, App, BROWSER, People, Person};

/// Requests a page with this host.
async fn at(app: &App, host: &str, path: &str) -> Answer {
    app.browser().get_with(path, &[("host", host)]).await
}

/// Checks that an answer is plain: no script, no cookie, and no part of the request.
fn assert_plain(answer: &Answer, status: StatusCode, what: &str) {
    assert_eq!(answer.status, status, "{what}");
    assert!(answer.cookies().is_empty(), "{what}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    let text = answer.text();
    assert!(
        !text.contains("<script") && !text.contains("evil.example"),
        "{what}: {text}"
    );
    assert!(
        text.contains(answer.header("x-request-id")),
        "{what}: {text}"
    );
}

#[tokio::test]
async fn in_development_this_machine_is_answered_and_no_name_that_leads_to_it() {
    let variables = [
        ("APP_ENV", "development"),
        ("HOST", "192.0.2.7"),
        ("APP_URL", "http://shop.test:9000"),
        (
            "ALLOWED_HOSTS",
            "phone.lan [fd00::1]:8080, B\u{fc}cher.example.",
        ),
    ];
    let app = App::with(&variables).await;
    for host in [
        "localhost",
        "LocalHost:8000",
        "shop.localhost:1",
        "127.0.0.1",
        "127.1.2.3:80",
        "[::1]:8000",
        "localhost.",
        "192.0.2.7:8000",
        "shop.test",
        "SHOP.test.:9000",
        "phone.lan:99",
        "[FD00::1]:8080",
        "xn--bcher-kva.example",
    ] {
        assert_eq!(at(&app, host, "/").await.status, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "notlocalhost",
        "192.0.2.8",
        "0.0.0.0:8000",
        "[fd00::1]",
        "[fd00::1]:8081",
        "x.phone.lan",
        "localhost@evil.example",
        "localhost,evil.example",
        "localhost evil.example",
        "",
    ] {
        for path in [
            "/",
            "/dev/mail",
            "/dev/reload",
            "/dev/flags",
            "/static/app.css",
            "/relay/e/",
        ] {
            let answer = at(&app, host, path).await;
            assert_plain(
                &answer,
                StatusCode::MISDIRECTED_REQUEST,
                &format!("{host} {path}"),
            );
        }
    }
    assert!(app.events().await.is_empty());
    assert!(app.posthog.passed().is_empty());
}

#[tokio::test]
async fn in_production_its_own_names_are_answered_and_health_checks_by_any() {
    let variables = [
        ("APP_ENV", "production"),
        ("APP_URL", "https://shop.example"),
        ("ALLOWED_HOSTS", "www.shop.example"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let app = App::with(&variables).await;
    for host in ["shop.example", "www.shop.example:443", "Shop.Example."] {
        assert_eq!(at(&app, host, "/").await.status, StatusCode::OK, "{host}");
    }
    for host in ["localhost", "127.0.0.1:8000", "evil.example", "10.0.0.7"] {
        let answer = at(&app, host, "/bell").await;
        assert_plain(&answer, StatusCode::MISDIRECTED_REQUEST, host);
        for path in ["/livez", "/readyz", "/livez/"] {
            assert_eq!(at(&app, host, path).await.status, StatusCode::OK, "{host}");
        }
    }
    // The host that a proxy names is ignored, and there is no redirect to the app's own address.
    let forwarded = [
        ("host", "evil.example"),
        ("x-forwarded-host", "shop.example"),
        ("x-forwarded-proto", "http"),
    ];
    let answer = app.browser().get_with("/", &forwarded).await;
    assert_plain(&answer, StatusCode::MISDIRECTED_REQUEST, "X-Forwarded-Host");
    let as_json = [("host", "evil.example")];
    let answer = app.browser().get_with("/api/nowhere", &as_json).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    let form = [
        ("name", "Eve"),
        ("email", "eve@example.com"),
        ("password", "a sentence is fine"),
    ];
    let answer = app.browser().post_with("/signup", &form, &as_json).await;
    assert_plain(&answer, StatusCode::MISDIRECTED_REQUEST, "a form");
}

#[tokio::test]
async fn in_production_without_an_address_of_its_own_it_can_be_tried_on_this_machine() {
    let app = App::with(&[
        ("APP_ENV", "production"),
        ("HOST", "0.0.0.0"),
        ("ALLOWED_HOSTS", ""),
    ])
    .await;
    for host in ["localhost:8000", "127.0.0.1", "0.0.0.0"] {
        assert_eq!(at(&app, host, "/").await.status, StatusCode::OK, "{host}");
    }
    let answer = at(&app, "shop.example", "/").await;
    assert_plain(&answer, StatusCode::MISDIRECTED_REQUEST, "a name");
}

#[tokio::test]
async fn the_host_is_the_addresss_own_where_it_has_one_and_only_old_clients_may_leave_it_out() {
    let app = App::start().await;
    let end = "Connection: close\r\n\r\n";
    for (request, status) in [
        (
            "GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n",
            200,
        ),
        (
            "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n",
            421,
        ),
        (
            "GET http://localhost@evil.example/ HTTP/1.1\r\nHost: localhost\r\n",
            421,
        ),
        ("GET / HTTP/1.0\r\n", 200),
        ("GET / HTTP/1.0\r\nHost: evil.example\r\n", 421),
        ("GET / HTTP/1.1\r\n", 400),
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n",
            400,
        ),
        ("GET / HTTP/1.1\r\nHost: b\u{fc}cher.example\r\n", 421),
    ] {
        let answer = app.answer_to(format!("{request}{end}")).await;
        let line = answer.lines().next().unwrap_or_default();
        let expected = format!(" {status} ");
        assert!(line.contains(&expected), "{request}: {answer}");
        assert_eq!(
            answer.contains("set-cookie"),
            status == 200,
            "{request}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_path_that_could_be_taken_for_a_host_has_a_page_without_a_script() {
    for environment in ["development", "production"] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        for path in [
            "//evil.example/x",
            "//evil.example",
            "///evil.example/",
            "//",
            r"/\evil.example/x",
            r"\\evil.example",
            "/%2fevil.example/x",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/%5C/evil.example",
            "/.//evil.example",
            "/%2e//evil.example",
            "/bell/..//evil.example",
            r"/bell/..\/evil.example",
            "//relay/static/array.js",
            "//livez",
        ] {
            let request = format!(
                "GET {path}?a=1 HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
            );
            let answer = app.answer_to(request).await;
            // A request target that does not begin with a slash is invalid HTTP.
            let refused = answer.starts_with("HTTP/1.1 404") || path.starts_with('\\');
            assert!(refused, "{environment} {path}: {answer}");
            for kept_out in ["<script", "evil.example", "set-cookie", "location:"] {
                assert!(!answer.contains(kept_out), "{environment} {path}: {answer}");
            }
        }
        assert!(app.posthog.passed().is_empty());
        assert!(app.events().await.is_empty());
        // Two slashes later in a path do not begin a host.
        let browser = app.browser();
        assert_eq!(browser.get("/bell//").await.status, StatusCode::OK);
        let elsewhere = browser.get_with("/nowhere//evil", BROWSER).await;
        assert!(elsewhere.text().contains("<script"));
    }
}

#[tokio::test]
async fn no_redirect_leads_to_a_path_that_could_be_taken_for_a_host() {
    let app = App::with(&[
        ("APP_URL", "https://shop.example"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ])
    .await;
    let http = [("x-forwarded-proto", "http")];
    let answer = app.browser().get_with("//evil.example/x", &http).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    for proto in ["HTTP", "http, https", " http "] {
        let answer = app
            .browser()
            .get_with("/bell", &[("x-forwarded-proto", proto)])
            .await;
        assert_eq!(
            answer.header("location"),
            "https://shop.example/bell",
            "{proto}"
        );
    }
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for referer in [
        "//evil.example/x",
        "/%2fevil.example",
        "/.//evil.example",
        "/%5C/evil.example",
    ] {
        let referer = format!("{}{referer}", app.url);
        let form = [("opt_out", "false")];
        let answer = ann
            .post_with("/opt-out", &form, &[("referer", &referer)])
            .await;
        assert_eq!(answer.location(), "/", "{referer}");
    }
    assert!(ann.is_signed_in().await);
}
