//! `/`

use crate::support::*;

#[tokio::test]
async fn a_visitor_reads_what_this_is_and_finds_log_in_and_sign_up() {
    let app = App::start().await;
    let page = app.browser().page("/").await;
    assert!(page.contains(r#"href="/login""#) && page.contains(r#"href="/signup""#));
    assert_shows(&page, env!("CARGO_PKG_DESCRIPTION"));
    assert_hides(&page, r#"action="/logout""#);
}

#[tokio::test]
async fn a_user_is_sent_on_and_campaign_parameters_stay() {
    let (_app, ann) = app_with_ann().await;
    assert_eq!(ann.get("/").await.location(), AFTER_LOG_IN);
    let campaign = "?utm_source=a%20b&x=%C3%A9&x";
    assert_eq!(
        ann.get(&format!("/{campaign}")).await.location(),
        format!("{AFTER_LOG_IN}{campaign}"),
        "posthog-js reads them there"
    );
}

#[tokio::test]
async fn in_development_every_page_leads_to_the_mails_that_were_kept() {
    for (environment, leads) in [("development", true), ("test", false)] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        let page = app.browser().page("/").await;
        assert_eq!(page.contains(r#"href="/dev/mail""#), leads);
    }
}
