//! Headers, cookies, and requests from elsewhere.

use std::collections::HashSet;

use hoglet_web::routes;
use reqwest::{Method, StatusCode};

use crate::support::{Answer, App, PASSWORD, email_of};

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let paths = [
        "/",
        "/card",
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
        let opener = answer.header("cross-origin-opener-policy");
        assert_eq!(opener, "same-origin", "{path}");
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
        let scripts = policy
            .split("; ")
            .find(|part| part.starts_with("script-src"));
        let (_, sources) = scripts.unwrap().split_once(' ').unwrap();
        assert!(
            sources.starts_with("'nonce-") && !sources.contains(' '),
            "scripts run by nonce alone: {policy}"
        );
    }
}

#[tokio::test]
async fn every_page_has_a_nonce_of_its_own_and_nothing_inline() {
    let app = App::with(&[("APP_ENV", "development")]).await;
    let ann = app.sign_up("Ann").await;
    let visitor = app.browser();
    let wrong = [("email", "ann@example.com"), ("password", "wrong")];
    let mut pages = vec![
        visitor.post("/login", &wrong).await,
        visitor.post("/signup", &wrong).await,
        visitor.get_with("/", &[("sec-gpc", "1")]).await,
        ann.post("/card", &[("name", "")]).await,
    ];
    for path in ["/", "/signup", "/bell", "/nowhere"] {
        pages.push(visitor.get(path).await);
    }
    for path in ["/lounge", "/lounge", "/card", "/nowhere"] {
        pages.push(ann.get(path).await);
    }
    let mut nonces = HashSet::new();
    for page in pages {
        let policy = page.header("content-security-policy").to_owned();
        let (_, rest) = policy.split_once("'nonce-").unwrap();
        let (nonce, _) = rest.split_once('\'').unwrap();
        let text = page.text();
        assert_eq!(
            text.matches("<script").count(),
            text.matches(&format!("nonce=\"{nonce}\"")).count(),
            "{text}"
        );
        let attributes = text.split_whitespace().filter(|word| word.contains('='));
        for attribute in attributes {
            let inline = attribute.starts_with("on") || attribute.starts_with("style=");
            assert!(!inline, "{attribute}: {text}");
        }
        for inline in ["<style", "javascript:"] {
            assert!(!text.contains(inline), "{inline}: {text}");
        }
        assert!(nonces.insert(nonce.to_owned()), "{nonce} was used before");
    }
}

#[tokio::test]
async fn pages_and_answers_with_cookies_are_never_stored() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for path in ["/", "/signup", "/bell", "/nowhere"] {
        let answer = app.browser().get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    for path in ["/lounge", "/card", "/nowhere"] {
        let answer = ann.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let first = app.browser().post("/api/bell", &[]).await;
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
    let expected = [
        "__Host-visitor",
        "__Host-first_touch",
        "__Host-session",
        "__Host-opt_out",
    ];
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
    assert_eq!(names, ["visitor", "first_touch", "session"].into());
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
        (&[("sec-fetch-site", "cross-site")][..], "/card"),
        (&[("sec-fetch-site", "same-site")], "/card"),
        (&[("origin", "https://evil.example")], "/card"),
        (&[("origin", "null")], "/logout"),
        (&[("sec-fetch-site", "cross-site")], "/api/bell"),
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
    assert!(ann.get("/card").await.text().contains(">Ann</h1>"));
    assert!(app.events_named("bell_rung").await.is_empty());
}

#[tokio::test]
async fn no_route_at_all_carries_out_what_another_site_asks() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let tables = [routes::pages().table, routes::plain().table];
    let mut paths: Vec<_> = tables.concat().into_iter().map(|(_, path)| path).collect();
    paths.extend(["/relay/e/", "/nowhere", "/logout/"]);
    assert!(paths.len() > 12);
    for path in paths {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let request = ann
                .request(method.clone(), path)
                .header("sec-fetch-site", "cross-site");
            let answer = ann.send(request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
    assert!(ann.is_signed_in().await);
    assert!(app.posthog.passed().is_empty());
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
        let answer = ann.post_with("/card", &[("name", "Ann")], headers).await;
        assert_eq!(answer.location(), "/card", "{headers:?}");
    }
    let link = [("sec-fetch-site", "cross-site")];
    assert_eq!(ann.get_with("/card", &link).await.status, StatusCode::OK);
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
        .request(Method::OPTIONS, "/api/bell")
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
    let answer = ann.post_with("/api/bell", &[], &headers).await;
    assert_eq!(answer.json()["count"], 1);
    assert_eq!(answer.header("access-control-allow-origin"), front);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    let event = app.event("bell_rung").await;
    assert_eq!(event["$session_id"], "the-front-ends");
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
}

#[tokio::test]
async fn nobody_else_may_and_pages_are_not_the_api() {
    let app = App::with(&[("ALLOWED_ORIGINS", "https://front.example")]).await;
    let ann = app.sign_up("Ann").await;
    for (origin, path) in [
        ("https://evil.example", "/api/bell"),
        (
            "https://front.example.evil.example",
            "/api/bell",
        ),
        ("http://front.example", "/api/bell"),
    ] {
        let answer = ann.post_with(path, &[], &[("origin", origin)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
    // It may call the API; it posts no forms, and logs nobody out.
    let front = [("origin", "https://front.example")];
    for path in ["/logout", "/card", "/login", "/opt-out"] {
        let answer = ann.post_with(path, &[("name", "Eve")], &front).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(ann.is_signed_in().await);
    let answer = ann.post_with("/api/bell", &[], &front).await;
    assert_eq!(answer.status, StatusCode::OK);
    let page = ann
        .get_with("/card", &[("origin", "https://front.example")])
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
        let answer = ann.post("/api/bell", &[]).await;
        assert_eq!(
            answer.headers.contains_key("x-captured"),
            shown,
            "{environment}"
        );
        let page = ann.get("/card").await.text();
        assert_eq!(page.contains("Just captured"), shown, "{environment}");
        assert_eq!(page.contains("<code>card_viewed</code>"), shown);
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
    let moved = app.browser().get_with("/bell?a=1", &http).await;
    assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(moved.header("location"), "https://example.com/bell?a=1");
    assert!(moved.cookies().is_empty(), "none travels in the clear");

    for (path, headers) in [("/bell", https), ("/livez", http), ("/readyz", http)] {
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
    let begin = "POST /login HTTP/1.1\r\nHost: app\r\n";
    let twice = format!("{begin}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab");
    let encoded = format!("{begin}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n");
    for nonsense in [
        twice.as_bytes(),
        encoded.as_bytes(),
        b"GET / HTTP/1.1\r\nHost : app\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: app\r\n folded\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: app\r\nX-PostHog-Session-Id: a\x01b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: app\r\nCookie: session=a\x00b\r\n\r\n",
        b"GET /\xff\xfe HTTP/9.9\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: app\r\nContent-Length: -1\r\n\r\n",
    ] {
        let answer = app.answer_to(nonsense).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{nonsense:?}: {answer}");
        // These come from below the app, and bear no name and no version either.
        assert!(!answer.to_lowercase().contains("server:"), "{answer}");
    }
    assert_eq!(app.browser().get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_second_request_hidden_in_the_first_is_not_answered() {
    let app = App::start().await;
    let hidden = "GET /livez HTTP/1.1\r\nHost: app\r\n\r\n";
    // A proxy in front that heeds the length takes all of it for one body.
    let length = hidden.len() + 5;
    let answer = app
        .answer_to(format!(
            "POST /logout HTTP/1.1\r\nHost: app\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        ))
        .await;

    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}

#[tokio::test]
async fn headers_have_bounds() {
    let app = App::start().await;
    let begin = "GET / HTTP/1.1\r\nHost: app\r\n";
    let many = "X-Header: y\r\n".repeat(1000);
    let large = format!("X-Header: {}\r\n", "y".repeat(1_000_000));
    for headers in [many, large] {
        let answer = app.answer_to(format!("{begin}{headers}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let path = "y".repeat(100_000);
    let answer = app.answer_to(format!("GET /{path} HTTP/1.1\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 414"), "{answer}");
    assert_eq!(app.browser().get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn methods_that_no_page_has_do_nothing() {
    let app = App::start().await;
    for request in [
        "TRACE / HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
        "CONNECT / HTTP/1.1",
        "BREW /burrito HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "PROPFIND /static/app.css HTTP/1.1",
    ] {
        let headers = "Host: app\r\nConnection: close\r\nCookie: echo=me\r\n\r\n";
        let answer = app.answer_to(format!("{request}\r\n{headers}")).await;
        let status = answer.split(' ').nth(1).unwrap();
        assert!(["404", "405"].contains(&status), "{request}: {answer}");
        assert!(!answer.contains("echo=me"), "{request}: {answer}");
    }
}

#[tokio::test]
async fn what_a_request_says_about_the_host_leads_nobody_there() {
    for url in ["https://example.com", ""] {
        let app = App::with(&[("APP_URL", url), ("TRUSTED_PROXIES", "127.0.0.1")]).await;
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
        app.browser()
            .get("/card?a=%0d%0aX-Injected:%20yes")
            .await,
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

#[tokio::test]
async fn a_sibling_subdomain_cannot_plant_a_cookie() {
    let app = App::with(&[("APP_URL", "https://example.com")]).await;
    let eve = app.sign_up("Eve").await;
    let eves_session = eve.cookie("__Host-session").unwrap();
    let visitor = app.browser();
    visitor.get("/").await;
    let eves_visitor = visitor.cookie("__Host-visitor").unwrap();
    let ann = app.sign_up("Ann").await;
    let anns_session = ann.cookie("__Host-session").unwrap();

    // Browsers keep the name for this host. These other names they take from a sibling, and parsers
    // have taken them for it.
    for planted in [
        "%5F%5FHost-",
        "%5f_Host%2D",
        "\u{2000}__Host-",
        "\u{a0}__Host-",
        "\u{3000}__Host-",
        "\u{feff}__Host-",
        "__host-",
        "__HOST-",
        "",
    ] {
        let session = format!("{planted}session={eves_session}");
        let visitor = format!("{planted}visitor={eves_visitor}");
        let answer = with_cookies(&app, "/card", &session).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{planted:?}");
        let own = format!("__Host-session={anns_session}; {session}");
        let answer = with_cookies(&app, "/card", &own).await;
        assert!(answer.text().contains(&email_of("Ann")), "{planted:?}");
        let answer = with_cookies(&app, "/", &visitor).await;
        let cookies = answer.cookies();
        let mut cookies = cookies.iter();
        let fresh = cookies.find(|cookie| cookie.name() == "__Host-visitor");
        let fresh = fresh.unwrap_or_else(|| panic!("{planted:?}"));
        assert_ne!(fresh.value(), eves_visitor);
    }
}

async fn with_cookies(app: &App, path: &str, cookies: &str) -> Answer {
    let browser = app.browser();
    let request = browser.request(Method::GET, path);
    browser
        .send(request.header("cookie", cookies.as_bytes()))
        .await
}

#[tokio::test]
async fn of_two_cookies_with_one_name_a_forged_one_is_worth_nothing() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let session = ann.cookie("session").unwrap();
    for cookies in [
        format!("session=forged; session={session}"),
        format!("session={session}; session=forged"),
        format!("session={session}x; session=; session"),
    ] {
        let answer = with_cookies(&app, "/card", &cookies).await;
        assert!(
            answer.status == StatusCode::SEE_OTHER || answer.text().contains(&email_of("Ann")),
            "{cookies}"
        );
    }
    let huge = format!("session={}; session={session}", "x".repeat(50_000));
    assert_eq!(with_cookies(&app, "/card", &huge).await.status, 200);
}
