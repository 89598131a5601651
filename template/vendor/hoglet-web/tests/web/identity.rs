//! Identity: every visitor has an id, a user's id is their UUID, and only users make a person.

use hoglet_web::session::model as session;
use hoglet_web::visitor_link;
use sea_orm::{EntityTrait, PaginatorTrait};
use time::{Duration, OffsetDateTime};
use tower_cookies::{Cookie, Cookies};
use uuid::Uuid;

use crate::support::{App, People, Person, RING};

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
        // This id contains no date.
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
async fn a_visitor_who_only_reads_leaves_no_row() {
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

#[tokio::test]
async fn a_users_events_bear_the_users_uuid() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post(RING, &[]).await;

    let event = app.event("bell_rung").await;
    let id: Uuid = event.distinct_id.parse().unwrap();
    assert_eq!(id.to_string(), app.user_id("Ann").await);
}

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
