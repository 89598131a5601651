//! `/livez` and `/readyz`

use hoglet_web::app::App as _;
use hoglet_web::database;
use reqwest::StatusCode;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::club::Club;
use crate::support::{App, People, RING, Reply};

#[tokio::test]
async fn a_healthy_app_is_alive_and_ready() {
    let app = App::start().await;
    let alive = app.browser().get("/livez").await;
    assert_eq!((alive.status, alive.text()), (StatusCode::OK, "ok".into()));

    let ready = app.browser().get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(
        ready.json(),
        json!({
            "status": "ok",
            "database": "ok",
            "posthog": {
                "enabled": true,
                "captured": 0,
                "delivered": 0,
                "waiting": 0,
                "lost": 0,
                "dropped": 0,
            },
            "jobs": { "oldest_due_seconds": 0, "failed": 0 },
        })
    );
    assert!(ready.cookies().is_empty());
}

#[tokio::test]
async fn it_counts_what_was_captured() {
    let app = App::start().await;
    let browser = app.browser();
    for _ in 0..3 {
        browser.post(RING, &[]).await;
    }
    app.events().await;

    let counts = browser.get("/readyz").await.json()["posthog"].clone();
    assert_eq!(counts["captured"], 3);
    assert_eq!(counts["delivered"], 3);
    assert_eq!(counts["lost"], 0);
}

#[tokio::test]
async fn a_posthog_in_trouble_does_not_make_the_app_unready() {
    let app = App::start().await;
    app.posthog.replies(Reply::Status(503));
    app.browser().post(RING, &[]).await;

    let ready = app.browser().get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.json()["posthog"]["waiting"], 1);
    app.posthog.replies(Reply::Normal);
    app.event("bell_rung").await;
}

#[tokio::test]
async fn without_posthog_it_says_so() {
    let app = App::with(&[("POSTHOG_DISABLED", "true")]).await;
    app.sign_up("Ann").await;

    let ready = app.browser().get("/readyz").await;
    assert_eq!(ready.json()["posthog"]["enabled"], false);
    assert!(app.stop().await.is_empty());
}

#[tokio::test]
async fn a_database_that_is_not_migrated_is_not_ready() {
    let app = App::start().await;
    let migrations = Club::parts().migrations;
    database::migrate_down(&app.web.database, migrations)
        .await
        .unwrap();

    let ready = app.browser().get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.json()["status"], "unavailable");
    assert_eq!(ready.json()["database"], "not migrated");
    database::migrate(&app.web.database, migrations)
        .await
        .unwrap();
    assert_eq!(app.browser().get("/readyz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_newer_process_may_have_migrated_further() {
    let app = App::start().await;
    let newer =
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_tomorrow', 0)";
    app.web.database.execute_unprepared(newer).await.unwrap();

    assert_eq!(app.browser().get("/readyz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_database_that_is_gone_is_not_ready_and_pages_apologize() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    app.web.database.clone().close().await.unwrap();

    let ready = ann.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.json()["database"], "unreachable");
    assert_eq!(ann.get("/livez").await.status, StatusCode::OK);

    let page = ann.get("/lounge").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.headers.contains_key("retry-after"));
    assert!(!page.text().to_lowercase().contains("pool"));
    let home = app.browser().get("/").await;
    assert_eq!(
        home.status,
        StatusCode::OK,
        "a new visitor needs no database"
    );
}

#[tokio::test]
async fn an_error_before_the_identity_is_known_still_carries_the_request() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    app.web.database.clone().close().await.unwrap();
    ann.get_with("/lounge?a=1", &[("x-posthog-session-id", "s")])
        .await;

    let exception = app.event("$exception").await;
    assert_eq!(exception["$process_person_profile"], false);
    assert_eq!(exception["$request_path"], "/lounge");
    assert_eq!(exception["$current_url"], format!("{}/lounge?a=1", app.url));
    assert_eq!(exception["$session_id"], "s");
    assert_eq!(exception["$ip"], "127.0.0.1");
}
