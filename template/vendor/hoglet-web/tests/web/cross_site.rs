//! Requests that browsers send for other sites, and front ends that are allowed to send them.

use hoglet_web::app::all_routes;
use reqwest::{Method, StatusCode};

use crate::club::Club;
use crate::support::{App, People, Person, RING, email_of};

const EVIL: (&str, &str) = ("origin", "https://evil.example");
const CROSS_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");
const SAME_SITE: (&str, &str) = ("sec-fetch-site", "same-site");

#[tokio::test]
async fn a_post_from_another_site_is_refused_with_our_page() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    // Headers of browsers, including a sandboxed frame, and old browsers without Sec-Fetch-Site.
    for (headers, path) in [
        (&[CROSS_SITE, EVIL][..], "/card"),
        (
            &[SAME_SITE, ("origin", "https://other.example.com")],
            "/card",
        ),
        (&[CROSS_SITE, ("origin", "null")], "/logout"),
        (&[CROSS_SITE, EVIL], RING),
        (&[CROSS_SITE, EVIL], "/login"),
        (&[CROSS_SITE, EVIL], "/opt-out"),
        (&[EVIL], "/card"),
        (&[("origin", "null")], "/logout"),
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
    let mut paths: Vec<_> = all_routes::<Club>()
        .into_iter()
        .map(|route| route.path)
        .collect();
    paths.extend(["/relay/e/", "/nowhere", "/logout/"]);
    assert!(paths.len() > 12);
    for path in paths {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let request = ann
                .request(method.clone(), path)
                .header("sec-fetch-site", "cross-site")
                .header("origin", "https://evil.example");
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
        .request(Method::OPTIONS, RING)
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
    let answer = ann.post_with(RING, &[], &headers).await;
    assert_eq!(answer.json()["count"], 1);
    assert_eq!(answer.header("access-control-allow-origin"), front);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    let event = app.event("bell_rung").await;
    assert_eq!(event["$session_id"], "the-front-ends");
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
}

#[tokio::test]
async fn other_origins_are_refused_and_pages_are_not_the_api() {
    let app = App::with(&[("ALLOWED_ORIGINS", "https://front.example")]).await;
    let ann = app.sign_up("Ann").await;
    for origin in [
        "https://evil.example",
        "https://front.example.evil.example",
        "http://front.example",
        "null",
    ] {
        for headers in [&[("origin", origin)][..], &[("origin", origin), CROSS_SITE]] {
            let answer = ann.post_with(RING, &[], headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
            assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        }
    }
    // The front end may call the API, but it cannot post forms or log a user out.
    let front = [("origin", "https://front.example"), CROSS_SITE];
    for path in ["/logout", "/card", "/login", "/opt-out"] {
        let answer = ann.post_with(path, &[("name", "Eve")], &front).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(ann.is_signed_in().await);
    let answer = ann.post_with(RING, &[], &front).await;
    assert_eq!(answer.status, StatusCode::OK);
    let page = ann.get_with("/card", &front).await;
    assert_eq!(page.header("access-control-allow-origin"), "");
    assert!(page.text().contains(&email_of("Ann")));
}
