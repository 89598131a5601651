//! Headers and cookies that keep browsers safe.

use std::collections::HashSet;

use reqwest::{Method, StatusCode};

use crate::support::{Answer, App, People, Person, RING, email_of};

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
    let first = app.browser().post(RING, &[]).await;
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
async fn two_apps_on_one_host_tell_their_cookies_apart() {
    let pizza = App::with(&[("APP_ENV", "development"), ("COOKIE_PREFIX", "pizza-")]).await;
    let pasta = App::with(&[("APP_ENV", "development"), ("COOKIE_PREFIX", "pasta_")]).await;
    // Browsers send cookies to every port of a host.
    let browser = pizza.browser();
    let at_pasta = browser.at(&pasta.url);
    let mut names = HashSet::new();
    for (app, prefix) in [(&browser, "pizza-"), (&at_pasta, "pasta_")] {
        let mut answers = vec![app.get("/").await, app.post("/card", &[]).await];
        answers.push(app.sign_up("Ann").await);
        answers.push(app.post("/opt-out", &[("opt_out", "true")]).await);
        app.post("/opt-out", &[("opt_out", "false")]).await;
        for cookie in answers.iter().flat_map(Answer::cookies) {
            let name = cookie.name().strip_prefix(prefix);
            let name = name.unwrap_or_else(|| panic!("{prefix} begins {cookie}"));
            names.insert(name.split('-').next().unwrap().to_owned());
        }
    }
    let expected = [
        "captured",
        "first_touch",
        "flash",
        "opt_out",
        "session",
        "visitor",
    ];
    assert_eq!(names, HashSet::from(expected.map(str::to_owned)));
    assert!(browser.is_signed_in().await && at_pasta.is_signed_in().await);

    browser.log_out().await;
    assert!(
        at_pasta.is_signed_in().await,
        "a log-out at one leaves the session at the other"
    );
    let secure = App::with(&[
        ("APP_URL", "https://example.com"),
        ("COOKIE_PREFIX", "pizza-"),
    ])
    .await;
    let cookies = secure.sign_up("Ann").await;
    assert!(cookies.cookie("__Host-pizza-session").is_some());
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
        let answer = ann.post(RING, &[]).await;
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
async fn a_sibling_subdomain_cannot_plant_a_cookie() {
    let app = App::with(&[("APP_URL", "https://example.com")]).await;
    let eve = app.sign_up("Eve").await;
    let eves_session = eve.cookie("__Host-session").unwrap();
    let visitor = app.browser();
    visitor.get("/").await;
    let eves_visitor = visitor.cookie("__Host-visitor").unwrap();
    let ann = app.sign_up("Ann").await;
    let anns_session = ann.cookie("__Host-session").unwrap();

    // Browsers reserve the prefix `__Host-` for this host. A sibling host can set the names below,
    // and some parsers have confused them with the prefix.
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
async fn a_forged_cookie_beside_a_real_one_of_the_same_name_is_ignored() {
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
