//! Who is who: visitors who become users, and never two people who become one.

use std::collections::{HashMap, HashSet};

use hoglet_web::posthog::visitor_link;
use hoglet_web::session::model as session;
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;
use tower_cookies::{Cookie, Cookies};
use uuid::Uuid;

use crate::support::{App, Browser, Event, PASSWORD, People, Person, RING};

// 1. Every visitor has an id.

#[tokio::test]
async fn a_visitor_gets_an_id_and_keeps_it() {
    let app = App::start().await;
    let browser = app.browser();
    let first = browser.get("/").await;
    let cookie = first
        .cookies()
        .into_iter()
        .find(|cookie| cookie.name() == "visitor")
        .unwrap();
    assert_eq!(cookie.http_only(), Some(true));
    assert_eq!(cookie.same_site(), Some(cookie::SameSite::Lax));
    assert_eq!(cookie.path(), Some("/"));
    assert_eq!(cookie.max_age(), Some(Duration::days(365)));
    let id: Uuid = browser.visitor_id().parse().unwrap();
    assert_eq!(id.get_version_num(), 7, "dated, so that it can grow old");

    assert!(browser.get("/bell").await.cookies().is_empty());
    browser.post(RING, &[]).await;
    let event = app.event("bell_rung").await;
    assert_eq!(event.distinct_id, id.to_string());
}

#[tokio::test]
async fn a_cookie_that_is_not_ours_counts_as_none() {
    let app = App::start().await;
    let known = app.browser();
    known.get("/").await;
    let signed = known.cookie("visitor").unwrap();
    let theirs = Uuid::new_v4().to_string();
    let mut swapped = signed[..44].to_owned();
    swapped.push_str(&theirs);

    for forged in [
        "",
        "x",
        &theirs,
        &swapped,
        &signed[..60],
        &signed.to_lowercase(),
    ] {
        let browser = app.browser();
        browser.set_cookie("visitor", forged);
        browser.get("/").await;
        assert_ne!(browser.visitor_id(), theirs, "{forged}");
        assert_ne!(browser.visitor_id(), known.visitor_id(), "{forged}");
    }
}

#[tokio::test]
async fn one_cookie_does_not_pass_for_another() {
    let app = App::start().await;
    let ours = &app.web.cookies;
    let id = Uuid::new_v4().to_string();
    let presented = Cookies::default();
    ours.session.set(&presented, id.clone());
    let signed = presented.get("session").unwrap().value().to_owned();
    presented.add(Cookie::new("visitor", signed));

    assert_eq!(ours.session.get(&presented), Some(id));
    assert_eq!(ours.visitor.get(&presented), None);
}

#[tokio::test]
async fn an_id_is_known_for_a_year() {
    let app = App::start().await;
    let of_before = Uuid::new_v4();
    for (id, known) in [
        (days_old(0), true),
        (days_old(364), true),
        (days_old(366), false),
        // Another machine's clock may be ahead, but not by days.
        (days_old(-2), false),
        // Without a date.
        (of_before, false),
    ] {
        let browser = app.browser();
        browser.set_cookie("visitor", &signed(&app, id));
        browser.get("/").await;
        assert_eq!(browser.visitor_id() == id.to_string(), known, "{id}");
        browser.post(RING, &[]).await;
        let event = app.events_named("bell_rung").await.pop().unwrap();
        assert_eq!(event.distinct_id == id.to_string(), known, "{id}");
    }
}

fn days_old(days: i64) -> Uuid {
    let made_at = OffsetDateTime::now_utc() - Duration::days(days);
    let milliseconds = u64::try_from(made_at.unix_timestamp()).unwrap() * 1000;
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &[7; 10]).into_uuid()
}

/// The visitor cookie that the app would have set.
fn signed(app: &App, id: Uuid) -> String {
    let cookies = Cookies::default();
    app.web.cookies.visitor.set(&cookies, id.to_string());
    cookies.get("visitor").unwrap().value().to_owned()
}

#[tokio::test]
async fn who_only_reads_leaves_no_row() {
    let app = App::start().await;
    let browser = app.browser();
    for path in ["/", "/signup", "/bell", "/lounge", "/nowhere"] {
        browser.get(path).await;
    }
    let database = &app.web.database;
    assert_eq!(session::Entity::find().count(database).await.unwrap(), 0);
    assert_eq!(
        visitor_link::Entity::find().count(database).await.unwrap(),
        0
    );
    assert_eq!(browser.cookie("session"), None);
}

#[tokio::test]
async fn assets_health_and_the_proxy_know_nobody() {
    let app = App::start().await;
    let paths = [
        "/livez",
        "/readyz",
        "/static/app.css",
        "/static/nowhere",
        "/relay/e/",
        "/relay/",
        "/relay",
    ];
    for path in paths {
        assert!(app.browser().get(path).await.cookies().is_empty(), "{path}");
    }
}

// 2. A user's distinct id is the user's UUID.

#[tokio::test]
async fn a_users_events_bear_the_users_uuid() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post(RING, &[]).await;

    let event = app.event("bell_rung").await;
    let id: Uuid = event.distinct_id.parse().unwrap();
    assert_eq!(id.to_string(), app.user_id("Ann").await);
}

// 3. Precedence.

#[tokio::test]
async fn a_header_names_a_client_without_cookies_and_nobody_else() {
    let app = App::start().await;
    let header = [("x-posthog-distinct-id", " front-end \u{e9} ")];
    let (visitor, ann) = (app.browser(), app.sign_up("Ann").await);
    visitor.get("/").await;

    for (browser, expected) in [
        (app.browser(), "front-end \u{e9}".to_owned()),
        (visitor.clone(), visitor.visitor_id()),
        (ann, app.user_id("Ann").await),
    ] {
        browser.post_with(RING, &[], &header).await;
        let event = app.events_named("bell_rung").await.pop().unwrap();
        assert_eq!(event.distinct_id, expected);
    }
}

#[tokio::test]
async fn an_id_that_posthog_refuses_counts_as_absent() {
    let app = App::start().await;
    for refused in [
        "anonymous",
        "Anonymous",
        "guest",
        "null",
        "None",
        "0",
        "true",
        "undefined",
        "",
        "  ",
        "\"null\"",
        "[object Object]",
        "NaN",
        "nil",
        "distinct_id",
        "\u{85}",
    ] {
        let browser = app.browser();
        let header = [("x-posthog-distinct-id", refused)];
        browser.post_with(RING, &[], &header).await;
        let event = app.events_named("bell_rung").await.pop().unwrap();
        assert_eq!(event.distinct_id, browser.visitor_id(), "{refused:?}");
    }
}

#[tokio::test]
async fn a_header_is_linked_to_nobody() {
    let app = App::start().await;
    let browser = app.browser();
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let header = [("x-posthog-distinct-id", "somebody-else")];
    browser.post_with("/signup", &form, &header).await;

    let events = app.events().await;
    assert!(!format!("{events:?}").contains("somebody-else"));
}

// 4. Events of anybody but a user make no person.

#[tokio::test]
async fn only_a_users_events_make_a_profile() {
    let app = App::start().await;
    let browser = app.browser();
    let header = [("x-posthog-distinct-id", "front-end")];
    browser.post_with(RING, &[], &header).await;
    browser.post(RING, &[]).await;
    browser
        .post("/login", &[("email", "nobody@example.com")])
        .await;
    for event in app.events().await {
        assert_eq!(event["$process_person_profile"], false, "{}", event.name);
    }

    browser.sign_up("Ann").await;
    browser.get("/lounge").await;
    browser.log_out().await;
    let id = app.user_id("Ann").await;
    let users: Vec<_> = app
        .stop()
        .await
        .into_iter()
        .filter(|event| event.distinct_id == id)
        .collect();
    assert!(users.len() >= 4, "{users:#?}");
    for event in users {
        assert_ne!(event["$process_person_profile"], false, "{}", event.name);
    }
}

// 5. Once linked, for good.

#[tokio::test]
async fn a_visitor_who_signs_up_is_linked_to_the_user() {
    let app = App::start().await;
    let browser = app.browser();
    browser.post(RING, &[]).await;
    let visitor_id = browser.visitor_id();
    let answer = browser.sign_up("Ann").await;

    assert_eq!(browser.cookie("visitor"), None, "{:?}", answer.cookies());
    let id = app.user_id("Ann").await;
    let identify = app.event("$identify").await;
    assert_eq!(identify.distinct_id, id);
    assert_eq!(identify["$anon_distinct_id"], visitor_id);
    let person = json!({ "email": "ann@example.com", "name": "Ann" });
    assert_eq!(identify["$set"], person);
    let since = identify["$set_once"]["signed_up_at"].as_str().unwrap();
    assert!(since.starts_with("20") && since.contains('T'), "{since}");

    browser.log_out().await;
    browser.get("/").await;
    assert_ne!(browser.visitor_id(), visitor_id, "an id is used up");
}

#[tokio::test]
async fn a_second_device_joins_the_same_person() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let phone = app.browser();
    phone.post(RING, &[]).await;
    let phones_id = phone.visitor_id();
    phone.log_in("Ann").await;

    let identify = app.events_named("$identify").await.pop().unwrap();
    assert_eq!(identify.distinct_id, app.user_id("Ann").await);
    assert_eq!(identify["$anon_distinct_id"], phones_id);
    assert_one_person_each(&app.events().await);
}

#[tokio::test]
async fn two_people_at_one_computer_stay_two() {
    let app = App::start().await;
    let browser = app.browser();
    for name in ["Ann", "Bob"] {
        browser.get("/").await;
        browser.post(RING, &[]).await;
        browser.sign_up(name).await;
        browser.post(RING, &[]).await;
        browser.log_out().await;
    }
    for name in ["Ann", "Bob", "Ann"] {
        browser.post(RING, &[]).await;
        browser.log_in(name).await;
        browser.log_out().await;
    }
    let events = app.events().await;
    assert_eq!(
        events
            .iter()
            .filter(|event| event.name == "$identify")
            .count(),
        5
    );
    assert_one_person_each(&events);
}

#[tokio::test]
async fn somebody_who_logs_in_over_another_does_not_join_them() {
    let app = App::start().await;
    app.sign_up("Bob").await;
    let browser = app.sign_up("Ann").await;
    browser.log_in("Bob").await;
    browser.sign_up("Cem").await;

    assert_one_person_each(&app.events().await);
}

#[tokio::test]
async fn a_cookie_that_is_played_back_is_not_linked_twice() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let old = browser.cookie("visitor").unwrap();
    browser.sign_up("Ann").await;

    let other = app.browser();
    other.set_cookie("visitor", &old);
    other.sign_up("Bob").await;
    browser.log_out().await;
    browser.set_cookie("visitor", &old);
    browser.log_in("Ann").await;

    let events = app.events().await;
    assert_eq!(
        events
            .iter()
            .filter(|event| event.name == "$identify")
            .count(),
        3
    );
    assert_one_person_each(&events);
}

#[tokio::test]
async fn the_same_visitor_and_the_same_user_are_linked_once() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/bell?utm_source=news").await;
    let interrupted = browser.copy();
    browser.sign_up("Ann").await;
    // The answer never reached this one, who tries again.
    interrupted.log_in("Ann").await;

    let identifies = app.events_named("$identify").await;
    assert_eq!(identifies.len(), 2);
    for name in ["$anon_distinct_id", "$set_once"] {
        assert_eq!(identifies[0][name], identifies[1][name]);
    }
    let links = visitor_link::Entity::find().count(&app.web.database);
    assert_eq!(links.await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_id_raced_by_many_is_linked_once() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let visitor_id = browser.visitor_id();
    let mut sign_ups = JoinSet::new();
    for person in 0..8 {
        let copy = browser.copy();
        sign_ups.spawn(async move { copy.sign_up(&format!("Person{person}")).await });
    }
    sign_ups.join_all().await;

    let events = app.events().await;
    let identifies: Vec<_> = events
        .iter()
        .filter(|event| event.name == "$identify")
        .collect();
    assert_eq!(identifies.len(), 8);
    let linked = identifies
        .iter()
        .filter(|event| event["$anon_distinct_id"] == *visitor_id);
    assert_eq!(linked.count(), 1);
    assert_one_person_each(&events);
}

#[tokio::test]
async fn after_the_session_expires_a_new_visitor_begins() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let before = browser.visitor_id();
    browser.sign_up("Ann").await;
    expire_all_sessions(&app).await;
    browser.post(RING, &[]).await;

    assert!(!browser.is_signed_in().await);
    let event = app.event("bell_rung").await;
    assert_eq!(event.distinct_id, browser.visitor_id());
    assert_ne!(event.distinct_id, before);
    assert_eq!(event["rings"], 1);
}

async fn expire_all_sessions(app: &App) {
    let past = OffsetDateTime::now_utc() - Duration::minutes(1);
    session::Entity::update_many()
        .col_expr(session::Column::ExpiresAt, Expr::value(past))
        .exec(&app.web.database)
        .await
        .unwrap();
}

/// No visitor id goes to two users, none is itself a user's id, and users' ids are users'.
fn assert_one_person_each(events: &[Event]) {
    let identifies = events.iter().filter(|event| event.name == "$identify");
    let mut linked = HashMap::new();
    let mut users = HashSet::new();
    for event in identifies {
        let visitor_id = event["$anon_distinct_id"].as_str().unwrap();
        let user = event.distinct_id.as_str();
        let before = linked.insert(visitor_id, user);
        assert!(
            before.is_none_or(|before| before == user),
            "{visitor_id} is linked twice"
        );
        users.insert(user);
    }
    assert!(linked.keys().all(|visitor_id| !users.contains(visitor_id)));
    for event in events {
        let is_user = users.contains(event.distinct_id.as_str());
        let personless = event["$process_person_profile"] == Value::Bool(false);
        assert_eq!(
            is_user, !personless,
            "{} of {}",
            event.name, event.distinct_id
        );
    }
}

// 8. Headers prove nothing.

#[tokio::test]
async fn a_header_logs_nobody_in() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let id = app.user_id("Ann").await;
    let header = [
        ("x-posthog-distinct-id", &*id),
        ("x-posthog-session-id", &*id),
    ];
    let browser = app.browser();

    let answer = browser.get_with("/card", &header).await;
    assert_eq!(answer.location(), "/login?next=%2Fcard");
}

#[tokio::test]
async fn header_garbage_harms_nobody() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let huge = "x".repeat(100_000);
    for garbage in [
        b"\xff\xfe".as_slice(),
        "\u{9b}31m".as_bytes(),
        huge.as_bytes(),
        b"\t",
    ] {
        for name in [
            "x-posthog-distinct-id",
            "x-posthog-session-id",
            "user-agent",
            "accept",
            "referer",
            "x-forwarded-for",
            "sec-purpose",
            "sec-gpc",
            "accept-language",
            "if-none-match",
        ] {
            for path in ["/card", "/livez", "/static/app.css", "/relay/e/"] {
                let request = ann.request(Method::GET, path).header(name, garbage);
                let answer = ann.send(request).await;
                assert_eq!(answer.status, 200, "{name} at {path}");
            }
        }
    }
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn somebody_elses_odd_cookies_log_nobody_out() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for odd in [
        "gr\u{fc}n=\u{e4}\u{f6}".as_bytes(),
        b"gr\xfcn=\xe4\xf6",
        b"no-equals-sign",
        b"=",
        b";;",
        b"a=\"b",
        b"session",
    ] {
        let session = format!("; session={}", ann.cookie("session").unwrap());
        let browser: Browser = app.browser();
        let request = browser
            .request(Method::GET, "/card")
            .header("cookie", [odd, session.as_bytes()].concat());
        assert_eq!(browser.send(request).await.status, 200, "{odd:?}");
    }
}
