//! The configuration that pages give to posthog-js.

use serde_json::json;

use hoglet_web::app::App as _;

use crate::club::Club;
use crate::support::{App, People};

#[tokio::test]
async fn a_visitors_page_names_the_visitor() {
    let app = App::start().await;
    let browser = app.browser();
    let page = browser.get("/bell").await;

    assert!(page.text().contains("/static/posthog.js"));
    let config = page.posthog_config().unwrap();
    assert_eq!(config["token"], "phc_test");
    assert_eq!(config["distinct_id"], browser.visitor_id());
    assert_eq!(config["is_identified"], false);
    assert_eq!(config["api_host"], "/relay");
    assert_eq!(config["script"], "/relay/static/array.js");
    assert_eq!(config["session_replay"], true);
    assert_eq!(config["capture_exceptions"], true);
    assert_eq!(config["secret_parameters"]["anywhere"][0], "token");
    assert_eq!(config["flags"], json!({}));
}

#[tokio::test]
async fn a_users_page_names_the_user_error_pages_too() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let id = app.user_id("Ann").await;
    for path in ["/card", "/nowhere"] {
        let config = ann.get(path).await.posthog_config().unwrap();
        assert_eq!(config["distinct_id"], id, "{path}");
        assert_eq!(config["is_identified"], true, "{path}");
    }
}

#[tokio::test]
async fn a_header_does_not_choose_the_user_of_a_page() {
    let app = App::start().await;
    let browser = app.browser();
    let header = [("x-posthog-distinct-id", "somebody-else")];
    let config = browser.get_with("/", &header).await.posthog_config();

    assert_eq!(config.unwrap()["distinct_id"], browser.visitor_id());
}

#[tokio::test]
async fn posthog_js_stays_away_where_it_is_off() {
    for off in [
        ("POSTHOG_JS", "false"),
        ("POSTHOG_PROJECT_TOKEN", ""),
        ("POSTHOG_DISABLED", "true"),
    ] {
        let app = App::with(&[off]).await;
        let page = app.browser().get("/").await;
        assert!(page.posthog_config().is_none(), "{off:?}");
        assert!(!page.text().contains("posthog.js"), "{off:?}");
    }
}

#[tokio::test]
async fn an_event_of_a_page_has_the_release_and_the_environment() {
    let app = App::start().await;
    let config = app.browser().get("/").await.posthog_config().unwrap();
    let properties = json!({ "environment": "test", "release": Club::PACKAGE.release });
    assert_eq!(config["properties"], properties);
}

#[tokio::test]
async fn robots_are_left_out_in_production_alone() {
    for (environment, filters) in [
        ("development", false),
        ("test", false),
        ("production", true),
    ] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        let config = app.browser().get("/").await.posthog_config().unwrap();
        assert_eq!(config["filter_robots"], filters, "{environment}");
    }
}

#[tokio::test]
async fn session_replay_can_be_switched_off() {
    let app = App::with(&[("POSTHOG_SESSION_REPLAY", "false")]).await;
    let config = app.browser().get("/").await.posthog_config().unwrap();
    assert_eq!(config["session_replay"], false);
}

#[tokio::test]
async fn errors_in_the_browser_are_captured_where_the_servers_are() {
    let app = App::with(&[("POSTHOG_CAPTURE_EXCEPTIONS", "false")]).await;
    let config = app.browser().get("/").await.posthog_config().unwrap();
    assert_eq!(config["capture_exceptions"], false);
}

#[tokio::test]
async fn without_the_proxy_browsers_go_straight_to_the_region() {
    for region in ["us", "eu"] {
        let host = format!("https://{region}.i.posthog.com");
        let app = App::with(&[("POSTHOG_PROXY_PATH", ""), ("POSTHOG_HOST", &host)]).await;
        let page = app.browser().get("/").await;
        let config = page.posthog_config().unwrap();
        assert_eq!(config["api_host"], host);
        assert_eq!(config["ui_host"], format!("https://{region}.posthog.com"));
        let assets = format!("https://{region}-assets.i.posthog.com");
        assert_eq!(config["script"], format!("{assets}/static/array.js"));
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains(&host) && policy.contains(&assets),
            "{policy}"
        );
    }
}
