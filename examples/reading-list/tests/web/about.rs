//! `/about`

use crate::support::*;

#[tokio::test]
async fn a_visitor_finds_it_in_the_navigation_and_reads_it() {
    let app = App::start().await;
    let browser = app.browser();
    assert_shows(&browser.page("/").await, r#"href="/about""#);
    let page = browser.page("/about").await;
    assert_shows(&page, "<h1>About</h1>");
}
