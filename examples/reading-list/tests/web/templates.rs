//! Every page is rendered, because an undefined variable would be a 500.

use app::routes;
use reqwest::Method;

use crate::support::*;

#[tokio::test]
async fn every_page_is_rendered_and_every_empty_form_is_answered() {
    let (app, _) = app_with_ann().await;
    for (method, paths) in [(Method::GET, pages("GET")), (Method::POST, pages("POST"))] {
        for path in paths {
            for browser in [app.browser(), app.log_in(ANN).await] {
                let request = browser.request(method.clone(), path);
                let form = request.header("content-type", "application/x-www-form-urlencoded");
                let answer = browser.send(form).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{path}: {}",
                    answer.text()
                );
            }
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
