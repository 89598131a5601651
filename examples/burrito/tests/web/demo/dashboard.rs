//! `/dashboard`: flags and experiments.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{App, People};
use hoglet_web::testing::Mood;

#[tokio::test]
async fn it_is_for_users() {
    let app = App::start().await;
    let answer = app.browser().get("/dashboard").await;

    assert_eq!(answer.location(), "/login?next=%2Fdashboard");
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn a_look_at_it_is_an_event() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    assert_eq!(ann.get("/dashboard").await.status, StatusCode::OK);

    let event = app.event("dashboard_viewed").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
}

#[tokio::test]
async fn a_flag_and_its_payload_change_the_page() {
    let app = App::start().await;
    let payload = json!({ "colour": "<b>green</b>" });
    app.posthog
        .set_flag("new-dashboard-feature", true, Some(payload));
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/dashboard").await.text();

    assert!(page.contains("You are among the first to see the new dashboard."));
    assert!(page.contains("colour"));
    assert!(!page.contains("<b>green"), "markup in a payload is text");
}

#[tokio::test]
async fn a_variant_chooses_the_headline() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for (variant, headline) in [
        ("friendly", "Good to see you"),
        ("bold", "Let&#x27;s get it done"),
        ("control", "Dashboard"),
        ("one that we do not know", "Dashboard"),
    ] {
        app.posthog.set_flag("dashboard-headline", variant, None);
        let page = ann.get("/dashboard").await.text();
        let headline = format!("<h1>{headline}</h1>");
        assert!(page.contains(&headline), "{variant}: {page}");
    }
}

#[tokio::test]
async fn what_it_has_read_is_an_event_of_each_flag_and_known_to_posthog_js() {
    let app = App::start().await;
    app.posthog.set_flag("new-dashboard-feature", true, None);
    app.posthog.set_flag("dashboard-headline", "bold", None);
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/dashboard").await;

    let flags = json!({ "new-dashboard-feature": true, "dashboard-headline": "bold" });
    assert_eq!(page.posthog_config().unwrap()["flags"], flags);
    let read = app.events_named("$feature_flag_called").await;
    let mut read: Vec<_> = read.iter().map(|event| &event["$feature_flag"]).collect();
    read.sort_by_key(|flag| flag.to_string());
    assert_eq!(read, ["dashboard-headline", "new-dashboard-feature"]);
    let view = app.event("dashboard_viewed").await;
    assert_eq!(view["$feature/dashboard-headline"], "bold");
}

#[tokio::test]
async fn defaults_hold_when_posthog_fails() {
    let app = App::start().await;
    app.posthog.set_flag("new-dashboard-feature", true, None);
    let ann = app.sign_up("Ann").await;
    app.posthog.feels(Mood::Fails);
    let page = ann.get("/dashboard").await;
    app.posthog.feels(Mood::Well);

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("<h1>Dashboard</h1>"));
    assert!(page.text().contains(r#"<span class="badge">off</span>"#));
}

#[tokio::test]
async fn in_development_it_leads_to_the_flags_switch_in_the_stand_in() {
    let app = App::with(&[("APP_ENV", "development")]).await;
    let page = app.sign_up("Ann").await.get("/dashboard").await.text();
    let switch = format!("{}/#flag=new-dashboard-feature", app.posthog.url);
    assert!(page.replace("&#x2f;", "/").contains(&switch), "{page}");
}
