//! Requests that a handler makes on behalf of a group.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::posthog::PostHog;
use minijinja::context;
use serde_json::json;

use crate::club::plan::{GREETING, NEW_LOUNGE, VoteCast};
use crate::club::router_with;
use crate::support::{App, People, Reply, until_asked, wait_until};

/// Asks for flags before and after each group.
async fn joins_two_groups(posthog: PostHog) -> &'static str {
    let page = posthog.clone();
    posthog.flags().await;
    for _ in 0..2 {
        posthog.with_group("company", "acme", json!({ "plan": "large" }));
        posthog.flags().await;
        page.flags().await;
    }
    posthog.with_group("team", "blue", json!({}));
    posthog.flags().await.variant(&GREETING).unwrap_or("none")
}

/// Two parts of one request. One part joins a group.
async fn captures_before_and_after(posthog: PostHog, page: Page) -> Result<Html<String>> {
    let other = posthog.clone();
    posthog.capture(VoteCast { choice: "before" });
    posthog.with_group("company", "acme", json!({ "plan": "large" }));
    other.capture(VoteCast { choice: "after" });
    other.flags().await.is_enabled(&NEW_LOUNGE);
    other.capture_error(&std::io::Error::other("broken"));
    page.render("home.html", context! {})
}

async fn describes_again_and_again(posthog: PostHog) {
    for plan in ["small", "small", "large", "large"] {
        posthog.group_identify("company", "acme", json!({ "plan": plan }));
        posthog.with_group("company", "acme", json!({ "plan": plan }));
    }
    posthog.with_group("company", "acme", json!({}));
}

/// Joins groups with a blank key, and with a blank type.
async fn belongs_to_no_company(posthog: PostHog) {
    for blank in ["", " ", "\t\r\n", "\u{2003}"] {
        posthog.with_group("company", blank, json!({ "plan": "large" }));
        posthog.group_identify("company", blank, json!({ "plan": "large" }));
    }
    posthog.with_group("", "acme", json!({ "plan": "large" }));
    posthog.group_identify("  ", "acme", json!({ "plan": "large" }));
    posthog.flags().await;
    posthog.capture(VoteCast { choice: "alone" });
}

async fn app() -> App {
    let pages = Router::new()
        .route("/two", get(joins_two_groups))
        .route("/after", get(captures_before_and_after))
        .route("/describe", get(describes_again_and_again))
        .route("/alone", get(belongs_to_no_company))
        .route(
            "/flags",
            get(async |posthog: PostHog| drop(posthog.flags().await)),
        );
    let app = App::with_router(&[], |web| router_with(pages, web)).await;
    until_asked(&app, "/flags").await;
    app
}

/// Waits until the reading of a flag has arrived, which the SDK sends later.
async fn flag_read(app: &App) {
    let arrived = || {
        let events = app.posthog.events();
        events
            .iter()
            .any(|event| event.name == "$feature_flag_called")
    };
    wait_until("the exposure has arrived", arrived).await;
}

#[tokio::test]
async fn flags_know_the_groups_and_are_asked_for_once_for_each_set_of_them() {
    let app = app().await;
    app.posthog.set_flag("lounge-greeting", "bold", None);
    let before = app.posthog.flag_requests().len();
    let ann = app.sign_up("Ann").await;
    assert_eq!(ann.get("/two").await.text(), "bold");

    let asked = &app.posthog.flag_requests()[before..];
    let groups: Vec<_> = asked.iter().map(|asked| asked["groups"].clone()).collect();
    let both = json!({ "company": "acme", "team": "blue" });
    assert_eq!(groups, [json!({}), json!({ "company": "acme" }), both]);
    let properties = json!({ "company": { "plan": "large" }, "team": {} });
    assert_eq!(asked[2]["group_properties"], properties);
}

#[tokio::test]
async fn every_later_event_of_the_request_belongs_to_the_group() {
    let app = app().await;
    app.posthog.set_flag("new-lounge", true, None);
    let ann = app.sign_up("Ann").await;
    let config = ann.get("/").await.posthog_config().unwrap();
    assert!(config["properties"]["$groups"].is_null());
    let config = ann.get("/after").await.posthog_config().unwrap();

    let acme = json!({ "company": "acme" });
    assert_eq!(config["properties"]["$groups"], acme);
    assert_eq!(config["flags"]["new-lounge"], true);
    flag_read(&app).await;
    for name in ["$feature_flag_called", "$exception"] {
        assert_eq!(app.event(name).await["$groups"], acme, "{name}");
    }
    let votes = app.events_named("vote_cast").await;
    assert!(votes[0]["$groups"].is_null());
    assert_eq!(votes[1]["$groups"], acme);
}

#[tokio::test]
async fn a_group_is_described_when_something_changed() {
    let app = app().await;
    let ann = app.sign_up("Ann").await;
    ann.get("/describe").await;

    let described = app.events_named("$groupidentify").await;
    let plans: Vec<_> = described
        .iter()
        .map(|event| &event["$group_set"]["plan"])
        .collect();
    assert_eq!(plans, ["small", "large"]);
}

#[tokio::test]
async fn a_group_is_described_once_a_process_before_the_event_that_is_its() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for _ in 0..3 {
        let answer = ann.post("/api/vote", &[]).await;
        assert_eq!(answer.json()["success"], true);
    }
    let described = app.event("$groupidentify").await;
    assert_eq!(described["$group_type"], "team");
    assert_eq!(described["$group_key"], "red");
    assert_eq!(
        described["$group_set"],
        json!({ "name": "Red", "size": 11 })
    );
    assert_eq!(described.distinct_id, app.user_id("Ann").await);
    let votes = app.events_named("vote_cast").await;
    assert_eq!(votes.len(), 3);
    for vote in votes {
        assert_eq!(vote["$groups"], json!({ "team": "red" }));
    }
    let names: Vec<_> = app
        .posthog
        .events()
        .into_iter()
        .map(|event| event.name)
        .collect();
    let place = |name| names.iter().position(|other| other == name);
    assert!(place("$groupidentify") < place("vote_cast"));

    // Another process does not know that this process has described the group.
    let other = app.another().await;
    let ann = ann.at(&other.url);
    ann.post("/api/vote", &[]).await;
    other.events().await;
    assert_eq!(app.events_named("$groupidentify").await.len(), 2);
}

#[tokio::test]
async fn a_group_makes_no_person_of_a_visitor() {
    let app = app().await;
    app.posthog.set_flag("new-lounge", true, None);
    app.browser().get("/after").await;
    flag_read(&app).await;

    let mut own = app.events_named("vote_cast").await;
    own.remove(0);
    own.extend(app.events_named("$feature_flag_called").await);
    assert_eq!(own.len(), 2, "{own:#?}");
    for event in own {
        assert_eq!(event["$process_person_profile"], false, "{}", event.name);
        assert_eq!(event["$groups"], json!({ "company": "acme" }));
        assert!(event["personless"].is_null());
    }
    // PostHog drops a personless `$groupidentify`.
    let described = app.event("$groupidentify").await;
    assert!(described["$process_person_profile"].is_null());
    assert_eq!(described.distinct_id, "$company_acme");
    assert_eq!(described["$geoip_disable"], true, "it is not the server's");
}

#[tokio::test]
async fn a_visitor_who_opted_out_describes_no_group() {
    let app = app().await;
    let ann = app.browser();
    ann.get_with("/after", &[("sec-gpc", "1")]).await;
    // An error is still captured, without a person and without a group.
    let events = app.events().await;
    let names: Vec<_> = events.iter().map(|event| &*event.name).collect();
    assert_eq!(names, ["$exception"]);
    assert!(events[0]["$groups"].is_null());
}

#[tokio::test]
async fn a_blank_type_or_key_is_no_group() {
    let app = app().await;
    for browser in [app.sign_up("Ann").await, app.browser()] {
        let before = app.posthog.flag_requests().len();
        assert_eq!(browser.get("/alone").await.status, 200);
        let asked = &app.posthog.flag_requests()[before..];
        assert_eq!(asked[0]["groups"], json!({}));
        assert_eq!(asked[0]["group_properties"], json!({}));
    }
    assert!(app.events_named("$groupidentify").await.is_empty());
    let votes = app.events_named("vote_cast").await;
    assert_eq!(votes.len(), 2);
    for vote in votes {
        assert!(vote["$groups"].is_null(), "{vote:#?}");
    }
}

#[tokio::test]
async fn a_description_that_was_lost_is_sent_again_and_one_that_waits_is_not() {
    let app = app().await;
    let ann = app.sign_up("Ann").await;
    app.events().await;
    app.posthog.replies(Reply::Status(400));
    ann.post("/api/vote", &[]).await;
    let lost = || app.web.posthog.counts().waiting == 0;
    wait_until("the description is lost", lost).await;
    assert!(app.events_named("$groupidentify").await.is_empty());

    // The member votes twice while no event arrives.
    app.posthog.replies(Reply::Never);
    for _ in 0..2 {
        ann.post("/api/vote", &[]).await;
    }
    app.posthog.replies(Reply::Normal);
    ann.post("/api/vote", &[]).await;
    app.events().await;
    ann.post("/api/vote", &[]).await;
    assert_eq!(app.event("$groupidentify").await["$group_key"], "red");
    assert_eq!(app.events_named("vote_cast").await.len(), 4);
}
