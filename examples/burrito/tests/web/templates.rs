//! Every template is one, and every page is rendered: an undefined variable would be a 500.

use app::app::App as TheApp;
use app::routes;
use hoglet_web::app::App as _;
use minijinja::Environment;

use crate::support::{App, BROWSER, PASSWORD, People, Person};

#[test]
fn every_template_can_be_parsed() {
    let templates = TheApp::parts().templates;
    for name in templates.names() {
        let file = templates.get(&name).unwrap();
        let source = str::from_utf8(&file.data).unwrap();
        let mut views = Environment::new();
        let parsed = views.add_template(&name, source);
        assert!(parsed.is_ok(), "{name}: {parsed:?}");
    }
}

#[tokio::test]
async fn every_page_is_rendered_for_visitors_and_for_users() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for browser in [&app.browser(), &ann] {
        for path in pages("GET").into_iter().chain(["/nowhere"]) {
            let page = browser.get_with(path, BROWSER).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.text());
        }
    }
}

#[tokio::test]
async fn every_form_is_rendered_again_with_what_is_wrong() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for path in pages("POST") {
        let ann = app.browser();
        ann.log_in("Ann").await;
        for browser in [&app.browser(), &ann] {
            let page = browser.post_with(path, &[], BROWSER).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.text());
        }
    }
}

#[tokio::test]
async fn markup_in_what_somebody_typed_stays_text() {
    let app = App::start().await;
    let browser = app.browser();
    let markup = r#""><script>alert('x')</script>{{ 'in' ~ 'jected' }}</title>"#;
    // Forms come back with what was typed.
    let typed = [("name", markup), ("email", markup), ("next", markup)];
    for path in ["/signup", "/login"] {
        let page = browser.post(path, &typed).await.text();
        assert_is_text(path, &page);
    }
    // A name is shown on every page of its user.
    let account = [
        ("name", markup),
        ("email", "mallory@example.com"),
        ("password", PASSWORD),
    ];
    browser.post("/signup", &account).await;
    assert!(browser.is_signed_in().await);
    for path in pages("GET").into_iter().chain(["/nowhere"]) {
        let page = browser.get(path).await.text();
        assert_is_text(path, &page);
    }
}

#[track_caller]
fn assert_is_text(path: &str, page: &str) {
    assert!(!page.contains("<script>alert"), "{path}: {page}");
    assert!(!page.contains("injected"), "{path}: {page}");
}

/// The paths that answer a method and ask for no id.
fn pages(method: &str) -> Vec<&'static str> {
    let table = routes::pages().table().into_iter();
    table
        .filter(|route| route.methods.contains(&method) && !route.path.contains('{'))
        .map(|route| route.path)
        .collect()
}
