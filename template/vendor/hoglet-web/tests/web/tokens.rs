//! Tokens of links in mails: for single use, and limited in time and number.
//!
//! A token is the same each time it is sent.

use std::collections::BTreeSet;

use hoglet_web::email::Email;
use hoglet_web::session::model as session;
use hoglet_web::settings::Secret;
use hoglet_web::settings::secret_key::new_secret_key;
use hoglet_web::tokens::model::{Column, Entity};
use hoglet_web::tokens::{self, Issued, Key, Purpose};
use hoglet_web::visitor_link;
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
    max_valid: 3,
};

async fn id_of(app: &App, name: &str) -> Uuid {
    app.user_id(name).await.parse().unwrap()
}

/// Issues a token, as written in a link.
async fn issue(app: &App, purpose: Purpose, name: &str) -> String {
    let issued = issue_for(app, purpose, name, Uuid::now_v7()).await;
    issued.unwrap().token.reveal()
}

async fn issue_for(
    app: &App,
    purpose: Purpose,
    name: &str,
    idempotency_key: Uuid,
) -> Option<Issued> {
    let (key, email) = (&app.web.token_key, Email::normalized(&email_of(name)));
    let id = id_of(app, name).await;
    let issued = purpose.issue(key, &app.web.database, idempotency_key, id, &email);
    issued.await.unwrap()
}

async fn spend(app: &App, token: &str) {
    let transaction = app.web.database.begin().await.unwrap();
    let spent = PASS.spend(&transaction, token).await.unwrap();
    assert!(spent.is_some());
    transaction.commit().await.unwrap();
}

/// Makes every pass expire in this many milliseconds.
async fn expire(app: &App, left: i64) {
    let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    let at = i64::try_from(now).unwrap() + left;
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(at))
        .filter(Column::Purpose.eq("pass"))
        .exec(&app.web.database)
        .await
        .unwrap();
}

async fn is_good(app: &App, purpose: Purpose, token: &str) -> bool {
    let found = purpose.find(&app.web.database, token).await;
    found.unwrap().is_some()
}

#[tokio::test]
async fn a_token_lets_in_once_and_looking_spends_nothing() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let path = format!("/pass/{}", issue(&app, PASS, "Ann").await);

    // A mail scanner opens every link, more than once.
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
async fn a_token_that_is_spent_many_times_at_once_counts_once() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let other_process = app.another().await;
    for _ in 0..5 {
        let path = format!("/pass/{}", issue(&app, PASS, "Ann").await);
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
    let token = issue(&app, PASS, "Ann").await;

    let transaction = app.web.database.begin().await.unwrap();
    let spent = PASS.spend(&transaction, &token).await.unwrap();
    assert_eq!(spent.unwrap().user_id, id_of(&app, "Ann").await);
    let again = PASS.spend(&transaction, &token).await.unwrap();
    assert!(again.is_none());
    transaction.rollback().await.unwrap();
    assert!(is_good(&app, PASS, &token).await);
}

#[tokio::test]
async fn an_idempotency_key_has_one_token_however_often_it_is_asked_for() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let job = Uuid::now_v7();
    let first = issue_for(&app, PASS, "Ann", job).await.unwrap();
    let again = issue_for(&app, PASS, "Ann", job).await.unwrap();
    assert_eq!(again.token.reveal(), first.token.reveal());
    assert_eq!(
        again.row, first.row,
        "its time is counted from the first issue"
    );
    let others = [
        issue_for(&app, PASS, "Ann", Uuid::now_v7()).await.unwrap(),
        issue_for(&app, OTHER, "Ann", job).await.unwrap(),
    ];
    for other in others {
        assert_ne!(other.token.reveal(), first.token.reveal());
    }

    // Two processes issue many tokens at once.
    let (job, other_process) = (Uuid::now_v7(), app.another().await);
    let mut issuing = JoinSet::new();
    for n in 0..8 {
        let web = [&app, &other_process][n % 2].web.clone();
        let (email, id) = (
            Email::normalized(&email_of("Ann")),
            id_of(&app, "Ann").await,
        );
        issuing.spawn(async move {
            let issued = PASS.issue(&web.token_key, &web.database, job, id, &email);
            issued.await.unwrap().unwrap().token.reveal()
        });
    }
    let tokens: BTreeSet<_> = issuing.join_all().await.into_iter().collect();
    assert_eq!(tokens.len(), 1);
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_brought_back() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let ann = id_of(&app, "Ann").await;
    let end_all = async || {
        let transaction = app.web.database.begin().await.unwrap();
        tokens::end_all(&transaction, ann).await.unwrap();
        transaction.commit().await.unwrap();
    };
    let end = async || {
        let transaction = app.web.database.begin().await.unwrap();
        assert_eq!(PASS.end(&transaction, ann).await.unwrap(), 1);
        transaction.commit().await.unwrap();
    };
    for way in [
        "spent",
        "another was spent",
        "called off",
        "all ended",
        "expired",
    ] {
        let job = Uuid::now_v7();
        let token = issue_for(&app, PASS, "Ann", job)
            .await
            .unwrap()
            .token
            .reveal();
        match way {
            "spent" => spend(&app, &token).await,
            "another was spent" => spend(&app, &issue(&app, PASS, "Ann").await).await,
            "called off" => end().await,
            "all ended" => end_all().await,
            _ => expire(&app, -1).await,
        }
        assert!(!is_good(&app, PASS, &token).await, "{way}");
        assert!(issue_for(&app, PASS, "Ann", job).await.is_none(), "{way}");
        assert!(!is_good(&app, PASS, &token).await, "{way}");
    }
}

#[tokio::test]
async fn after_a_change_of_the_key_a_token_that_is_sent_again_works() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let job = Uuid::now_v7();
    issue_for(&app, PASS, "Ann", job).await.unwrap();
    let key = Key::new(&Secret::new(new_secret_key()));
    let again = PASS.issued(&key, &app.web.database, job).await.unwrap();
    assert!(is_good(&app, PASS, &again.unwrap().token.reveal()).await);
}

#[tokio::test]
async fn newer_tokens_leave_the_older_ones_until_one_is_spent() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    app.sign_up("Bob").await;
    let older = issue(&app, PASS, "Ann").await;
    let other = issue(&app, OTHER, "Ann").await;
    let bobs = issue(&app, PASS, "Bob").await;
    let newer = issue(&app, PASS, "Ann").await;
    for (purpose, token) in [
        (PASS, &older),
        (PASS, &newer),
        (OTHER, &other),
        (PASS, &bobs),
    ] {
        assert!(is_good(&app, purpose, token).await, "{purpose:?}");
    }
    assert!(
        !is_good(&app, OTHER, &newer).await,
        "it is for something else"
    );

    spend(&app, &older).await;
    for token in [&older, &newer] {
        assert!(!is_good(&app, PASS, token).await);
    }
    assert!(is_good(&app, OTHER, &other).await && is_good(&app, PASS, &bobs).await);

    let ann = id_of(&app, "Ann").await;
    let pending = OTHER.newest_of_user(&app.web.database, ann).await.unwrap();
    assert_eq!(pending.unwrap().sent_to.as_str(), email_of("Ann"));
    let transaction = app.web.database.begin().await.unwrap();
    assert_eq!(tokens::end_all(&transaction, ann).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    assert!(!is_good(&app, OTHER, &other).await);
    assert!(is_good(&app, PASS, &bobs).await);
}

#[tokio::test]
async fn the_newest_ones_are_good_and_no_more_than_its_purpose_says() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(issue(&app, PASS, "Ann").await);
    }
    let mut good = Vec::new();
    for token in &tokens {
        good.push(is_good(&app, PASS, token).await);
    }
    assert_eq!(good, [false, false, true, true, true]);
    assert_eq!(
        app.browser()
            .post(&format!("/pass/{}", tokens[0]), &[])
            .await
            .status,
        StatusCode::GONE
    );

    // The limit also applies to many tokens that are issued at once.
    let (email, id) = (
        Email::normalized(&email_of("Ann")),
        id_of(&app, "Ann").await,
    );
    let mut issuing = JoinSet::new();
    for _ in 0..8 {
        let (web, email) = (app.web.clone(), email.clone());
        issuing.spawn(async move {
            let (key, job) = (&web.token_key, Uuid::now_v7());
            PASS.issue(key, &web.database, job, id, &email)
                .await
                .unwrap();
            let issued = PASS.issued(key, &web.database, job).await.unwrap();
            issued.map(|issued| issued.token.reveal())
        });
    }
    let mut good = 0;
    for token in issuing.join_all().await.into_iter().flatten() {
        good += usize::from(is_good(&app, PASS, &token).await);
    }
    assert_eq!(good, 3);
}

#[tokio::test]
async fn two_tokens_that_are_spent_at_once_count_once() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let other_process = app.another().await;
    for _ in 0..5 {
        let paths = [
            issue(&app, PASS, "Ann").await,
            issue(&app, PASS, "Ann").await,
        ];
        let tries = paths.into_iter().enumerate().map(|(n, token)| {
            let browser = [&app, &other_process][n].browser();
            tokio::spawn(async move { browser.post(&format!("/pass/{token}"), &[]).await.status })
        });
        let mut statuses = Vec::new();
        for tried in tries.collect::<Vec<_>>() {
            statuses.push(tried.await.unwrap());
        }
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::GONE]);
    }
}

#[tokio::test]
async fn an_expired_token_is_worth_nothing_to_the_millisecond_and_goes() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let token = issue(&app, PASS, "Ann").await;
    expire(&app, 60_000).await;
    assert!(is_good(&app, PASS, &token).await);
    assert_eq!(tokens::delete_expired(&app.web.database).await.unwrap(), 0);

    expire(&app, -1).await;
    assert!(!is_good(&app, PASS, &token).await);
    let answer = app.browser().post(&format!("/pass/{token}"), &[]).await;
    assert_eq!(answer.status, StatusCode::GONE);
    // An expired token is kept for as long as its mail may be retried.
    assert_eq!(tokens::delete_expired(&app.web.database).await.unwrap(), 0);
    expire(&app, -24 * 60 * 60 * 1_000).await;
    assert_eq!(tokens::delete_expired(&app.web.database).await.unwrap(), 1);
}

#[tokio::test]
async fn the_database_knows_the_hash_alone_and_takes_it_for_no_token() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let token = issue(&app, PASS, "Ann").await;
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
    let token = issue(&app, PASS, "Ann").await;
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
