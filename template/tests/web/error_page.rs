//! The page that shows an error.

use reqwest::Method;

use crate::support::*;

#[tokio::test]
async fn an_address_without_a_page_gets_a_page_that_says_so() {
    let app = App::start().await;
    let answer = app.browser().get_with("/nowhere", BROWSER).await;
    assert_eq!(answer.status, 404);
    let page = answer.text();
    assert!(page.contains("<h1>Page not found</h1>"), "{page}");
    assert!(page.contains("We could not find that page."), "{page}");
    assert!(page.contains(answer.header("x-request-id")), "{page}");
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
    assert!(answer.text().contains("back button"), "{}", answer.text());
}
