//! Whose burritos they are: a visitor's become the user's they log in as.

use sea_orm::ConnectionTrait;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

use crate::links::{LOG_IN, RESET, follow, link_for};
use crate::mailed::Mailed;
use crate::support::{App, Browser, PASSWORD, People, Person};

#[tokio::test]
async fn the_count_survives_the_log_in() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    browser.post("/api/burrito/consider", &[]).await;
    browser.log_in("Ann").await;

    let answer = browser.post("/api/burrito/consider", &[]).await;
    assert_eq!(answer.json()["count"], 2);
}

#[tokio::test]
async fn the_count_belongs_to_the_user_from_then_on() {
    let app = App::start().await;
    let browser = app.browser();
    for _ in 0..2 {
        browser.post("/api/burrito/consider", &[]).await;
    }
    browser.sign_up("Ann").await;
    browser.post("/api/burrito/consider", &[]).await;

    let phone = app.browser();
    phone.post("/api/burrito/consider", &[]).await;
    phone.log_in("Ann").await;
    assert_eq!(count(&phone).await, 4, "the phone's own one is added");
    assert_eq!(count(&browser).await, 4, "and seen everywhere");

    browser.log_out().await;
    assert_eq!(count(&browser).await, 0, "whoever comes next begins anew");
    browser.log_in("Ann").await;
    assert_eq!(count(&browser).await, 4, "nothing is added twice");
}

#[tokio::test]
async fn it_survives_a_log_in_by_mail_too() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for (kind, counted) in [(LOG_IN, 1), (RESET, 2)] {
        let link = link_for(&app, kind, "Ann").await;
        let phone = app.browser();
        phone.post("/api/burrito/consider", &[]).await;
        follow(&phone, &link).await;
        assert_eq!(count(&phone).await, counted);
    }
}

#[tokio::test]
async fn two_log_ins_at_once_add_a_visitors_count_once() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    for _ in 0..3 {
        browser.post("/api/burrito/consider", &[]).await;
    }
    // A button that is pressed twice.
    let (first, second) = (browser.copy(), browser.copy());
    tokio::join!(first.log_in("Ann"), second.log_in("Ann"));

    assert_eq!(count(&first).await, 3);
    assert_eq!(count(&second).await, 3);
}

#[tokio::test]
async fn none_is_lost_when_a_user_presses_at_two_places_at_once() {
    let app = App::start().await;
    let desk = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    for _ in 0..10 {
        tokio::join!(
            desk.post("/api/burrito/consider", &[]),
            phone.post("/api/burrito/consider", &[])
        );
    }
    assert_eq!(count(&desk).await, 20);
}

#[tokio::test]
async fn none_is_lost_when_a_visitor_presses_faster_than_answers_come() {
    let app = App::start().await;
    // A visitor is known from the first page on; one who has opted out, from the first press on.
    let visitor = app.browser();
    visitor.get("/burrito").await;
    let opted_out = app.browser();
    opted_out.post("/opt-out", &[("opt_out", "true")]).await;
    opted_out.post("/api/burrito/consider", &[]).await;

    for (browser, before) in [(&visitor, 0), (&opted_out, 1)] {
        let pressing: JoinSet<_> = (0..20)
            .map(|_| browser.clone())
            .map(|browser| async move {
                let answer = browser.post("/api/burrito/consider", &[]).await;
                answer.json()["count"].as_u64().unwrap()
            })
            .collect();
        let mut counts = pressing.join_all().await;
        counts.sort_unstable();
        let expected: Vec<_> = (before + 1..=before + 20).collect();
        assert_eq!(counts, expected, "each press has a count of its own");
        assert_eq!(count(browser).await, before + 20);
    }
    let mut told: Vec<_> = app
        .events_named("burrito_considered")
        .await
        .iter()
        .map(|event| event["total_considerations"].as_u64().unwrap())
        .collect();
    told.sort_unstable();
    assert_eq!(told, (1..=20).collect::<Vec<_>>());

    visitor.sign_up("Ann").await;
    assert_eq!(count(&visitor).await, 20);
    opted_out.sign_up("Bob").await;
    assert_eq!(count(&opted_out).await, 21);
    assert_eq!(
        app.rows("burritos").await,
        2,
        "what was handed over is gone"
    );
}

#[tokio::test]
async fn looking_makes_no_row_and_old_rows_of_visitors_go() {
    let app = App::start().await;
    app.sign_up("Ann")
        .await
        .post("/api/burrito/consider", &[])
        .await;
    app.browser().post("/api/burrito/consider", &[]).await;
    app.browser().get("/burrito").await;
    let rows = async |table| app.rows(table).await;
    assert_eq!((rows("burritos").await, rows("sessions").await), (2, 1));

    let long_ago = OffsetDateTime::now_utc() - Duration::days(2);
    let moved = format!("UPDATE burritos SET changed_at = '{long_ago}'");
    app.web.database.execute_unprepared(&moved).await.unwrap();
    app.browser().post("/api/burrito/consider", &[]).await;
    assert_eq!(
        rows("burritos").await,
        2,
        "the user's and the newest visitor's"
    );
}

#[tokio::test]
async fn a_users_count_is_nobody_elses() {
    let app = App::start().await;
    app.sign_up("Bob").await;
    let browser = app.browser();
    browser.post("/api/burrito/consider", &[]).await;
    browser.sign_up("Ann").await;
    browser.log_in("Bob").await;
    assert_eq!(count(&browser).await, 0);
    browser.log_in("Ann").await;
    assert_eq!(count(&browser).await, 1);
}

#[tokio::test]
async fn with_the_account_goes_the_count() {
    let app = App::start().await;
    for name in ["Ann", "Bob"] {
        let browser = app.sign_up(name).await;
        browser.post("/api/burrito/consider", &[]).await;
    }
    let ann = app.browser();
    ann.log_in("Ann").await;
    let form = [("current_password", PASSWORD)];
    assert_eq!(ann.post("/profile/delete", &form).await.location(), "/");
    assert_eq!(app.rows("burritos").await, 1, "Bob's");
}

/// What the page shows.
async fn count(browser: &Browser) -> u64 {
    let page = browser.get("/burrito").await.text();
    let (_, rest) = page.split_once(r#"<output id="count">"#).unwrap();
    let (count, _) = rest.split_once('<').unwrap();
    count.parse().unwrap()
}
