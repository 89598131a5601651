//! Sessions, their cookies and their messages.

use hoglet_web::session::model as session;
use reqwest::StatusCode;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait, TransactionTrait};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::club::member;
use crate::support::{Answer, App, BROWSER, Browser, PASSWORD, People, Person, RING};

const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

#[tokio::test]
async fn expiry_slides_without_a_write_on_every_request() {
    let app = App::start().await;
    app.sign_up("Ann").await.log_out().await;
    let ann = app.browser();
    log_in_to_stay(&ann).await;
    let until = async || {
        let row = session::Entity::find().one(&app.web.database).await;
        row.unwrap().unwrap().expires_at
    };
    let before = until().await;
    let answer = ann.get("/card").await;
    assert_eq!(until().await, before, "a look writes nothing");
    assert!(answer.cookies().is_empty());

    // Two days later the cookie and the row of the session are renewed.
    app.let_time_pass(48 * HOUR).await;
    assert!(until().await < before);
    let answer = ann.get("/card").await;
    assert!(until().await >= before);
    assert_eq!(answer.cookies()[0].name(), "session");
}

/// Logs in with "remember me" ticked.
async fn log_in_to_stay(browser: &Browser) -> Answer {
    let form = [
        ("email", "ann@example.com"),
        ("password", PASSWORD),
        ("remember", "true"),
    ];
    let answer = browser.post("/login", &form).await;
    assert_eq!(answer.location(), "/lounge");
    answer
}

/// The lifetimes of the session's cookie and of its row.
async fn lifetime(app: &App, answer: &Answer) -> (Option<Duration>, Duration) {
    let row = session::Entity::find().one(&app.web.database).await;
    let left = row.unwrap().unwrap().expires_at - OffsetDateTime::now_utc();
    let cookies = answer.cookies();
    let cookie = cookies.iter().find(|cookie| cookie.name() == "session");
    let cookie = cookie.unwrap();
    assert_eq!(cookie.expires_datetime(), None);
    (cookie.max_age(), left)
}

fn is_about(time: Duration, expected: Duration) -> bool {
    (time - expected).abs() < Duration::minutes(1)
}

#[tokio::test]
async fn a_visitors_session_lives_a_day_and_a_remembered_users_fourteen() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser.post(RING, &[]).await;
    let (cookie, row) = lifetime(&app, &answer).await;
    assert!(is_about(cookie.unwrap(), Duration::days(1)));
    assert!(is_about(row, Duration::days(1)), "{row}");

    browser.sign_up("Ann").await;
    browser.log_out().await;
    let answer = log_in_to_stay(&browser).await;
    let (cookie, row) = lifetime(&app, &answer).await;
    assert!(is_about(cookie.unwrap(), Duration::days(14)));
    assert!(is_about(row, Duration::days(14)), "{row}");
}

#[tokio::test]
async fn any_other_users_session_ends_with_the_browser_and_after_twelve_hours_at_most() {
    let app = App::start().await;
    let ann = app.browser();
    for answer in [ann.sign_up("Ann").await, ann.log_in("Ann").await] {
        let (cookie, row) = lifetime(&app, &answer).await;
        assert_eq!(cookie, None);
        assert!(is_about(row, Duration::hours(12)), "{row}");
    }

    // Eleven hours later the session is still valid, but requests do not extend it.
    app.let_time_pass(11 * HOUR).await;
    for answer in [ann.get("/card").await, ann.post(RING, &[]).await] {
        let (cookie, row) = lifetime(&app, &answer).await;
        assert_eq!(cookie, None);
        assert!(is_about(row, Duration::hours(1)), "{row}");
    }
    // After that, a stored cookie is worthless.
    app.let_time_pass(HOUR + HOUR / 60).await;
    assert!(!ann.is_signed_in().await);
}

#[tokio::test]
async fn a_log_in_that_is_not_remembered_ends_one_that_was() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    log_in_to_stay(&ann).await;
    let answer = ann.log_in("Ann").await;
    let (cookie, row) = lifetime(&app, &answer).await;
    assert_eq!(cookie, None);
    assert!(is_about(row, Duration::hours(12)), "{row}");
}

#[tokio::test]
async fn values_that_no_longer_decode_count_as_absent() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post(RING, &[]).await;
    let row = session::Entity::find().one(&app.web.database).await;
    let row = row.unwrap().unwrap();
    let mut data: serde_json::Value = serde_json::from_str(&row.data).unwrap();
    data["flash"] = json!([{ "level": "a level of an older release", "message": "x" }]);
    data["rings"] = json!("many");
    data["renewed_at"] = json!("yesterday");
    let store = async |data: String| {
        session::Entity::update_many()
            .col_expr(session::Column::Data, Expr::value(data))
            .exec(&app.web.database)
            .await
            .unwrap();
    };
    store(data.to_string()).await;
    for path in ["/card", "/bell"] {
        assert_eq!(ann.get(path).await.status, StatusCode::OK, "{path}");
    }

    data["password"] = json!(7);
    store(data.to_string()).await;
    assert!(!ann.is_signed_in().await);
    store("no JSON".into()).await;
    assert_eq!(ann.get("/bell").await.status, StatusCode::OK);
    ann.log_in("Ann").await;
}

#[tokio::test]
async fn messages_wait_for_a_page_that_shows_them() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    ann.post("/card", &[("name", "Anna")]).await;

    // A redirect, JSON, a `HEAD` request and an error page do not show the message.
    let redirect = ann.post_with(RING, &[], BROWSER).await;
    assert_eq!(redirect.location(), "/bell");
    assert_eq!(ann.ring().await, 2);
    assert_eq!(ann.head("/card").await.status, StatusCode::OK);
    assert_eq!(ann.get("/nothing/here").await.status, StatusCode::NOT_FOUND);
    let message = "Your name was changed.";
    assert!(ann.get("/lounge").await.text().contains(message));
    assert!(!ann.get("/lounge").await.text().contains(message));
}

#[tokio::test]
async fn any_number_of_expired_sessions_is_removed() {
    let app = App::start().await;
    let rows = (0..1_201).map(|n| session::ActiveModel {
        id: Set(format!("expired {n}")),
        user_id: Set(None),
        data: Set("{}".into()),
        expires_at: Set(OffsetDateTime::now_utc() - Duration::seconds(1)),
        handle: Set(Uuid::new_v4()),
        started_at: Set(OffsetDateTime::now_utc() - Duration::days(1)),
        last_seen_at: Set(OffsetDateTime::now_utc() - Duration::days(1)),
        user_agent: Set(String::new()),
        address: Set(String::new()),
        remembered: Set(false),
    });
    session::Entity::insert_many(rows)
        .exec_without_returning(&app.web.database)
        .await
        .unwrap();
    let ann = app.sign_up("Ann").await;

    let removed = session::delete_expired(&app.web.database).await;
    assert_eq!(removed.unwrap(), 1_201);
    assert!(ann.is_signed_in().await);
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
        let answer = browser.get("/card").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{forged}");
        let answer = browser.post(RING, &[]).await;
        assert_eq!(answer.json()["count"], 1, "{forged}");
        assert_ne!(browser.cookie("session").unwrap(), forged);
    }
}

#[tokio::test]
async fn a_request_under_way_during_a_log_out_does_not_bring_the_session_back() {
    let app = App::start().await;
    for _ in 0..10 {
        let browser = app.browser();
        browser.post(RING, &[]).await;
        let other_tab = browser.copy();
        browser
            .sign_up(&format!("A{}", uuid::Uuid::new_v4().simple()))
            .await;
        let signed_in = browser.copy();
        let (_, answer) = tokio::join!(browser.log_out(), signed_in.post(RING, &[]));
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
    browser.post(RING, &[]).await;
    let under_way = browser.copy();
    browser.log_in("Ann").await;

    // The older request's answer arrives last, in the same browser.
    let answer = under_way.get("/bell").await;
    let cookies = answer.cookies();
    let mut names = cookies.iter().map(|cookie| cookie.name());
    assert!(!names.any(|name| name == "session"), "{cookies:?}");
}

#[tokio::test]
async fn readers_do_not_wait_for_a_writer_and_writers_wait_for_their_turn() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let writer = app.web.database.begin().await.unwrap();
    let touch = "UPDATE sessions SET data = data";
    writer.execute_unprepared(touch).await.unwrap();

    assert_eq!(ann.get("/card").await.status, StatusCode::OK);
    assert_eq!(ann.get("/readyz").await.status, StatusCode::OK);
    let done = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        writer.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(ann.post(RING, &[]), done);
    assert_eq!(answer.json()["count"], 1);
}

#[tokio::test]
async fn deleting_a_user_ends_their_sessions() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    member::Entity::delete_many()
        .exec(&app.web.database)
        .await
        .unwrap();

    assert!(!ann.is_signed_in().await);
    let rows = session::Entity::find().count(&app.web.database).await;
    assert_eq!(rows.unwrap(), 0);
}
