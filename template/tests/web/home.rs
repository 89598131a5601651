//! `/`

use reqwest::StatusCode;

use crate::support::App;

#[tokio::test]
async fn a_visitor_reads_what_this_is_and_may_log_in() {
    let app = App::start().await;
    let page = app.browser().get("/").await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let text = page.text();
    assert!(text.contains(r#"method="post" action="/login""#));
    assert!(text.contains(r#"name="email""#) && text.contains(r#"name="password""#));
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
async fn the_form_remembers_where_the_visitor_wanted_to_go() {
    let app = App::start().await;
    let page = app.browser().get("/?next=%2Fprofile%3Fa%3D1%26b").await;

    assert!(
        page.text()
            .contains(r#"name="next" value="&#x2f;profile?a=1&amp;b""#),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn a_place_elsewhere_is_forgotten() {
    let app = App::start().await;
    for elsewhere in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%2F%09%2Fevil.example",
        "javascript%3Aalert(1)",
    ] {
        let page = app.browser().get(&format!("/?next={elsewhere}")).await;
        assert!(!page.text().contains(r#"name="next""#), "{elsewhere}");
    }
}
