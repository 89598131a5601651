//! Every template can be parsed, and every page is rendered: an undefined variable would be a 500.

use app::app::App as TheApp;
use app::routes;
use hoglet_web::app::App as _;
use minijinja::Environment;

use crate::support::*;

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
    let ann = app.sign_up(ANN).await;
    for browser in [&app.browser(), &ann] {
        for path in pages("GET") {
            let page = browser.get_with(path, BROWSER).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.text());
        }
    }
}

#[tokio::test]
async fn every_form_that_is_sent_empty_is_answered() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    for path in pages("POST") {
        for browser in [app.browser(), app.log_in(ANN).await] {
            let page = browser.post_with(path, &[], BROWSER).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.text());
        }
    }
}

#[tokio::test]
async fn markup_that_a_user_typed_stays_text() {
    let app = App::start().await;
    let browser = app.browser();
    let markup = r#""><script>alert('x')</script>{{ 'in' ~ 'jected' }}</title>"#;
    let is_text = |page: &str| !page.contains("<script>alert") && !page.contains("injected");
    for path in ["/signup", "/login"] {
        let typed = [("name", markup), ("email", markup), ("next", markup)];
        let page = browser.post(path, &typed).await.text();
        assert!(is_text(&page), "{path}: {page}");
    }
    browser.try_sign_up(markup, ANN, PASSWORD).await;
    assert!(browser.is_signed_in().await);
    for path in pages("GET").into_iter().chain(["/nowhere"]) {
        let page = browser.page(path).await;
        assert!(is_text(&page), "{path}: {page}");
    }
}

/// The paths that answer a method and have no parameter.
fn pages(method: &str) -> Vec<&'static str> {
    let table = routes::pages().table().into_iter();
    table
        .filter(|route| route.methods.contains(&method) && !route.path.contains('{'))
        .map(|route| route.path)
        .collect()
}
