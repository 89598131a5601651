//! All routes in the route table answer, and no others.

use hoglet_web::app::all_routes;
use reqwest::{Method, StatusCode};

use crate::club::Club;
use crate::support::{App, People};

const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

#[tokio::test]
async fn every_method_that_is_listed_answers_and_every_other_is_a_405() {
    let app = App::start().await;
    let routes = all_routes::<Club>();
    assert!(routes.len() > 12, "{routes:?}");
    for route in routes {
        let path = route.path.replace("{*path}", "app.css");
        for method in METHODS {
            // A path that answers GET also answers HEAD.
            let asked = if method == Method::HEAD {
                "GET"
            } else {
                method.as_str()
            };
            let listed = route.methods.contains(&asked);
            let browser = app.browser();
            let request = browser.request(method.clone(), &path);
            let status = browser.send(request).await.status;
            assert_ne!(status, StatusCode::NOT_FOUND, "{method} {path}");
            let refused = status == StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(refused, !listed, "{method} {path}: {status}");
        }
    }
}

#[tokio::test]
async fn each_path_is_listed_once_with_all_its_methods() {
    let routes = all_routes::<Club>();
    for (index, route) in routes.iter().enumerate() {
        let again = routes[index + 1..]
            .iter()
            .find(|other| other.path == route.path);
        assert_eq!(again, None);
    }
    let log_in = routes.iter().find(|route| route.path == "/login");
    assert_eq!(log_in.unwrap().methods, ["GET", "POST"]);
}

#[tokio::test]
async fn a_path_that_is_not_listed_is_a_404_for_visitors_and_users() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for path in [
        "/logi",
        "/login/x",
        "/api",
        "/api/",
        "/api/bell/x",
        "/members",
        "/dev/reload",
    ] {
        for browser in [&app.browser(), &ann] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
