//! `/`

use reqwest::StatusCode;

use crate::support::{App, People, Person};

#[tokio::test]
async fn a_visitor_reads_what_this_is_and_finds_the_way_in() {
    let app = App::start().await;
    let page = app.browser().get("/").await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let text = page.text();
    assert!(text.contains(r#"href="/login""#) && text.contains(r#"href="/signup""#));
    assert!(text.contains(env!("CARGO_PKG_DESCRIPTION")));
    assert!(!text.contains("<input type=\"email\""), "a form of its own");
    assert!(!text.contains(r#"action="/logout""#));
}

#[tokio::test]
async fn a_user_is_sent_on_to_the_dashboard() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;

    assert_eq!(ann.get("/").await.location(), "/dashboard");
    let with_query = ann.get("/?utm_source=a%20b&x=%C3%A9&x").await;
    assert_eq!(
        with_query.location(),
        "/dashboard?utm_source=a%20b&x=%C3%A9&x"
    );
}

#[tokio::test]
async fn the_app_is_called_what_its_setting_says() {
    let app = App::with(&[("APP_NAME", "Ann's <Burritos>")]).await;
    for path in ["/", "/login", "/burrito", "/nowhere"] {
        let page = app.browser().get(path).await.text();
        let name = "Ann&#x27;s &lt;Burritos&gt;";
        let (_, rest) = page.split_once("<title>").unwrap();
        let (title, _) = rest.split_once("</title>").unwrap();
        assert!(title.ends_with(name), "{path}: {title}");
        assert!(!page.contains("<Burritos>"), "{path}");
    }
}
