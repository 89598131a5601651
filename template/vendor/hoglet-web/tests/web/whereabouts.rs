//! A user's sessions, and the time since they confirmed their password.

use axum::Router;
use axum::routing::get;
use hoglet_web::passwords::PasswordHash;
use hoglet_web::session::model::{self as session, UserSession};
use hoglet_web::session::{Key, Session};
use hoglet_web::visit::Visit;
use hoglet_web::web::Web;
use reqwest::StatusCode;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, TransactionTrait};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::club::member::{self, Member};
use crate::club::pass::PASS;
use crate::club::router_with;
use crate::support::{App, Browser, PASSWORD, People, Person, RING};

const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn log_in_with(app: &App, user_agent: &str) -> Browser {
    let browser = app.browser();
    let form = [("email", "ann@example.com"), ("password", PASSWORD)];
    let headers = [("user-agent", user_agent)];
    let answer = browser.post_with("/login", &form, &headers).await;
    assert_eq!(answer.location(), "/lounge");
    browser
}

async fn ann(app: &App) -> Uuid {
    app.user_id("Ann").await.parse().unwrap()
}

async fn listed(app: &App) -> Vec<UserSession> {
    let listed = session::of_user(&app.web.database, ann(app).await, None).await;
    listed.unwrap()
}

#[tokio::test]
async fn people_see_where_they_are_logged_in_and_no_secret() {
    let app = App::start().await;
    let long = format!("curl/8 {}", "x".repeat(1000));
    app.sign_up("Ann").await;
    app.sign_up("Bob").await;
    log_in_with(&app, "Mozilla/5.0 (iPhone) Version/18.5 Safari/604.1").await;
    log_in_with(&app, &long).await;

    let rows = session::Entity::find()
        .all(&app.web.database)
        .await
        .unwrap();
    assert!(rows.iter().all(|row| row.user_agent.chars().count() <= 300));
    let sessions = listed(&app).await;
    let browsers: Vec<_> = sessions.iter().map(|one| &*one.browser).collect();
    assert_eq!(browsers, ["curl", "Safari on iPhone", "An unknown browser"]);
    for one in &sessions {
        assert_eq!(one.address, "127.0.0.1");
        assert!(!one.remembered && !one.is_current);
        assert!(OffsetDateTime::now_utc() - one.started_at < Duration::minutes(1));
    }
    let shown = serde_json::to_string(&sessions).unwrap();
    assert!(rows.iter().all(|row| !shown.contains(&row.id)));
}

#[tokio::test]
async fn a_visitor_leaves_neither_browser_nor_address() {
    let app = App::start().await;
    let browser = app.browser();
    browser
        .post_with(RING, &[], &[("user-agent", "curl/8")])
        .await;
    let row = session::Entity::find().one(&app.web.database).await;
    let row = row.unwrap().unwrap();
    assert_eq!((&*row.user_agent, &*row.address), ("", ""));
    assert!(!row.remembered);
}

#[tokio::test]
async fn a_session_is_ended_by_its_handle_and_by_its_owner_alone() {
    let app = App::start().await;
    let here = app.sign_up("Ann").await;
    let bob = app.sign_up("Bob").await;
    let there = log_in_with(&app, "curl/8").await;
    let handle = listed(&app).await[0].handle;
    let bob_id = app.user_id("Bob").await.parse().unwrap();

    let database = &app.web.database;
    let ended = session::end_one(database, bob_id, handle).await;
    assert!(!ended.unwrap());
    assert!(there.is_signed_in().await);
    let ended = session::end_one(database, ann(&app).await, handle).await;
    assert!(ended.unwrap());
    assert!(!there.is_signed_in().await);
    assert!(here.is_signed_in().await);
    let ended = session::end_one(database, ann(&app).await, handle).await;
    assert!(!ended.unwrap());

    session::end_all(database, ann(&app).await).await.unwrap();
    assert!(!here.is_signed_in().await);
    assert!(bob.is_signed_in().await);
}

#[tokio::test]
async fn the_time_of_the_last_visit_is_written_with_other_changes_and_not_often() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let seen = async || listed(&app).await[0].last_seen_at;
    app.let_time_pass(9 * MINUTE).await;
    let nine_minutes_ago = seen().await;
    ann.ring().await;
    assert_eq!(seen().await, nine_minutes_ago);

    app.let_time_pass(2 * MINUTE).await;
    let eleven_minutes_ago = seen().await;
    ann.get("/card").await;
    assert_eq!(seen().await, eleven_minutes_ago, "a look writes nothing");
    ann.post_with(RING, &[], &[("user-agent", FIREFOX)]).await;
    assert!(OffsetDateTime::now_utc() - seen().await < Duration::minutes(1));
    let now = &listed(&app).await[0];
    assert_eq!(now.browser, "Firefox on Linux");
    assert!(now.started_at <= now.last_seen_at);
}

/// The club with four more pages.
///
/// `/fresh` shows whether the log-in is younger than ten minutes, and `/here` the current session. `/ahead`
/// stores a log-in an hour from now, and `/end` ends everything.
async fn with_pages() -> App {
    async fn fresh(visit: Visit) -> String {
        let fresh = visit.logged_in_within(Duration::minutes(10)).await;
        fresh.unwrap().to_string()
    }
    async fn ahead(session: Session) {
        const CONFIRMED_AT: Key<i64> = Key::new("confirmed_at");
        let in_an_hour = OffsetDateTime::now_utc() + Duration::HOUR;
        let stored = session.set(&CONFIRMED_AT, in_an_hour.unix_timestamp());
        stored.await.unwrap();
    }
    async fn here(member: Member, visit: Visit) -> String {
        let sessions = visit.sessions_of(member.id).await.unwrap();
        let current = sessions.iter().filter(|one| one.is_current);
        current.map(|one| one.browser.as_str()).collect()
    }
    async fn end(member: Member, visit: Visit, web: axum::extract::State<Web>) {
        let transaction = web.database.begin().await.unwrap();
        visit.end_everything(&transaction, member.id).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let own = Router::new()
        .route("/fresh", get(fresh))
        .route("/ahead", get(ahead))
        .route("/here", get(here))
        .route("/end", get(end));
    App::with_router(&[], |web| router_with(own, web)).await
}

#[tokio::test]
async fn a_log_in_is_fresh_until_it_is_not_and_again_once_the_password_is_confirmed() {
    let app = with_pages().await;
    let ann = app.browser();
    assert_eq!(
        ann.get("/fresh").await.text(),
        "false",
        "a visitor has shown nothing"
    );
    ann.sign_up("Ann").await;
    assert_eq!(ann.get("/fresh").await.text(), "true");

    app.let_time_pass(11 * MINUTE).await;
    assert_eq!(ann.get("/fresh").await.text(), "false");
    let change = |password| [("current_password", password), ("new_password", PASSWORD)];
    ann.post("/card", &change("another one")).await;
    assert_eq!(ann.get("/fresh").await.text(), "false");
    ann.post("/card", &change(PASSWORD)).await;
    assert_eq!(ann.get("/fresh").await.text(), "true");
    // A log-in with a time in the future, from a clock that was ahead, does not count as fresh.
    assert_eq!(ann.get("/ahead").await.status, StatusCode::OK);
    assert_eq!(ann.get("/fresh").await.text(), "false");
}

#[tokio::test]
async fn a_page_knows_which_session_is_its_own() {
    let app = with_pages().await;
    app.sign_up("Ann").await;
    let there = log_in_with(&app, "curl/8").await;
    assert_eq!(there.get("/here").await.text(), "curl");
}

#[tokio::test]
async fn all_that_gives_access_to_an_account_ends_at_once() {
    let app = with_pages().await;
    let here = app.sign_up("Ann").await;
    let there = log_in_with(&app, "curl/8").await;
    let (id, email) = (
        ann(&app).await,
        hoglet_web::email::Email::normalized("ann@example.com"),
    );
    let issued = PASS.issue(&app.web.token_key, &app.web.database, id, id, &email);
    let token = issued.await.unwrap().unwrap().token;
    assert_eq!(here.get("/end").await.status, StatusCode::OK);

    assert!(!here.is_signed_in().await);
    assert!(!there.is_signed_in().await);
    let found = PASS.find(&app.web.database, &token.reveal()).await;
    assert!(found.unwrap().is_none());
    here.log_in("Ann").await;
    assert!(here.is_signed_in().await);
}

#[tokio::test]
async fn an_unusable_password_logs_no_one_in_and_ends_older_sessions() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let unusable = PasswordHash::unusable();
    assert_ne!(unusable, PasswordHash::unusable());
    assert_ne!(unusable.salt(), PasswordHash::unusable().salt());
    member::Entity::update_many()
        .col_expr(member::Column::PasswordHash, Expr::value(unusable.0))
        .exec(&app.web.database)
        .await
        .unwrap();

    assert!(!ann.is_signed_in().await);
    for password in [PASSWORD, "", "*", "!"] {
        let form = [("email", "ann@example.com"), ("password", password)];
        let answer = app.browser().post("/login", &form).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{password}"
        );
    }
}
