//! A path with a token appears in no log, event or page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hoglet_web::database;
use hoglet_web::email::Email;
use hoglet_web::settings::Secret;
use hoglet_web::testing::{Process, Signal};
use hoglet_web::tokens::Key;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::club::member;
use crate::club::pass::PASS;
use crate::club::program::BINARY;
use crate::support::{Answer, App, Browser, People, Person, email_of};

/// The whole answer, with its headers.
fn shown(answer: &Answer) -> String {
    format!("{:?}\n{}", answer.headers, answer.text())
}

/// The first touch, which is encoded in a cookie.
fn first_touch(browser: &Browser) -> String {
    let cookie = browser.cookie("first_touch").unwrap_or_default();
    let value = cookie.get(44..).unwrap_or_default();
    String::from_utf8(URL_SAFE_NO_PAD.decode(value).unwrap()).unwrap()
}

#[tokio::test]
async fn no_log_page_or_event_contains_the_token_of_a_link() {
    for environment in ["development", "production"] {
        let variables = [
            ("APP_ENV", environment),
            // This includes the logs of libraries.
            ("RUST_LOG", "trace"),
            (
                "LOG_FORMAT",
                if environment == "development" {
                    "pretty"
                } else {
                    "json"
                },
            ),
            ("SHUTDOWN_TIMEOUT_SECONDS", "5"),
        ];
        let mut process = Process::start(*BINARY, &variables).await;
        process.browser().sign_up("Ann").await;
        let database = database::connect(&process.database_url()).await.unwrap();
        let email = Email::normalized(&email_of("Ann"));
        let ann = member::find(&database, &email).await.unwrap().unwrap();
        let key = Key::new(&Secret::new("any".into()));
        let issued = PASS.issue(&key, &database, ann.id, ann.id, &email).await;
        let token = issued.unwrap().unwrap().token.reveal();

        let browser = process.browser();
        let elsewhere = format!("https://mail.example/read/pass/{token}?from=inbox");
        let first = format!("/pass/{token}?utm_source=mail");
        let mut answers = vec![browser.get_with(&first, &[("referer", &elsewhere)]).await];
        assert_eq!(answers[0].status, StatusCode::OK);
        let mut touched = vec![first_touch(&browser)];
        let encoded: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in [
            format!("/pass/{token}/"),
            format!("//pass//{token}"),
            format!("/pass/{token}/below?x=1"),
            format!("/members/pass/{token}"),
            format!("/pass%2F{token}"),
            format!("/Pass/{token}"),
            format!("/mail/pass/{token}"),
            format!("/pass/{encoded}"),
            format!("/passes/{token}"),
            format!("/pass/{token}?how=error"),
            format!("/pass/{token}?how=by+hand"),
            format!("/pass/{token}?back=https://club.example/x"),
            format!("/pass/{token}?how=panic"),
        ] {
            let fresh = process.browser();
            answers.push(fresh.get_with(&path, &[("referer", &elsewhere)]).await);
            touched.push(first_touch(&fresh));
            answers.push(browser.get(&path).await);
            for method in [Method::HEAD, Method::PUT, Method::OPTIONS] {
                answers.push(browser.send(browser.request(method, &path)).await);
            }
        }
        for answer in &answers {
            let shown = shown(answer);
            assert!(!shown.contains(&token), "{shown}");
        }
        // The app itself never links to these.
        for path in [
            format!("/login?next=%2Fpass%2F{token}"),
            format!("/card?next=/pass/{token}"),
            format!("/nothing?a=%2Fpass%2F{encoded}"),
        ] {
            let fresh = process.browser();
            fresh.get(&path).await;
            touched.push(first_touch(&fresh));
        }

        let memory = json!({ "$initial_person_info": {
            "u": format!("{}/pass/{token}?utm_source=mail", process.url),
            "r": elsewhere,
        }});
        let memory: String = form_urlencoded::byte_serialize(memory.to_string().as_bytes())
            .collect::<String>()
            .replace('+', "%20");
        browser.set_cookie("ph_phc_test_posthog", &memory);
        let entered = browser.post(&format!("/pass/{token}"), &[]).await;
        assert_eq!(entered.location(), "/lounge");
        assert!(!shown(&entered).contains(&token));
        let after = browser.get("/lounge").await;
        assert!(!shown(&after).contains(&token));
        touched.push(first_touch(&browser));

        let log = process.end(Signal::Terminate).await.log;
        let told = [
            format!("{:#?}", process.posthog.events()),
            format!("{:#?}", process.posthog.flag_requests()),
            format!("{:#?}", process.posthog.passed()),
            touched.join("\n"),
            log,
        ];
        let events = process.posthog.events();
        let named = |name: &str| events.iter().filter(|event| event.name == name).count();
        assert!(
            named("pass_viewed") > 5 && named("$exception") > 2,
            "{events:#?}"
        );
        assert!(told[0].contains("/pass/***"));
        assert!(told[3].contains("/pass/***"));
        assert!(told[4].contains("/pass/***"));
        for told in told {
            for secret in [&token, &encoded, &token[..30]] {
                let line = told.lines().find(|line| line.contains(secret));
                assert_eq!(line, None, "{environment}");
            }
        }
    }
}

#[tokio::test]
async fn events_are_captured_there_with_a_mask_and_nothing_of_it_is_kept() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let answer = browser.get("/pass/hunter2?a=1").await;
    assert_eq!(answer.header("referrer-policy"), "strict-origin");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.posthog_config().is_none());
    assert!(!answer.text().contains("posthog.js"));

    let viewed = app.event("pass_viewed").await;
    let url = format!("{}/pass/***?a=1", app.url);
    assert_eq!(viewed["$current_url"], url);
    assert_eq!(viewed["$pathname"], "/pass/***");
    assert_eq!(viewed["$request_path"], "/pass/***");

    for path in ["/pass/hunter2/x", "/members/pass/hunter2", "/pass/hunter2/"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("referrer-policy"), "strict-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(answer.posthog_config().is_none(), "{path}");
    }
    let turned_away = browser.get("/members/pass/hunter2").await;
    assert_eq!(turned_away.location(), "/login");
    let answer = browser.get("/bell").await;
    assert!(answer.posthog_config().is_some());
    assert_eq!(
        answer.header("referrer-policy"),
        "strict-origin-when-cross-origin"
    );
}

#[tokio::test]
async fn a_link_that_is_opened_over_plain_http_arrives_all_the_same() {
    let variables = [
        ("APP_URL", "https://club.example"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let app = App::with(&variables).await;
    let plain = [("x-forwarded-proto", "http")];
    let answer = app.browser().get_with("/pass/hunter2?a=1", &plain).await;
    assert_eq!(
        answer.header("location"),
        "https://club.example/pass/hunter2?a=1"
    );
    assert_eq!(answer.header("referrer-policy"), "strict-origin");
}

#[tokio::test]
async fn the_form_of_a_page_with_a_token_arrives_and_another_sites_does_not() {
    let app = App::start().await;
    // Browsers send no `Sec-Fetch-Site` over plain HTTP, and old browsers never send it.
    let post = async |headers: &[(&str, &str)]| {
        let path = "/pass/hunter2";
        app.browser().post_with(path, &[], headers).await
    };
    for own in [
        &[("origin", &*app.url)][..],
        &[("origin", &app.url), ("sec-fetch-site", "same-origin")],
        // The page was opened under an earlier referrer policy.
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
    ] {
        assert_eq!(post(own).await.status, StatusCode::GONE, "{own:?}");
    }
    for foreign in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
    ] {
        let answer = post(foreign).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{foreign:?}");
        assert_eq!(answer.header("referrer-policy"), "strict-origin");
    }
}
