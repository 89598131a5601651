//! The owner of a count: at log-in, the visitor's count is added to the user's.

use time::OffsetDateTime;
use tokio::task::JoinSet;

use crate::support::*;

/// Presses the button. Returns the new count.
pub async fn consider(browser: &Browser) -> u64 {
    let answer = browser.post("/api/burrito/consider", &[]).await;
    answer.json()["count"].as_u64().unwrap()
}

/// The count that the page shows.
pub async fn count(browser: &Browser) -> u64 {
    let page = browser.page("/burrito").await;
    let (_, rest) = page.split_once(r#"<output id="count">"#).unwrap();
    let (count, _) = rest.split_once('<').unwrap();
    count.parse().unwrap()
}

#[tokio::test]
async fn the_count_of_a_visitor_is_added_to_that_of_the_user() {
    let app = App::start().await;
    let browser = app.browser();
    consider(&browser).await;
    consider(&browser).await;
    browser.sign_up(ANN).await;
    assert_eq!(consider(&browser).await, 3);

    let phone = app.browser();
    consider(&phone).await;
    phone.log_in(ANN).await;
    assert_eq!(count(&phone).await, 4);
    assert_eq!(count(&browser).await, 4, "it is the same on every device");

    browser.log_out().await;
    assert_eq!(count(&browser).await, 0, "the next visitor begins anew");
    browser.log_in(ANN).await;
    assert_eq!(count(&browser).await, 4, "nothing is added twice");
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn no_press_is_lost_when_a_visitor_presses_faster_than_answers_come() {
    let app = App::start().await;
    // A visitor has an id from the first page on; one who opted out, from the first press on.
    let visitor = app.browser();
    visitor.get("/burrito").await;
    let opted_out = app.browser();
    opted_out.post("/opt-out", &[("opt_out", "true")]).await;
    consider(&opted_out).await;

    for (browser, before) in [(&visitor, 0), (&opted_out, 1)] {
        let mut presses = JoinSet::new();
        for _ in 0..20 {
            let browser = browser.clone();
            presses.spawn(async move { consider(&browser).await });
        }
        let mut counts = presses.join_all().await;
        counts.sort_unstable();
        let expected: Vec<_> = (before + 1..=before + 20).collect();
        assert_eq!(counts, expected, "each press has a count of its own");
    }
    assert_eq!(app.events_named("burrito_considered").await.len(), 20);

    visitor.sign_up(ANN).await;
    assert_eq!(count(&visitor).await, 20);
    opted_out.sign_up(BOB).await;
    assert_eq!(count(&opted_out).await, 21);
    assert_eq!(
        app.count_rows("burritos").await,
        2,
        "the rows of the visitors are gone"
    );
}

#[tokio::test]
async fn a_view_makes_no_row_and_old_rows_of_visitors_are_deleted() {
    let app = App::start().await;
    consider(&app.sign_up(ANN).await).await;
    consider(&app.browser()).await;
    app.browser().get("/burrito").await;
    assert_eq!(app.count_rows("burritos").await, 2);
    assert_eq!(app.count_rows("sessions").await, 1);

    let long_ago = OffsetDateTime::now_utc() - 48 * HOUR;
    app.execute(&format!("UPDATE burritos SET changed_at = '{long_ago}'"))
        .await;
    consider(&app.browser()).await;
    assert_eq!(
        app.count_rows("burritos").await,
        2,
        "the user's and the newest visitor's"
    );
}

#[tokio::test]
async fn it_is_deleted_with_the_account() {
    let app = App::start().await;
    for email in [ANN, BOB] {
        consider(&app.sign_up(email).await).await;
    }
    let answer = app.log_in(ANN).await.delete_account(PASSWORD).await;
    assert_eq!(answer.location(), "/");
    assert_eq!(app.count_rows("burritos").await, 1, "Bob's");
}
