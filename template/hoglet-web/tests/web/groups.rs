//! Requests on behalf of a group, as a handler makes them.

use std::time::{Duration, Instant};

use hoglet_web::models::user;
use hoglet_web::posthog::events::{BurritoConsidered, FeatureUsed};
use hoglet_web::posthog::flags::{GREETING, NEW_LOUNGE};
use hoglet_web::posthog::identity::{Identity, Person};
use hoglet_web::posthog::{PostHog, context};
use posthog_rs::RequestContext;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{App, People, Person, wait_until};

/// What a handler has of a visitor.
fn visitor(app: &App) -> PostHog {
    let id = Uuid::new_v4();
    let context = RequestContext::new().distinct_id(id.to_string());
    let context = context::property(context, context::PROCESS_PERSON_PROFILE, false);
    request(app, Person::Visitor(id), context, None)
}

/// What a handler has of a user.
async fn ann(app: &App) -> PostHog {
    app.sign_up("Ann").await;
    let found = user::find_by_email(&app.web.database, "ann@example.com").await;
    let user = found.unwrap().unwrap();
    let context = RequestContext::new().distinct_id(user.id.to_string());
    request(app, Person::User(user.id), context, Some(user))
}

fn request(
    app: &App,
    person: Person,
    context: RequestContext,
    user: Option<user::Model>,
) -> PostHog {
    let identity = Identity {
        person,
        visitor_id: Uuid::new_v4(),
        opted_out: false,
        opt_out_forced: false,
    };
    let client = app.web.posthog.clone();
    PostHog::new(client, identity, context, "", user.map(Into::into), true)
}

fn page_config(app: &App, posthog: &PostHog) -> Value {
    let config = posthog.browser_config(&app.web.settings.posthog).unwrap();
    serde_json::from_str(&config.to_script_json()).unwrap()
}

/// Evaluation starts in the background; until then the defaults hold.
async fn evaluation(app: &App) {
    let begin = Instant::now();
    let before = app.posthog.flag_requests().len();
    while app.posthog.flag_requests().len() == before {
        visitor(app).flags().await;
        assert!(begin.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn flags_know_the_groups_and_are_asked_for_once_for_each_set_of_them() {
    let app = App::start().await;
    app.posthog.set_flag("lounge-greeting", "bold", None);
    evaluation(&app).await;
    let before = app.posthog.flag_requests().len();
    let ann = ann(&app).await;
    let page = ann.clone();
    ann.flags().await;
    for _ in 0..2 {
        ann.with_group("company", "acme", json!({ "plan": "large" }));
        ann.flags().await;
        page.flags().await;
    }
    ann.with_group("team", "blue", json!({}));
    assert_eq!(ann.flags().await.variant(&GREETING), Some("bold"));

    let asked = &app.posthog.flag_requests()[before..];
    let groups: Vec<_> = asked.iter().map(|asked| asked["groups"].clone()).collect();
    let both = json!({ "company": "acme", "team": "blue" });
    assert_eq!(groups, [json!({}), json!({ "company": "acme" }), both]);
    let properties = json!({ "company": { "plan": "large" }, "team": {} });
    assert_eq!(asked[2]["group_properties"], properties);
}

#[tokio::test]
async fn what_comes_after_belongs_to_the_group_whoever_captures_it() {
    let app = App::start().await;
    app.posthog.set_flag("new-lounge", true, None);
    evaluation(&app).await;
    let ann = ann(&app).await;
    let page = ann.clone();
    ann.capture(FeatureUsed {
        feature_name: "before",
    });
    assert!(page_config(&app, &page)["properties"]["$groups"].is_null());
    ann.with_group("company", "acme", json!({ "plan": "large" }));
    let used = FeatureUsed {
        feature_name: "after",
    };
    page.capture(used);
    page.flags().await.is_enabled(&NEW_LOUNGE);
    page.capture_error(&std::io::Error::other("broken"));

    let acme = json!({ "company": "acme" });
    let config = page_config(&app, &page);
    assert_eq!(config["properties"]["$groups"], acme);
    assert_eq!(config["flags"]["new-lounge"], true);
    let arrived = || {
        app.posthog
            .events()
            .iter()
            .any(|event| event.name == "$feature_flag_called")
    };
    wait_until("the exposure has arrived", arrived).await;
    for name in ["$feature_flag_called", "$exception"] {
        assert_eq!(app.event(name).await["$groups"], acme, "{name}");
    }
    let used = app.events_named("feature_used").await;
    assert!(used[0]["$groups"].is_null());
    assert_eq!(used[1]["$groups"], acme);
}

#[tokio::test]
async fn a_group_is_described_when_something_changed() {
    let app = App::start().await;
    let ann = ann(&app).await;
    for plan in ["small", "small", "large", "large"] {
        ann.group_identify("company", "acme", json!({ "plan": plan }));
        visitor(&app).with_group("company", "acme", json!({ "plan": plan }));
    }
    ann.with_group("company", "acme", json!({}));

    let described = app.events_named("$groupidentify").await;
    let plans: Vec<_> = described
        .iter()
        .map(|event| &event["$group_set"]["plan"])
        .collect();
    assert_eq!(plans, ["small", "large"]);
}

#[tokio::test]
async fn a_group_makes_no_person_of_a_visitor() {
    let app = App::start().await;
    app.posthog.set_flag("new-lounge", true, None);
    evaluation(&app).await;
    let visitor = visitor(&app);
    visitor.with_group("company", "acme", json!({ "plan": "large" }));
    visitor.capture(BurritoConsidered {
        rings: 1,
    });
    visitor.flags().await.is_enabled(&NEW_LOUNGE);
    let arrived = || {
        app.posthog
            .events()
            .iter()
            .any(|event| event.name == "$feature_flag_called")
    };
    wait_until("the exposure has arrived", arrived).await;

    for name in ["bell_rung", "$feature_flag_called"] {
        let event = app.event(name).await;
        assert_eq!(event["$process_person_profile"], false, "{name}");
        assert_eq!(event["$groups"], json!({ "company": "acme" }));
        assert!(event["personless"].is_null());
    }
    // PostHog throws a personless one away.
    let described = app.event("$groupidentify").await;
    assert!(described["$process_person_profile"].is_null());
    assert_eq!(described.distinct_id, "$company_acme");
    assert_eq!(described["$geoip_disable"], true, "it is not the server's");
}
