//! `templates/error.html` and `src/sentences.rs`: what went wrong, in people's words.

use hoglet_web::testing::BROWSER;
use reqwest::{Method, StatusCode};

use crate::support::App;

#[tokio::test]
async fn an_address_that_leads_nowhere_says_so() {
    let app = App::start().await;
    let answer = app.browser().get_with("/nowhere", BROWSER).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let page = answer.text();
    assert!(page.contains("<h1>Page not found</h1>"), "{page}");
    assert!(page.contains("There is nothing at this address."), "{page}");
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
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(answer.text().contains("back button leads to the form"));
}
