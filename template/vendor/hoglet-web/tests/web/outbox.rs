//! No `$identify` is lost, and old links are deleted.

use chrono::{DateTime, Utc};
use hoglet_web::email::Email;
use hoglet_web::outbox::Outbox;
use hoglet_web::passwords::PasswordHash;
use hoglet_web::posthog::Client;
use hoglet_web::{visitor, visitor_link};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, PaginatorTrait};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::club::member;
use crate::support::{App, People, Person, Recorder, Reply, email_of, wait_until};

async fn links(app: &App) -> Vec<visitor_link::Model> {
    let links = visitor_link::Entity::find().all(&app.web.database).await;
    links.unwrap()
}

/// The number of links that PostHog has not acknowledged.
async fn untold(app: &App) -> usize {
    let links = links(app).await;
    links
        .iter()
        .filter(|link| link.acknowledged_at.is_none())
        .count()
}

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

#[tokio::test]
async fn a_link_that_posthog_knows_is_not_sent_again() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.log_out().await;
    ann.log_in("Ann").await;
    app.events().await;
    let begin = std::time::Instant::now();
    while untold(&app).await > 0 {
        assert!(begin.elapsed().as_secs() < 10, "it is not noted");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }

    assert_eq!(links(&app).await.len(), 2);
    assert_eq!(app.web.outbox.send_again(now()).await.unwrap(), 0);
    assert_eq!(app.events_named("$identify").await.len(), 2);
}

#[tokio::test]
async fn an_identification_that_posthog_refused_is_sent_again_without_a_request() {
    let app = App::start().await;
    app.posthog.replies(Reply::Status(400));
    let browser = app.browser();
    browser.get("/bell?utm_source=news").await;
    let visitor_id = browser.visitor_id();
    browser.sign_up("Ann").await;
    wait_until("it is lost", || app.web.posthog.counts().lost > 0).await;
    assert_eq!(untold(&app).await, 1);
    assert_eq!(
        app.web.outbox.send_again(now()).await.unwrap(),
        0,
        "in vain"
    );

    app.posthog.replies(Reply::Normal);
    let before = now() - Duration::minutes(1);
    assert_eq!(
        app.web.outbox.send_again(before).await.unwrap(),
        0,
        "under way"
    );
    assert_eq!(app.web.outbox.send_again(now()).await.unwrap(), 1);
    assert_eq!(app.web.outbox.send_again(now()).await.unwrap(), 0);

    let identify = app.event("$identify").await;
    assert_eq!(identify.distinct_id, app.user_id("Ann").await);
    assert_eq!(identify["$anon_distinct_id"], visitor_id);
    assert_eq!(
        identify["$set"],
        json!({ "email": "ann@example.com", "name": "Ann" })
    );
    assert_eq!(identify["$set_once"]["$initial_utm_source"], "news");
    assert!(identify["$set_once"]["signed_up_at"].is_string());
    assert_eq!(identify["$geoip_disable"], true);
    assert!(identify["$ip"].is_null() && identify["$process_person_profile"].is_null());
    let happened: DateTime<Utc> = identify.timestamp.parse().unwrap();
    let linked_at = links(&app).await[0].linked_at.unix_timestamp();
    assert_eq!(happened.timestamp(), linked_at);
}

#[tokio::test]
async fn a_sign_up_while_posthog_was_off_is_sent_when_it_is_on() {
    let posthog = Recorder::start().await;
    let app = App::beside(posthog, &[("POSTHOG_DISABLED", "true")]).await;
    app.sign_up("Ann").await;
    assert_eq!(app.web.outbox.send_again(now()).await.unwrap(), 0);
    assert_eq!(untold(&app).await, 1);

    let mut settings = app.web.settings.clone();
    settings.posthog.disabled = false;
    let client = Client::start(&settings.posthog, &[], Some).await.unwrap();
    let users = app.web.parts.users.clone();
    let outbox = Outbox::new(app.web.database.clone(), users, client);
    assert_eq!(outbox.send_again(now()).await.unwrap(), 1);
    assert_eq!(untold(&app).await, 0);
    assert_eq!(app.posthog.events()[0].name, "$identify");
}

#[tokio::test]
async fn however_many_wait_they_are_sent_in_slices() {
    let app = App::start().await;
    insert_links(&app, 1100, 0, None).await;

    assert_eq!(app.web.outbox.send_again(now()).await.unwrap(), 1100);
    assert_eq!(untold(&app).await, 0);
    assert_eq!(app.events_named("$identify").await.len(), 1100);
}

#[tokio::test]
async fn links_of_ids_that_are_refused_go() {
    let app = App::start().await;
    let told = Some(now());
    insert_links(&app, 1100, 367, told).await;
    insert_links(&app, 2, 365, told).await;
    // PostHog may have been down for a day, or for more than a year.
    insert_links(&app, 3, 367, None).await;
    let database = &app.web.database;
    assert_eq!(visitor_link::delete_old(database).await.unwrap(), 1100);
    assert_eq!(links(&app).await.len(), 5);

    let update = visitor_link::Entity::update_many().set(visitor_link::ActiveModel {
        linked_at: Set(now() - Duration::days(366)),
        ..Default::default()
    });
    update.exec(database).await.unwrap();
    assert_eq!(visitor_link::delete_old(database).await.unwrap(), 3);
    let left = links(&app).await;
    assert_eq!(left.len(), 2);
    for link in left {
        let id = link.visitor_id.to_string();
        assert_eq!(visitor::read_id(&id, now() + Duration::days(1)), None);
    }
}

/// Inserts links of a new user, with ids that are this many days old.
async fn insert_links(app: &App, count: u16, days: i64, acknowledged_at: Option<OffsetDateTime>) {
    let database = &app.web.database;
    let name = Uuid::new_v4().simple().to_string();
    let hash = PasswordHash("none".into());
    let email = Email::normalized(&email_of(&name));
    let member = member::create(database, email, &name, hash).await;
    let user_id = member.unwrap().unwrap().id;
    let made_at = now() - Duration::days(days) - Duration::seconds(1);
    let milliseconds = u64::try_from(made_at.unix_timestamp()).unwrap() * 1000;
    let links = (0..count).map(|_| {
        let mut random = [0; 10];
        getrandom::fill(&mut random).unwrap();
        visitor_link::Model {
            visitor_id: uuid::Builder::from_unix_timestamp_millis(milliseconds, &random)
                .into_uuid(),
            user_id,
            first_touch: "{}".into(),
            linked_at: now() - Duration::seconds(1),
            acknowledged_at,
        }
        .into_active_model()
    });
    let before = visitor_link::Entity::find().count(database).await.unwrap();
    visitor_link::Entity::insert_many(links)
        .exec_without_returning(database)
        .await
        .unwrap();
    let after = visitor_link::Entity::find().count(database).await.unwrap();
    assert_eq!(after - before, u64::from(count));
}
