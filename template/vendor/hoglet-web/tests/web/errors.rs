//! Errors in an app's pages: the exception for PostHog, and the page for the visitor.

use std::time::Duration;

use hoglet_web::settings::secret_key::new_secret_key;
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use time::OffsetDateTime;

use crate::support::{Answer, App, Event, People, with_broken_pages};

const DEVELOPMENT: &[(&str, &str)] = &[("APP_ENV", "development")];
const PAGE: &[(&str, &str)] = &[("accept", "text/html")];

/// The file and the line of the last frame, which is the origin of the error in the app's own code.
fn innermost(exception: &Event) -> (String, u64) {
    let frames = exception["$exception_list"][0]["stacktrace"]["frames"].as_array();
    let frames = frames.expect("there is a stack");
    let innermost = frames.last().expect("there is a frame");
    for frame in frames {
        let file = frame["filename"].as_str().unwrap();
        let hoglets = file.starts_with("hoglet-");
        assert!(!hoglets || frame["in_app"] == false, "{frame}");
    }
    let file = innermost["filename"].as_str().unwrap();
    (file.to_owned(), innermost["lineno"].as_u64().unwrap())
}

/// The text of the page, without its markup.
fn shown(answer: &Answer) -> String {
    answer.text().replace("&#x2f;", "/")
}

#[tokio::test]
async fn each_error_is_known_by_the_place_where_it_arose() {
    let app = with_broken_pages(&[]).await;
    let browser = app.browser();
    let club = include_str!("club/broken.rs").lines().collect::<Vec<_>>();
    for (path, line) in [
        ("/error", "Err(OrderError(std::fmt::Error).into())"),
        ("/panic", "panic!(\"<b>something</b> has come undone\");"),
        ("/other-panic", "digits.expect(\"these are digits\");"),
        ("/database", "SELECT nonsense"),
        ("/other-database", "SELECT nothing"),
        ("/by-hand", "posthog.capture_error(&std::fmt::Error);"),
    ] {
        browser.get(path).await;
        let exceptions = app.events_named("$exception").await;
        let (file, number) = innermost(exceptions.last().unwrap());
        assert_eq!(file, "broken.rs", "{path}");
        let arose = club[number as usize - 1];
        assert!(arose.contains(line), "{path} arose at {number}: {arose}");
    }
}

#[tokio::test]
async fn an_exception_carries_the_request_id_that_the_person_is_shown() {
    let app = with_broken_pages(&[]).await;
    for path in ["/error", "/panic", "/by-hand"] {
        let answer = app.browser().get(path).await;
        let exceptions = app.events_named("$exception").await;
        let id = answer.header("x-request-id");
        assert_eq!(exceptions.last().unwrap()["request_id"], id, "{path}");
        assert!(path == "/by-hand" || answer.text().contains(id), "{path}");
    }
}

#[tokio::test]
async fn a_panic_in_a_task_is_captured_once_and_on_nobodys_behalf() {
    let app = with_broken_pages(&[]).await;
    let ann = app.sign_up("Ann").await;
    assert_eq!(ann.get("/task").await.text(), "it panicked");

    let captured = app.event("$exception").await;
    assert_eq!(captured["$exception_list"][0]["value"], "in a task");
    assert_eq!(
        captured["$exception_list"][0]["mechanism"]["handled"],
        false
    );
    // The task ends, and the process continues.
    assert_eq!(captured["$exception_level"], "error");
    assert_eq!(captured["$process_person_profile"], false);
    assert_ne!(captured.distinct_id, app.user_id("Ann").await);
    assert_eq!(innermost(&captured).0, "broken.rs");
}

#[tokio::test]
async fn a_panic_that_is_passed_on_fails_the_request_under_its_own_name() {
    let app = with_broken_pages(&[]).await;
    let browser = app.browser();
    browser.get("/panic").await;
    let answer = browser.get("/passed-on").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);

    let exceptions = app.events_named("$exception").await;
    let of_this = exceptions.iter().find(|event| {
        event.properties.get("request_id") == Some(&answer.header("x-request-id").into())
    });
    let of_this = of_this.expect("the request's own exception");
    assert_eq!(of_this["$exception_list"][0]["value"], "passed on");
}

#[tokio::test]
async fn panics_outside_of_requests_are_left_alone_where_capture_is_off() {
    let app = with_broken_pages(&[("POSTHOG_CAPTURE_EXCEPTIONS", "false")]).await;
    app.browser().get("/task").await;
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn housekeeping_that_fails_is_captured_on_nobodys_behalf() {
    let app = App::start().await;
    let broken = "DROP TABLE attempts";
    app.web.database.execute_unprepared(broken).await.unwrap();
    let now = OffsetDateTime::now_utc();
    app.run_schedules(now).await;
    app.run_schedules(now + Duration::from_secs(600)).await;
    app.run_jobs().await;

    let captured = app.event("$exception").await;
    assert_eq!(
        captured["$exception_list"][0]["mechanism"]["handled"],
        false
    );
    assert_eq!(captured["$exception_level"], "error");
    assert_eq!(captured["$process_person_profile"], false);
    assert_eq!(captured["job"], "hoglet_remove_expired");
    assert_eq!(innermost(&captured).0, "hoglet-web/src/housekeeping.rs");
}

#[tokio::test]
async fn in_development_the_page_shows_the_error_its_causes_and_its_place() {
    let app = with_broken_pages(DEVELOPMENT).await;
    let answer = app.browser().get_with("/error", PAGE).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);

    let page = shown(&answer);
    assert!(page.contains("OrderError"));
    // The page shows the cause, and lines of its file.
    assert!(page.contains(&std::fmt::Error.to_string()));
    assert!(page.contains("Err(OrderError(std::fmt::Error).into())"));
    assert!(page.contains("broken.rs:"));
    assert!(page.contains(answer.header("x-request-id")));
    assert!(page.contains("/static/reload.js"), "it goes when mended");
    assert!(
        !page.contains("<script>alert"),
        "what an error says is text"
    );
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[tokio::test]
async fn in_development_the_page_shows_a_panic_and_where_it_happened() {
    let app = with_broken_pages(DEVELOPMENT).await;
    let page = shown(&app.browser().get_with("/panic", PAGE).await);
    assert!(page.contains("has come undone"));
    assert!(!page.contains("<b>something"));
    assert!(page.contains(r#"class="line here""#));
    assert!(page.contains("broken.rs:"));
}

#[tokio::test]
async fn in_development_the_page_shows_the_line_of_a_template() {
    let app = with_broken_pages(DEVELOPMENT).await;
    let page = shown(&app.browser().get_with("/template", PAGE).await);
    assert!(page.contains("templates/bell.html:5"), "{page}");
    assert!(
        page.contains("&lt;output id=&quot;count&quot;&gt;"),
        "{page}"
    );
}

#[tokio::test]
async fn elsewhere_nothing_of_it_is_shown() {
    let key = new_secret_key();
    for environment in ["test", "production"] {
        let app = with_broken_pages(&[("APP_ENV", environment), ("SECRET_KEY", &key)]).await;
        for path in ["/error", "/panic", "/template", "/database"] {
            let answer = app.browser().get_with(path, PAGE).await;
            assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
            let page = answer.text();
            assert!(page.contains(answer.header("x-request-id")));
            for inside in ["OrderError", "undone", ".rs", "nonsense", "bell.html"] {
                assert!(!page.contains(inside), "{inside} in {environment}: {page}");
            }
        }
    }
}

#[tokio::test]
async fn programs_get_the_same_json_in_development() {
    let app = with_broken_pages(DEVELOPMENT).await;
    let headers = [("accept", "application/json")];
    let json = app.browser().get_with("/error", &headers).await.json();
    assert_eq!(json.as_object().unwrap().len(), 3, "{json}");
    assert!(!json.to_string().contains("order"));
}
