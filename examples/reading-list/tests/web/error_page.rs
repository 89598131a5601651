//! The page that shows an error.

use reqwest::Method;

use crate::support::*;

#[tokio::test]
async fn an_address_without_a_page_gets_a_page_that_says_so() {
    let app = App::start().await;
    let answer = app.browser().get_with("/nowhere", BROWSER).await;
    assert_eq!(answer.status, 404);
    let page = answer.text();
    assert_shows(&page, "<h1>Page not found</h1>");
    assert_shows(&page, "We could not find that page.");
    assert_shows(&page, answer.header("x-request-id"));
}

#[tokio::test]
async fn a_form_that_cannot_be_read_leads_back_to_itself() {
    let app = App::start().await;
    let browser = app.browser();
    let unreadable = browser
        .request(Method::POST, "/login")
        .header("accept", "text/html")
        .header("content-type", "text/plain")
        .body("email=ann");
    let answer = browser.send(unreadable).await;
    assert_eq!(answer.status, 415);
    assert_shows(&answer.text(), "back button");
}
