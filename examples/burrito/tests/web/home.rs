//! `/`

use app::routes::next::AFTER_LOG_IN;
use reqwest::StatusCode;

use crate::support::{App, People};

#[tokio::test]
async fn a_visitor_reads_what_this_is_and_finds_the_way_in() {
    let app = App::start().await;
    let page = app.browser().get("/").await;

    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains(r#"href="/login""#) && text.contains(r#"href="/signup""#));
    assert!(text.contains(env!("CARGO_PKG_DESCRIPTION")));
    assert!(!text.contains(r#"action="/logout""#));
}

#[tokio::test]
async fn a_user_is_sent_on() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;

    assert_eq!(ann.get("/").await.location(), AFTER_LOG_IN);
    let campaign = "?utm_source=a%20b&x=%C3%A9&x";
    assert_eq!(
        ann.get(&format!("/{campaign}")).await.location(),
        format!("{AFTER_LOG_IN}{campaign}"),
        "posthog-js reads it there"
    );
}

#[tokio::test]
async fn the_app_is_called_what_its_setting_says() {
    let app = App::with(&[("APP_NAME", "Ann's <Hats>")]).await;
    for path in ["/", "/login", "/signup", "/nowhere"] {
        let page = app.browser().get(path).await.text();
        let (_, rest) = page.split_once("<title>").unwrap();
        let (title, _) = rest.split_once("</title>").unwrap();
        assert!(
            title.ends_with("Ann&#x27;s &lt;Hats&gt;"),
            "{path}: {title}"
        );
    }
}

#[tokio::test]
async fn in_development_every_page_leads_to_the_mail_that_was_kept() {
    for (environment, leads) in [("development", true), ("test", false)] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        let page = app.browser().get("/").await.text();
        assert_eq!(page.contains(r#"href="/dev/mail""#), leads);
    }
}
