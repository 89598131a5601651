//! The context: properties that every event of a request carries.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::support::{App, Event, PASSWORD, People, Person, RING};

#[tokio::test]
async fn an_event_knows_its_request() {
    let app = App::with(&[("APP_URL", "https://example.com")]).await;
    let browser = app.browser();
    let headers = [
        ("user-agent", "Tests/1.0"),
        ("x-posthog-session-id", "0190-session"),
    ];
    let path = format!("{RING}?utm_source=a%20b&x=%C3%A9");
    browser.post_with(&path, &[], &headers).await;

    let event = app.event("bell_rung").await;
    assert_eq!(event["$session_id"], "0190-session");
    assert_eq!(event["$current_url"], format!("https://example.com{path}"));
    assert_eq!(event["$host"], "example.com");
    assert_eq!(event["$pathname"], RING);
    assert_eq!(event["$request_method"], "POST");
    assert_eq!(event["$request_path"], RING);
    assert_eq!(event["$ip"], "127.0.0.1");
    assert_eq!(event["$user_agent"], "Tests/1.0");
    assert_eq!(event["$raw_user_agent"], "Tests/1.0");
    assert_eq!(event["$lib"], "posthog-rs");
}

#[tokio::test]
async fn every_event_of_sign_up_knows_it_too() {
    let app = App::start().await;
    let browser = app.browser();
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let headers = [("x-posthog-session-id", "s"), ("user-agent", "Tests/1.0")];
    browser.post_with("/signup", &form, &headers).await;

    let events = app.events().await;
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["$identify", "member_joined"]);
    for event in &events {
        assert_eq!(event["$session_id"], "s", "{}", event.name);
        assert_eq!(event["$current_url"], format!("{}/signup", app.url));
        assert_eq!(event["$host"], app.url["http://".len()..], "with the port");
        assert_eq!(event["$pathname"], "/signup");
        assert_eq!(event["$request_method"], "POST");
        assert_eq!(event["$request_path"], "/signup");
        assert_eq!(event["$ip"], "127.0.0.1");
        assert_eq!(event["$user_agent"], "Tests/1.0");
    }
}

#[tokio::test]
async fn an_address_is_bounded() {
    let app = App::start().await;
    let long = "x".repeat(30_000);
    let browser = app.browser();
    browser.post(&format!("{RING}?{long}"), &[]).await;
    browser
        .post("/login", &[("email", "nobody@example.com")])
        .await;
    browser.sign_up("Ann").await;
    browser
        .post(&format!("/api/break?{long}"), &[("how", "panic")])
        .await;

    let events = app.events().await;
    let considered = &events[0]["$current_url"].as_str().unwrap();
    assert_eq!(considered.len(), 2000);
    assert!(considered.starts_with(&format!("{}{RING}?xxx", app.url)));
    assert!(events.iter().any(|event| event.name == "$exception"));
    for event in &events {
        for (name, value) in &event.properties {
            assert!(
                value.as_str().is_none_or(|text| text.len() <= 2000),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn an_address_tells_no_secret() {
    let app = App::with(&[("APP_URL", "https://example.com")]).await;
    for (sent, told) in [
        ("?a=1&token=hunter2&b=2", "?a=1&token=redacted&b=2"),
        ("?Access_Token=hunter2", "?Access_Token=redacted"),
        (
            "?%74oken=hunter2&token=hunter2",
            "?%74oken=redacted&token=redacted",
        ),
        (
            "?api_key=hunter2?hunter2;hunter2=hunter2",
            "?api_key=redacted",
        ),
        (
            "?user%5Bpassword%5D=hunter2",
            "?user%5Bpassword%5D=redacted",
        ),
        (
            "?resetCode=hunter2&apikey=",
            "?resetCode=redacted&apikey=redacted",
        ),
        ("?X-Amz-Signature=hunter2", "?X-Amz-Signature=redacted"),
        (
            "?next=%2Freset%3Ftoken%3Dhunter2%26a%3D+1",
            "?next=%2Freset%3Ftoken%3Dredacted%26a%3D+1",
        ),
        (
            "?q=token&keyword=a+b%20c&codec=x&token",
            "?q=token&keyword=a+b%20c&codec=x&token",
        ),
    ] {
        let browser = app.browser();
        browser.post(&format!("{RING}{sent}"), &[]).await;
        let event = app.events_named("bell_rung").await.pop().unwrap();
        assert_eq!(
            event["$current_url"],
            format!("https://example.com{RING}{told}")
        );
        assert!(!format!("{event:?}").contains("hunter2"), "{sent}");
    }
}

#[tokio::test]
async fn the_session_id_comes_from_posthog_js_own_cookie_without_a_header() {
    let app = App::start().await;
    let minute = 60_000;
    for (last_activity, session, known) in [
        (now() - minute, SESSION, true),
        (now() - 29 * minute, SESSION, true),
        (now() - 31 * minute, SESSION, false),
        (now() - minute, "no UUID", false),
        (i64::MIN, SESSION, false),
    ] {
        let stored = json!({ "distinct_id": "x", "$sesid": [last_activity, session, 0] });
        let event = considered_with_cookie(&app, &stored.to_string()).await;
        let expected = if known { json!(SESSION) } else { Value::Null };
        assert_eq!(event["$session_id"], expected, "{stored}");
    }
    for nonsense in ["", "{", "[]", "null", r#"{"$sesid":7}"#] {
        let event = considered_with_cookie(&app, nonsense).await;
        assert!(event["$session_id"].is_null(), "{nonsense}");
    }
}

const SESSION: &str = "01913b6d-9d30-7a5b-8c1e-2f3a4b5c6d7e";

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp() * 1000
}

async fn considered_with_cookie(app: &App, stored: &str) -> Event {
    let encoded: String = form_urlencoded::byte_serialize(stored.as_bytes()).collect();
    let browser = app.browser();
    browser.set_cookie("ph_phc_test_posthog", &encoded.replace('+', "%20"));
    browser.post(RING, &[]).await;
    app.events_named("bell_rung").await.pop().unwrap()
}

#[tokio::test]
async fn the_header_wins_over_the_cookie() {
    let app = App::start().await;
    let stored = json!({ "$sesid": [now(), SESSION, 0] }).to_string();
    let browser = app.browser();
    let encoded: String = form_urlencoded::byte_serialize(stored.as_bytes()).collect();
    browser.set_cookie("ph_phc_test_posthog", &encoded);
    let header = [("x-posthog-session-id", "from the header")];
    browser.post_with(RING, &[], &header).await;

    let event = app.event("bell_rung").await;
    assert_eq!(event["$session_id"], "from the header");
}

#[tokio::test]
async fn headers_are_cleaned_and_cut() {
    let app = App::start().await;
    // A request sends this twice, and its headers may have 64 KiB.
    let long = "é".repeat(10_000);
    for (sent, known) in [
        ("  spaces \t ".as_bytes(), json!("spaces")),
        ("a\tb\u{85}c".as_bytes(), json!("abc")),
        ("zoë".as_bytes(), json!("zoë")),
        (long.as_bytes(), json!("é".repeat(1000))),
        (b" \t ", Value::Null),
        ("\u{80}\u{9f}".as_bytes(), Value::Null),
        (b"not utf-8: \xff", Value::Null),
    ] {
        let browser = app.browser();
        let request = browser
            .request(Method::POST, RING)
            .header("x-posthog-session-id", sent)
            .header("user-agent", sent);
        assert_eq!(browser.send(request).await.status, 200);
        let event = app.events_named("bell_rung").await.pop().unwrap();
        assert_eq!(event["$session_id"], known);
        assert_eq!(event["$raw_user_agent"], known);
    }
}

#[tokio::test]
async fn a_path_is_cut() {
    let app = App::start().await;
    let path = format!("{RING}{}", "/".repeat(50_000));
    assert_eq!(app.browser().post(&path, &[]).await.status, 200);

    let event = app.event("bell_rung").await;
    assert_eq!(event["$request_path"], path[..2000]);
}

#[tokio::test]
async fn every_event_knows_its_release_and_where_that_runs() {
    for environment in ["development", "test", "production"] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        app.posthog.set_flag("new-lounge", true, None);
        let ann = app.sign_up("Ann").await;
        ann.get("/lounge").await;
        ann.post("/card", &[("name", "Ann Lee")]).await;
        ann.post("/api/vote", &[]).await;
        for how in ["by hand", "error", "panic"] {
            ann.post("/api/break", &[("how", how)]).await;
        }
        // This event belongs to no request.
        app.web
            .posthog
            .capture(posthog_rs::Event::new_anon("tidied_up"));

        let events = app.stop().await;
        let names: BTreeSet<_> = events.iter().map(|event| event.name.as_str()).collect();
        for name in [
            "$exception",
            "$feature_flag_called",
            "$groupidentify",
            "$identify",
        ] {
            assert!(names.contains(name), "{name} in {names:?}");
        }
        for event in &events {
            assert_eq!(event["environment"], environment, "{}", event.name);
            let release = event["release"].as_str().unwrap();
            assert!(release.starts_with(env!("CARGO_PKG_VERSION")), "{release}");
        }
    }
}

#[tokio::test]
async fn people_of_development_are_no_customers() {
    for environment in ["development", "test", "production"] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        let ann = app.sign_up("Ann").await;
        ann.post("/card", &[("name", "Ann Lee")]).await;

        for name in ["$identify", "$set"] {
            let person = app.event(name).await["$set"].clone();
            let marked = person["$internal_or_test_user"] == true;
            assert_eq!(marked, environment == "development", "{name}: {person}");
        }
    }
}

#[tokio::test]
async fn the_address_is_seen_through_trusted_proxies_only() {
    for (trusted, forwarded, seen) in [
        ("", "192.0.2.7", "127.0.0.1"),
        ("127.0.0.0/8", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        // Only the addresses that trusted proxies wrote count. The client may have written the others.
        ("127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7"),
        (
            "127.0.0.1 10.0.0.0/8",
            "1.1.1.1, 192.0.2.7, 10.1.2.3",
            "192.0.2.7",
        ),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"),
    ] {
        let app = App::with(&[("TRUSTED_PROXIES", trusted)]).await;
        let header = [("x-forwarded-for", forwarded)];
        app.browser().post_with(RING, &[], &header).await;
        let event = app.event("bell_rung").await;
        assert_eq!(event["$ip"], seen, "{trusted:?} {forwarded:?}");
    }
}

#[tokio::test]
async fn email_and_name_stand_in_person_properties_only() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.get("/lounge").await;
    ann.post("/card", &[("name", "Ann Lee")]).await;
    ann.post("/api/vote", &[]).await;
    ann.log_out().await;
    ann.log_in("Ann").await;

    for event in app.stop().await {
        let mut properties = event.properties.clone();
        properties.remove("$set");
        let text = Value::from(properties).to_string();
        assert!(!text.contains("ann@example.com"), "{}: {text}", event.name);
        assert!(!text.contains("Ann"), "{}: {text}", event.name);
    }
}
