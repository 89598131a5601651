//! The session store: one row for each session, and only changed values are written.

use hoglet_web::session::model as session;
use hoglet_web::session::store::{Client, SeaOrmStore};
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};

use crate::support::App;

fn store_of(app: &App) -> SeaOrmStore {
    SeaOrmStore::new(
        app.web.database.clone(),
        app.web.parts.users.clone(),
        Client {
            user_agent: None,
            ip: [127, 0, 0, 1].into(),
        },
    )
}

fn record(id: Id, value: &str) -> Record {
    Record {
        id,
        data: [("key".to_owned(), json!(value))].into(),
        expiry_date: OffsetDateTime::now_utc() + Duration::hours(1),
    }
}

#[tokio::test]
async fn creating_never_overwrites() {
    let app = App::start().await;
    let store = store_of(&app);
    let mut first = record(Id::default(), "first");
    store.create(&mut first).await.unwrap();
    let mut second = record(first.id, "second");
    store.create(&mut second).await.unwrap();

    assert_ne!(second.id, first.id, "a collision gets another id");
    let stored = store.load(&first.id).await.unwrap().unwrap();
    assert_eq!(stored.data["key"], "first");
    let stored = store.load(&second.id).await.unwrap().unwrap();
    assert_eq!(stored.data["key"], "second");
}

#[tokio::test]
async fn saving_never_brings_a_session_back() {
    let app = App::start().await;
    let store = store_of(&app);
    let mut session = record(Id::default(), "value");
    store.create(&mut session).await.unwrap();
    store.delete(&session.id).await.unwrap();

    assert!(store.save(&session).await.is_err());
    assert!(store.load(&session.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_save_writes_the_columns_with_an_index_only_when_they_change() {
    let app = App::start().await;
    let store = store_of(&app);
    let mut session = record(Id::default(), "value");
    store.create(&mut session).await.unwrap();
    let mut session = store.load(&session.id).await.unwrap().unwrap();
    let expiry = async || {
        let row = session::Entity::find().one(&app.web.database).await;
        row.unwrap().unwrap().expires_at
    };
    // A write of the expiry would show, because it would undo this change.
    let written_elsewhere = session.expiry_date + Duration::days(1);
    session::Entity::update_many()
        .col_expr(session::Column::ExpiresAt, Expr::value(written_elsewhere))
        .exec(&app.web.database)
        .await
        .unwrap();

    session.data.insert("key".into(), json!("other"));
    store.save(&session).await.unwrap();
    assert_eq!(expiry().await, written_elsewhere);
    let stored = store.load(&session.id).await.unwrap().unwrap();
    assert_eq!(stored.data["key"], "other");

    session.expiry_date += Duration::days(2);
    store.save(&session).await.unwrap();
    assert_eq!(expiry().await, session.expiry_date);
}

#[tokio::test]
async fn an_expired_session_is_not_loaded_and_is_deleted() {
    let app = App::start().await;
    let store = store_of(&app);
    let mut old = record(Id::default(), "old");
    old.expiry_date = OffsetDateTime::now_utc() - Duration::seconds(1);
    store.create(&mut old).await.unwrap();
    let mut fresh = record(Id::default(), "fresh");
    store.create(&mut fresh).await.unwrap();

    assert!(store.load(&old.id).await.unwrap().is_none());
    let removed = session::delete_expired(&app.web.database).await;
    assert_eq!(removed.unwrap(), 1);
    assert!(store.load(&fresh.id).await.unwrap().is_some());
}

#[tokio::test]
async fn only_what_a_request_has_changed_is_written() {
    let app = App::start().await;
    let first = store_of(&app);
    let mut session = record(Id::default(), "value");
    session.data.insert("taken".into(), json!(1));
    session.data.insert("kept".into(), json!(1));
    first.create(&mut session).await.unwrap();

    // Two requests load the session, and the slower one has the older values.
    let slow = store_of(&app);
    let mut slow_record = slow.load(&session.id).await.unwrap().unwrap();
    let fast = store_of(&app);
    let mut fast_record = fast.load(&session.id).await.unwrap().unwrap();
    fast_record.data.remove("taken");
    fast_record.data.insert("key".into(), json!("fast"));
    fast.save(&fast_record).await.unwrap();
    slow_record.data.insert("added".into(), json!(2));
    slow.save(&slow_record).await.unwrap();

    let stored = first.load(&session.id).await.unwrap().unwrap();
    let expected = json!({ "key": "fast", "kept": 1, "added": 2 });
    assert_eq!(json!(stored.data), expected);
}

#[tokio::test]
async fn requests_side_by_side_lose_nothing_of_each_other() {
    let app = App::start().await;
    let store = store_of(&app);
    let mut session = record(Id::default(), "value");
    store.create(&mut session).await.unwrap();
    let mut requests = JoinSet::new();
    for n in 0..20 {
        let store = store_of(&app);
        requests.spawn(async move {
            let mut session = store.load(&session.id).await.unwrap().unwrap();
            session.data.insert(format!("request {n}"), json!(n));
            store.save(&session).await.unwrap();
        });
    }
    requests.join_all().await;
    let stored = store.load(&session.id).await.unwrap().unwrap();
    assert_eq!(stored.data.len(), 21, "{:?}", stored.data);
}
