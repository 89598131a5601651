//! Headers, cookies, and requests from elsewhere.

use std::collections::HashSet;

use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{App, email_of};

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let paths = [
        "/",
        "/profile",
        "/nowhere",
        "/api/nowhere",
        "/livez",
        "/static/app.js",
        "/relay/e/",
    ];
    for path in paths {
        let answer = ann.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(
            answer.header("referrer-policy"),
            "strict-origin-when-cross-origin"
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "http: {path}"
        );
        for banner in ["server", "x-powered-by"] {
            assert_eq!(answer.header(banner), "", "{path}");
        }
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[tokio::test]
async fn every_page_has_a_nonce_of_its_own_and_no_inline_handlers() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let mut nonces = HashSet::new();
    for path in [
        "/dashboard",
        "/dashboard",
        "/profile",
        "/burrito",
        "/nowhere",
    ] {
        let page = ann.get(path).await;
        let policy = page.header("content-security-policy").to_owned();
        let (_, rest) = policy.split_once("'nonce-").unwrap();
        let (nonce, _) = rest.split_once('\'').unwrap();
        let text = page.text();
        assert_eq!(
            text.matches("<script").count(),
            text.matches(&format!("nonce=\"{nonce}\"")).count(),
            "{path}"
        );
        for inline in [
            " onclick=",
            " onsubmit=",
            " onload=",
            " style=",
            "javascript:",
        ] {
            assert!(!text.contains(inline), "{path}: {inline}");
        }
        assert!(nonces.insert(nonce.to_owned()), "{nonce} was used before");
    }
}

#[tokio::test]
async fn pages_and_answers_with_cookies_are_never_stored() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for path in ["/", "/signup", "/burrito", "/nowhere"] {
        let answer = app.browser().get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    for path in ["/dashboard", "/profile", "/nowhere"] {
        let answer = ann.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let first = app.browser().post("/api/burrito/consider", &[]).await;
    assert!(!first.cookies().is_empty());
    assert_eq!(first.header("cache-control"), "no-store");
    let redirect = app.browser().get("/login").await;
    assert_eq!(redirect.header("cache-control"), "no-store");
}

#[tokio::test]
async fn on_https_cookies_belong_to_this_host_alone() {
    let app = App::with(&[
        ("APP_URL", "https://example.com"),
        ("APP_ENV", "production"),
    ])
    .await;
    let browser = app.browser();
    let mut cookies = browser.get("/").await.cookies();
    cookies.extend(browser.sign_up("Ann").await.cookies());
    cookies.extend(
        browser
            .post("/opt-out", &[("opt_out", "true")])
            .await
            .cookies(),
    );
    let names: HashSet<_> = cookies.iter().map(|cookie| cookie.name()).collect();
    let expected = ["__Host-visitor", "__Host-session", "__Host-opt_out"];
    assert_eq!(names, expected.into());
    for cookie in &cookies {
        assert_eq!(cookie.secure(), Some(true), "{cookie}");
        assert_eq!(cookie.http_only(), Some(true), "{cookie}");
        assert_eq!(cookie.path(), Some("/"), "{cookie}");
        assert_eq!(cookie.domain(), None, "{cookie}");
        assert_eq!(cookie.same_site(), Some(cookie::SameSite::Lax), "{cookie}");
    }
    let hsts = browser.get("/livez").await;
    assert!(
        hsts.header("strict-transport-security")
            .starts_with("max-age=63072000")
    );
}

#[tokio::test]
async fn on_http_they_are_plain() {
    let app = App::start().await;
    let browser = app.browser();
    let mut cookies = browser.sign_up("Ann").await.cookies();
    cookies.extend(app.browser().get("/").await.cookies());
    let names: HashSet<_> = cookies.iter().map(|cookie| cookie.name()).collect();
    assert_eq!(names, ["visitor", "session"].into());
    for cookie in cookies {
        assert_ne!(cookie.secure(), Some(true), "{cookie}");
        assert_eq!(cookie.http_only(), Some(true), "{cookie}");
    }
}

#[tokio::test]
async fn a_post_from_another_site_is_refused_with_our_page() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for (headers, path) in [
        (&[("sec-fetch-site", "cross-site")][..], "/profile"),
        (&[("sec-fetch-site", "same-site")], "/profile"),
        (&[("origin", "https://evil.example")], "/profile"),
        (&[("origin", "null")], "/logout"),
        (&[("sec-fetch-site", "cross-site")], "/api/burrito/consider"),
        (&[("sec-fetch-site", "cross-site")], "/login"),
        (&[("sec-fetch-site", "cross-site")], "/opt-out"),
    ] {
        let answer = ann.post_with(path, &[("name", "Eve")], headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?} {path}");
        assert!(answer.text().contains("came from another site"));
        assert!(answer.headers.contains_key("x-request-id"));
        let json = answer.header("content-type") == "application/json";
        assert_eq!(json, path.starts_with("/api/"));
    }
    assert!(ann.get("/profile").await.text().contains("<h1>Ann</h1>"));
    assert!(app.events_named("burrito_considered").await.is_empty());
}

#[tokio::test]
async fn our_own_forms_and_clients_without_browser_headers_pass() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let own = app.url.clone();
    for headers in [
        &[][..],
        &[("sec-fetch-site", "same-origin"), ("origin", &own)],
        &[("sec-fetch-site", "none")],
        &[("origin", &own)],
    ] {
        let answer = ann.post_with("/profile", &[("name", "Ann")], headers).await;
        assert_eq!(answer.location(), "/profile", "{headers:?}");
    }
    let link = [("sec-fetch-site", "cross-site")];
    assert_eq!(ann.get_with("/profile", &link).await.status, StatusCode::OK);
}

#[tokio::test]
async fn behind_a_proxy_the_public_origin_is_our_own() {
    let app = App::with(&[("APP_URL", "https://example.com")]).await;
    let headers = [
        ("origin", "https://example.com"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = app.browser().post_with("/logout", &[], &headers).await;
    assert_eq!(answer.location(), "/");
    let headers = [("origin", "https://example.com")];
    let answer = app.browser().post_with("/logout", &[], &headers).await;
    assert_eq!(answer.location(), "/");
}

#[tokio::test]
async fn a_front_end_elsewhere_may_call_the_api() {
    let front = "https://front.example";
    let app = App::with(&[(
        "ALLOWED_ORIGINS",
        "https://front.example, https://b.example",
    )])
    .await;
    let ann = app.sign_up("Ann").await;

    let preflight = ann
        .request(Method::OPTIONS, "/api/burrito/consider")
        .header("origin", front)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "x-posthog-distinct-id,x-posthog-session-id,content-type",
        );
    let preflight = ann.send(preflight).await;
    assert!(preflight.status.is_success(), "{}", preflight.status);
    assert_eq!(preflight.header("access-control-allow-origin"), front);
    assert_eq!(preflight.header("access-control-allow-credentials"), "true");
    let allowed = preflight.header("access-control-allow-headers");
    assert!(allowed.contains("x-posthog-distinct-id") && allowed.contains("x-posthog-session-id"));

    let headers = [
        ("origin", front),
        ("sec-fetch-site", "cross-site"),
        ("x-posthog-session-id", "the-front-ends"),
    ];
    let answer = ann.post_with("/api/burrito/consider", &[], &headers).await;
    assert_eq!(answer.json()["count"], 1);
    assert_eq!(answer.header("access-control-allow-origin"), front);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    let event = app.event("burrito_considered").await;
    assert_eq!(event["$session_id"], "the-front-ends");
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
}

#[tokio::test]
async fn nobody_else_may_and_pages_are_not_the_api() {
    let app = App::with(&[("ALLOWED_ORIGINS", "https://front.example")]).await;
    let ann = app.sign_up("Ann").await;
    for (origin, path) in [
        ("https://evil.example", "/api/burrito/consider"),
        (
            "https://front.example.evil.example",
            "/api/burrito/consider",
        ),
        ("http://front.example", "/api/burrito/consider"),
    ] {
        let answer = ann.post_with(path, &[], &[("origin", origin)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
    let page = ann
        .get_with("/profile", &[("origin", "https://front.example")])
        .await;
    assert_eq!(page.header("access-control-allow-origin"), "");
    assert!(page.text().contains(&email_of("Ann")));
}

#[tokio::test]
async fn the_development_panel_stays_in_development() {
    for (environment, shown) in [
        ("development", true),
        ("test", false),
        ("production", false),
    ] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        let ann = app.sign_up("Ann").await;
        let answer = ann.post("/api/burrito/consider", &[]).await;
        assert_eq!(
            answer.headers.contains_key("x-captured"),
            shown,
            "{environment}"
        );
        let page = ann.get("/profile").await.text();
        assert_eq!(page.contains("Just captured"), shown, "{environment}");
        assert_eq!(page.contains("<code>profile_viewed</code>"), shown);
    }
}

#[tokio::test]
async fn a_page_asked_for_over_plain_http_moves_to_https() {
    let app = App::with(&[
        ("APP_URL", "https://example.com"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ])
    .await;
    let http = [("x-forwarded-proto", "http")];
    let https = [("x-forwarded-proto", "https")];
    let moved = app.browser().get_with("/burrito?a=1", &http).await;
    assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(moved.header("location"), "https://example.com/burrito?a=1");
    assert!(moved.cookies().is_empty(), "none travels in the clear");

    for (path, headers) in [("/burrito", https), ("/livez", http), ("/readyz", http)] {
        let answer = app.browser().get_with(path, &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    let form = app.browser().post_with("/logout", &[], &http).await;
    assert_eq!(form.location(), "/");
}

#[tokio::test]
async fn a_client_cannot_say_by_itself_how_it_came() {
    let app = App::with(&[("APP_URL", "https://example.com")]).await;
    let answer = app
        .browser()
        .get_with("/", &[("x-forwarded-proto", "http")])
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_the_app_lives_on() {
    let app = App::start().await;
    let address = &app.url["http://".len()..];
    for nonsense in [
        &b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\nHost: app\r\nX-PostHog-Session-Id: a\x01b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: app\r\nCookie: session=a\x00b\r\n\r\n",
        b"GET /\xff\xfe HTTP/9.9\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: app\r\nContent-Length: -1\r\n\r\n",
    ] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(nonsense).await.unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 400"), "{nonsense:?}");
    }
    assert_eq!(app.browser().get("/").await.status, StatusCode::OK);
}
