//! Tokens of links in mails: single use, bounded in time, one of a purpose.

use hoglet_web::email::Email;
use hoglet_web::posthog::visitor_link;
use hoglet_web::session::model as session;
use hoglet_web::tokens::stored::{Column, Entity};
use hoglet_web::tokens::token::Token;
use hoglet_web::tokens::{self, Purpose};
use reqwest::StatusCode;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, TransactionTrait};
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::club::member;
use crate::club::pass::PASS;
use crate::support::{App, People, Person, email_of};

const OTHER: Purpose = Purpose {
    name: "other",
    lifetime: Duration::hours(1),
};

async fn id_of(app: &App, name: &str) -> Uuid {
    app.user_id(name).await.parse().unwrap()
}

async fn issue(app: &App, purpose: Purpose, name: &str) -> Token {
    let email = Email::normalized(&email_of(name));
    let id = id_of(app, name).await;
    purpose.issue(&app.web.database, id, &email).await.unwrap()
}

async fn is_good(app: &App, purpose: Purpose, token: &str) -> bool {
    let found = purpose.find(&app.web.database, token).await;
    found.unwrap().is_some()
}

#[tokio::test]
async fn a_token_lets_in_once_and_looking_spends_nothing() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let path = format!("/pass/{}", issue(&app, PASS, "Ann").await.reveal());

    // A scanner of mail opens every link, more than once.
    for _ in 0..3 {
        assert_eq!(app.browser().get(&path).await.status, StatusCode::OK);
        app.browser().head(&path).await;
    }
    let browser = app.browser();
    assert_eq!(browser.post(&path, &[]).await.location(), "/lounge");
    assert!(browser.is_signed_in().await);

    let again = app.browser();
    assert_eq!(again.post(&path, &[]).await.status, StatusCode::GONE);
    assert!(!again.is_signed_in().await);
}

#[tokio::test]
async fn of_many_who_spend_a_token_at_once_one_is_let_in() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let other_process = app.another().await;
    for _ in 0..5 {
        let path = format!("/pass/{}", issue(&app, PASS, "Ann").await.reveal());
        let tries = (0..8).map(|n| {
            let app = if n % 2 == 0 { &app } else { &other_process };
            let (browser, path) = (app.browser(), path.clone());
            tokio::spawn(async move { browser.post(&path, &[]).await.status })
        });
        let mut statuses = Vec::new();
        for tried in tries.collect::<Vec<_>>() {
            statuses.push(tried.await.unwrap());
        }
        let let_in = |status: &&StatusCode| **status == StatusCode::SEE_OTHER;
        assert_eq!(statuses.iter().filter(let_in).count(), 1, "{statuses:?}");
        let refused = |status: &&StatusCode| **status == StatusCode::GONE;
        assert_eq!(statuses.iter().filter(refused).count(), 7, "{statuses:?}");
    }
}

#[tokio::test]
async fn a_rolled_back_transaction_spends_nothing() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let token = issue(&app, PASS, "Ann").await.reveal();

    let transaction = app.web.database.begin().await.unwrap();
    let spent = PASS.spend(&transaction, &token).await.unwrap();
    assert_eq!(spent.unwrap().user_id, id_of(&app, "Ann").await);
    let again = PASS.spend(&transaction, &token).await.unwrap();
    assert!(again.is_none());
    transaction.rollback().await.unwrap();
    assert!(is_good(&app, PASS, &token).await);
}

#[tokio::test]
async fn a_newer_token_ends_the_older_one_of_its_purpose_alone() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    app.sign_up("Bob").await;
    let older = issue(&app, PASS, "Ann").await.reveal();
    let other = issue(&app, OTHER, "Ann").await.reveal();
    let bobs = issue(&app, PASS, "Bob").await.reveal();
    let newer = issue(&app, PASS, "Ann").await.reveal();

    assert!(!is_good(&app, PASS, &older).await);
    for (purpose, token) in [(PASS, &newer), (OTHER, &other), (PASS, &bobs)] {
        assert!(is_good(&app, purpose, token).await, "{purpose:?}");
    }
    assert!(
        !is_good(&app, OTHER, &newer).await,
        "it is for something else"
    );

    let ann = id_of(&app, "Ann").await;
    let pending = PASS.of_user(&app.web.database, ann).await.unwrap();
    assert_eq!(pending.unwrap().sent_to.as_str(), email_of("Ann"));
    let ended = tokens::end_all(&app.web.database, ann).await;
    assert_eq!(ended.unwrap(), 2);
    assert!(!is_good(&app, PASS, &newer).await);
    assert!(is_good(&app, PASS, &bobs).await);
}

#[tokio::test]
async fn many_at_once_leave_one_token() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let (email, id) = (
        Email::normalized(&email_of("Ann")),
        id_of(&app, "Ann").await,
    );
    let mut issuing = JoinSet::new();
    for _ in 0..8 {
        let (database, email) = (app.web.database.clone(), email.clone());
        issuing.spawn(async move { PASS.issue(&database, id, &email).await.unwrap() });
    }
    let mut good = 0;
    for token in issuing.join_all().await {
        good += usize::from(is_good(&app, PASS, &token.reveal()).await);
    }
    assert_eq!(good, 1);
}

#[tokio::test]
async fn an_expired_token_is_worth_nothing_to_the_millisecond_and_goes() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let token = issue(&app, PASS, "Ann").await.reveal();
    let expires = async |left: i64| {
        let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
        let at = i64::try_from(now).unwrap() + left;
        Entity::update_many()
            .col_expr(Column::ExpiresAt, Expr::value(at))
            .filter(Column::Purpose.eq("pass"))
            .exec(&app.web.database)
            .await
            .unwrap();
    };
    expires(60_000).await;
    assert!(is_good(&app, PASS, &token).await);
    assert_eq!(tokens::delete_expired(&app.web.database).await.unwrap(), 0);

    expires(-1).await;
    assert!(!is_good(&app, PASS, &token).await);
    let answer = app.browser().post(&format!("/pass/{token}"), &[]).await;
    assert_eq!(answer.status, StatusCode::GONE);
    assert_eq!(tokens::delete_expired(&app.web.database).await.unwrap(), 1);
}

#[tokio::test]
async fn the_database_knows_the_hash_alone_and_takes_it_for_no_token() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let token = issue(&app, PASS, "Ann").await.reveal();
    let row = Entity::find()
        .one(&app.web.database)
        .await
        .unwrap()
        .unwrap();
    assert!(!format!("{row:?}").contains(&token));
    for forged in [
        &*row.hash,
        &row.hash[..43],
        "",
        "x",
        &token[1..],
        &token.to_lowercase(),
    ] {
        assert!(!is_good(&app, PASS, forged).await, "{forged}");
        let answer = app.browser().post(&format!("/pass/{forged}"), &[]).await;
        let refused = [StatusCode::GONE, StatusCode::NOT_FOUND];
        assert!(
            refused.contains(&answer.status),
            "{forged}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn a_token_is_for_the_address_that_it_was_sent_to() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let token = issue(&app, PASS, "Ann").await.reveal();
    member::Entity::update_many()
        .col_expr(member::Column::Email, Expr::value("new@example.com"))
        .exec(&app.web.database)
        .await
        .unwrap();
    let answer = app.browser().post(&format!("/pass/{token}"), &[]).await;
    assert_eq!(answer.status, StatusCode::GONE);
}

#[tokio::test]
async fn with_its_user_goes_all_that_is_theirs() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let bob = app.sign_up("Bob").await;
    issue(&app, PASS, "Ann").await;
    issue(&app, PASS, "Bob").await;
    let (ann_id, bob_id) = (id_of(&app, "Ann").await, id_of(&app, "Bob").await);
    let database = &app.web.database;
    member::Entity::delete_by_id(ann_id)
        .exec(database)
        .await
        .unwrap();

    let tokens = Entity::find().all(database).await.unwrap();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].user_id, bob_id);
    let sessions = session::Entity::find().all(database).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].user_id, Some(bob_id));
    let links = visitor_link::Entity::find().count(database).await.unwrap();
    assert_eq!(links, 1);
    assert!(!ann.is_signed_in().await);
    assert!(bob.is_signed_in().await);
}
