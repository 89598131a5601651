//! The route table lists exactly the routes that answer.

use app::routes;
use hoglet_web::routes::Route;
use reqwest::{Method, StatusCode};

use crate::support::*;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

#[tokio::test]
async fn every_method_in_the_table_is_answered() {
    let app = App::start().await;
    for Route { path, methods } in routes::pages().table() {
        for method in methods {
            let status = status(&app, method, path).await;
            assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert!(!status.is_server_error(), "{method} {path}: {status}");
            // There may be nothing with the id in the path.
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
            let status = status(&app, method, path).await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_path_that_is_not_in_the_table_is_not_found() {
    let app = App::start().await;
    for method in METHODS {
        assert_eq!(status(&app, method, "/nowhere").await, 404);
    }
}

/// The status that a visitor gets. `/orders/{id}` is requested as `/orders/1`.
async fn status(app: &App, method: &str, path: &str) -> StatusCode {
    let segments = path.split('/');
    let segments = segments.map(|name| if name.starts_with('{') { "1" } else { name });
    let path = segments.collect::<Vec<_>>().join("/");
    let browser = app.browser();
    let request = browser.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    browser.send(request).await.status
}
