//! The route table against what really answers.

use app::routes;
use hoglet_web::routes::Route;
use reqwest::{Method, StatusCode};

use crate::support::App;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

#[tokio::test]
async fn every_method_in_the_table_is_answered() {
    let app = App::start().await;
    for Route { path, methods } in routes::pages().table() {
        for method in methods {
            let status = ask(&app, method, path).await;
            assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(!status.is_server_error(), "{method} {path}: {status}");
            // Where an id is asked for there may be nothing of this id.
            let found = status != StatusCode::NOT_FOUND || path.contains('{');
            assert!(found, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn no_other_method_is_answered() {
    let app = App::start().await;
    for Route { path, methods } in routes::pages().table() {
        for method in METHODS.iter().filter(|method| !methods.contains(method)) {
            let status = ask(&app, method, path).await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_is_not_in_the_table_is_not_found() {
    let app = App::start().await;
    for method in METHODS {
        assert_eq!(ask(&app, method, "/nowhere").await, StatusCode::NOT_FOUND);
    }
}

/// What a visitor gets. `/orders/{id}` is asked for as `/orders/1`.
async fn ask(app: &App, method: &str, path: &str) -> StatusCode {
    let segments = path.split('/');
    let segments = segments.map(|name| if name.starts_with('{') { "1" } else { name });
    let path = segments.collect::<Vec<_>>().join("/");
    let browser = app.browser();
    let request = browser.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    browser.send(request).await.status
}
