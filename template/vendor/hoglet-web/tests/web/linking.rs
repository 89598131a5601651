//! A visitor who becomes a user is linked to the user once, and two users never become one person.

use std::collections::{HashMap, HashSet};

use hoglet_web::session::model as session;
use hoglet_web::visitor_link;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

use crate::support::{App, Event, People, Person, RING};

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
async fn a_user_who_logs_in_after_another_does_not_become_the_same_person() {
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
    // The answer never reached this browser, so the user tries again.
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

/// Checks that each person has at most one user.
///
/// No visitor id is linked to two users or is a user's id, and only events of users make persons.
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
