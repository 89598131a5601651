//! `next`: the destination after log-in and sign-up.
//!
//! `hoglet_web` tests which paths are local. These tests check that each form follows only local paths.

use crate::support::*;

/// Destinations on other sites, as a malicious link could name them.
const OTHER_SITES: [&str; 4] = [
    "https://evil.example",
    "//evil.example",
    "/x/%2E.//evil.example",
    "/\t/evil.example",
];

/// Sends the form of a page as a new user or as Ann. Returns the destination.
async fn submit(app: &App, path: &str, email: &str, next: &str) -> String {
    let form = [
        ("name", "Ann"),
        ("email", email),
        ("password", PASSWORD),
        ("next", next),
    ];
    let answer = app.browser().post(path, &form).await;
    answer.location().to_owned()
}

#[tokio::test]
async fn both_forms_lead_to_a_page_of_the_app() {
    let (app, _) = app_with_ann().await;
    let next = "/orders?a=1&b=%2F%2F#last";
    assert_eq!(submit(&app, "/login", ANN, next).await, next);
    assert_eq!(submit(&app, "/signup", BOB, next).await, next);
}

#[tokio::test]
async fn neither_form_leads_to_another_site() {
    let (app, _) = app_with_ann().await;
    for (n, next) in OTHER_SITES.into_iter().enumerate() {
        let new = format!("{n}@example.com");
        assert_eq!(submit(&app, "/login", ANN, next).await, AFTER_LOG_IN);
        assert_eq!(submit(&app, "/signup", &new, next).await, AFTER_LOG_IN);
        let query = next.replace('%', "%25").replace('\t', "%09");
        for page in ["/login", "/signup"] {
            let page = app.browser().page(&format!("{page}?next={query}")).await;
            assert_hides(&page, "evil.example");
        }
    }
}

#[tokio::test]
async fn a_visitor_comes_back_to_the_page_that_needed_a_log_in() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser.get("/profile?tab=1&x=%20").await;
    let log_in = "/login?next=%2Fprofile%3Ftab%3D1%26x%3D%2520";
    assert_eq!(answer.location(), log_in);

    let page = browser.page(log_in).await;
    assert_shows(&page, "Log in to open the page you asked for.");
    let hidden = r#"name="next" value="&#x2f;profile?tab=1&amp;x=%20""#;
    assert_shows(&page, hidden);
    let sign_up = r#"href="/signup?next=&#x2f;profile%3Ftab%3D1%26x%3D%2520""#;
    assert_shows(&page, sign_up);
}
