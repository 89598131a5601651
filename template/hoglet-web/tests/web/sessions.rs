//! The session store, and what hangs on it.

use app::models::session;
use app::session_store::SeaOrmStore;
use reqwest::StatusCode;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait, TransactionTrait};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};

use crate::support::{Answer, App};

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
    let store = SeaOrmStore::new(app.state.database.clone());
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
    let store = SeaOrmStore::new(app.state.database.clone());
    let mut session = record(Id::default(), "value");
    store.create(&mut session).await.unwrap();
    store.delete(&session.id).await.unwrap();

    assert!(store.save(&session).await.is_err());
    assert!(store.load(&session.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_save_writes_the_columns_with_an_index_only_when_they_change() {
    let app = App::start().await;
    let store = SeaOrmStore::new(app.state.database.clone());
    let mut session = record(Id::default(), "value");
    store.create(&mut session).await.unwrap();
    let mut session = store.load(&session.id).await.unwrap().unwrap();
    let expiry = async || {
        let row = session::Entity::find().one(&app.state.database).await;
        row.unwrap().unwrap().expires_at
    };
    // A write would show: it would take this back.
    let written_elsewhere = session.expiry_date + Duration::days(1);
    session::Entity::update_many()
        .col_expr(session::Column::ExpiresAt, Expr::value(written_elsewhere))
        .exec(&app.state.database)
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
async fn what_has_expired_is_not_loaded_and_is_cleaned_away() {
    let app = App::start().await;
    let store = SeaOrmStore::new(app.state.database.clone());
    let mut old = record(Id::default(), "old");
    old.expiry_date = OffsetDateTime::now_utc() - Duration::seconds(1);
    store.create(&mut old).await.unwrap();
    let mut fresh = record(Id::default(), "fresh");
    store.create(&mut fresh).await.unwrap();

    assert!(store.load(&old.id).await.unwrap().is_none());
    let removed = session::delete_expired(&app.state.database).await;
    assert_eq!(removed.unwrap(), 1);
    assert!(store.load(&fresh.id).await.unwrap().is_some());
}

#[tokio::test]
async fn expiry_slides_without_a_write_on_every_request() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let until = async || {
        let row = session::Entity::find().one(&app.state.database).await;
        row.unwrap().unwrap().expires_at
    };
    let before = until().await;
    let answer = ann.get("/profile").await;
    assert_eq!(until().await, before, "a look writes nothing");
    assert!(answer.cookies().is_empty());

    // Two days later the session is renewed, cookie and row.
    let earlier = before - Duration::days(2);
    let renewed_at = (OffsetDateTime::now_utc() - Duration::days(2)).unix_timestamp();
    let row = session::Entity::find().one(&app.state.database).await;
    let mut data: serde_json::Value = serde_json::from_str(&row.unwrap().unwrap().data).unwrap();
    data["renewed_at"] = renewed_at.into();
    session::Entity::update_many()
        .col_expr(session::Column::ExpiresAt, Expr::value(earlier))
        .col_expr(session::Column::Data, Expr::value(data.to_string()))
        .exec(&app.state.database)
        .await
        .unwrap();
    let answer = ann.get("/profile").await;
    assert!(until().await >= before);
    assert_eq!(answer.cookies()[0].name(), "session");
}

#[tokio::test]
async fn a_visitors_session_lives_a_day_and_a_users_fourteen() {
    let app = App::start().await;
    let lifetime = async |answer: Answer| {
        let row = session::Entity::find().one(&app.state.database).await;
        let left = row.unwrap().unwrap().expires_at - OffsetDateTime::now_utc();
        let cookies = answer.cookies();
        let cookie = cookies.iter().find(|cookie| cookie.name() == "session");
        let age = cookie.and_then(|cookie| cookie.max_age()).unwrap();
        assert!((age - left).abs() < Duration::minutes(1), "{age} {left}");
        age.whole_days()
    };
    let browser = app.browser();
    let answer = browser.post("/api/burrito/consider", &[]).await;
    assert_eq!(lifetime(answer).await, 1);
    assert_eq!(lifetime(browser.sign_up("Ann").await).await, 14);
}

#[tokio::test]
async fn only_what_a_request_has_changed_is_written() {
    let app = App::start().await;
    let first = SeaOrmStore::new(app.state.database.clone());
    let mut session = record(Id::default(), "value");
    session.data.insert("taken".into(), json!(1));
    session.data.insert("kept".into(), json!(1));
    first.create(&mut session).await.unwrap();

    // Two requests load it, and the slower one has the older values.
    let slow = SeaOrmStore::new(app.state.database.clone());
    let mut slow_record = slow.load(&session.id).await.unwrap().unwrap();
    let fast = SeaOrmStore::new(app.state.database.clone());
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
    let store = SeaOrmStore::new(app.state.database.clone());
    let mut session = record(Id::default(), "value");
    store.create(&mut session).await.unwrap();
    let mut requests = JoinSet::new();
    for n in 0..20 {
        let store = SeaOrmStore::new(app.state.database.clone());
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

#[tokio::test]
async fn values_that_no_longer_decode_count_as_absent() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post("/api/burrito/consider", &[]).await;
    let row = session::Entity::find().one(&app.state.database).await;
    let row = row.unwrap().unwrap();
    let mut data: serde_json::Value = serde_json::from_str(&row.data).unwrap();
    data["flash"] = json!([{ "level": "a level of an older release", "message": "x" }]);
    data["burrito_count"] = json!("many");
    data["renewed_at"] = json!("yesterday");
    let store = async |data: String| {
        session::Entity::update_many()
            .col_expr(session::Column::Data, Expr::value(data))
            .exec(&app.state.database)
            .await
            .unwrap();
    };
    store(data.to_string()).await;
    for path in ["/profile", "/burrito"] {
        assert_eq!(ann.get(path).await.status, StatusCode::OK, "{path}");
    }

    data["password"] = json!(7);
    store(data.to_string()).await;
    assert!(!ann.is_signed_in().await);
    store("no JSON".into()).await;
    assert_eq!(ann.get("/burrito").await.status, StatusCode::OK);
    ann.log_in("Ann").await;
}

#[tokio::test]
async fn messages_wait_for_a_page_that_shows_them() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post("/profile", &[("name", "Anna")]).await;

    // Neither a redirect nor a look without a page has shown anything.
    assert_eq!(ann.get("/").await.location(), "/dashboard");
    assert_eq!(ann.head("/profile").await.status, StatusCode::OK);
    assert_eq!(ann.get("/nothing/here").await.status, StatusCode::NOT_FOUND);
    let message = "Your name was changed.";
    assert!(ann.get("/dashboard").await.text().contains(message));
    assert!(!ann.get("/dashboard").await.text().contains(message));
}

#[tokio::test]
async fn any_number_of_expired_sessions_is_removed() {
    let app = App::start().await;
    let rows = (0..1_201).map(|n| session::ActiveModel {
        id: Set(format!("expired {n}")),
        user_id: Set(None),
        data: Set("{}".into()),
        expires_at: Set(OffsetDateTime::now_utc() - Duration::seconds(1)),
    });
    session::Entity::insert_many(rows)
        .exec_without_returning(&app.state.database)
        .await
        .unwrap();
    let ann = app.sign_up("Ann").await;

    let removed = session::delete_expired(&app.state.database).await;
    assert_eq!(removed.unwrap(), 1_201);
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn two_processes_share_sessions() {
    let app = App::start().await;
    let other = app.another_process().await;
    let ann = app.sign_up("Ann").await;
    let anns_at_the_other = ann.at(&other.url);

    assert!(anns_at_the_other.is_signed_in().await);
    let count = |answer: Answer| answer.json()["count"].clone();
    assert_eq!(count(ann.post("/api/burrito/consider", &[]).await), 1);
    let answer = anns_at_the_other.post("/api/burrito/consider", &[]).await;
    assert_eq!(count(answer), 2);
    anns_at_the_other.log_out().await;
    assert!(!ann.is_signed_in().await);
}

#[tokio::test]
async fn a_session_cookie_from_elsewhere_is_nobodys() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let signed = ann.cookie("session").unwrap();
    let elsewhere = App::start().await;
    let foreign = elsewhere.sign_up("Ann").await.cookie("session").unwrap();
    let bare = &signed[44..];

    for forged in ["", "x", bare, &signed[..signed.len() - 1], &foreign] {
        let browser = app.browser();
        browser.set_cookie("session", forged);
        let answer = browser.get("/profile").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{forged}");
        let answer = browser.post("/api/burrito/consider", &[]).await;
        assert_eq!(answer.json()["count"], 1, "{forged}");
        assert_ne!(browser.cookie("session").unwrap(), forged);
    }
}

#[tokio::test]
async fn a_request_under_way_during_a_log_out_does_not_bring_the_session_back() {
    let app = App::start().await;
    for _ in 0..10 {
        let browser = app.browser();
        browser.post("/api/burrito/consider", &[]).await;
        let other_tab = browser.copy();
        browser
            .sign_up(&format!("A{}", uuid::Uuid::new_v4().simple()))
            .await;
        let signed_in = browser.copy();
        let (_, answer) = tokio::join!(
            browser.log_out(),
            signed_in.post("/api/burrito/consider", &[])
        );
        assert!(!answer.status.is_server_error());
        assert!(!signed_in.is_signed_in().await);
        assert!(!other_tab.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_request_under_way_during_a_log_in_does_not_take_the_new_session_away() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    browser.post("/api/burrito/consider", &[]).await;
    let under_way = browser.copy();
    browser.log_in("Ann").await;

    // Its answer arrives last, in the same browser.
    let answer = under_way.get("/burrito").await;
    let cookies = answer.cookies();
    let mut names = cookies.iter().map(|cookie| cookie.name());
    assert!(!names.any(|name| name == "session"), "{cookies:?}");
}

#[tokio::test]
async fn readers_do_not_wait_for_a_writer_and_writers_wait_for_their_turn() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let writer = app.state.database.begin().await.unwrap();
    let touch = "UPDATE sessions SET data = data";
    writer.execute_unprepared(touch).await.unwrap();

    assert_eq!(ann.get("/profile").await.status, StatusCode::OK);
    assert_eq!(ann.get("/readyz").await.status, StatusCode::OK);
    let done = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        writer.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(ann.post("/api/burrito/consider", &[]), done);
    assert_eq!(answer.json()["count"], 1);
}

#[tokio::test]
async fn deleting_a_user_ends_their_sessions() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    app::models::user::Entity::delete_many()
        .exec(&app.state.database)
        .await
        .unwrap();

    assert!(!ann.is_signed_in().await);
    let rows = session::Entity::find().count(&app.state.database).await;
    assert_eq!(rows.unwrap(), 0);
}
