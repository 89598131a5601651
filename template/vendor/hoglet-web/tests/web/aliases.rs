//! Merging two ids into one person with `alias`.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use hoglet_web::posthog::PostHog;
use uuid::{Uuid, Version};

use crate::club::router_with;
use crate::support::{App, People};

/// A club with a page that gives its visitor an alias.
async fn app() -> App {
    let page = get(async |posthog: PostHog, Path(alias): Path<String>| {
        let id = posthog.alias(&alias);
        id.map_or_else(|| "nothing".to_owned(), |id| id.to_string())
    });
    let pages = Router::new().route("/known-as/{alias}", page);
    App::with_router(&[], |web| router_with(pages, web)).await
}

#[tokio::test]
async fn an_alias_becomes_part_of_the_user_and_not_the_other_way_round() {
    let app = app().await;
    let ann = app.sign_up("Ann").await;
    let id: Uuid = ann.get("/known-as/card-4711").await.text().parse().unwrap();
    assert_eq!(id.get_version(), Some(Version::SortRand));

    let event = app.event("$create_alias").await;
    assert_eq!(event.uuid, id.to_string());
    // PostHog merges the person of `alias` into that of `distinct_id`.
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
    assert_eq!(event["alias"], "card-4711");
    assert!(!event.properties.contains_key("$process_person_profile"));
    assert_eq!(event["$ip"], "127.0.0.1");
}

#[tokio::test]
async fn an_id_that_posthog_refuses_is_refused_here() {
    let app = app().await;
    let ann = app.sign_up("Ann").await;
    let own = app.user_id("Ann").await;
    for alias in [
        "anonymous",
        "NULL",
        "undefined",
        "0",
        "%20",
        "%22guest%22",
        &own,
    ] {
        let answer = ann.get(&format!("/known-as/{alias}")).await;
        assert_eq!(answer.text(), "nothing", "{alias}");
    }
    let client = &app.web.posthog;
    for (distinct_id, alias) in [
        ("None", "card-4711"),
        ("member-7", " "),
        ("member-7", "member-7"),
    ] {
        assert_eq!(client.alias(distinct_id, alias), None);
    }
    assert!(app.events_named("$create_alias").await.is_empty());

    assert!(client.alias("member-7", "card-4711").is_some());
    let event = app.event("$create_alias").await;
    assert_eq!(
        (event.distinct_id.as_str(), &event["alias"]),
        ("member-7", &"card-4711".into())
    );
}

#[tokio::test]
async fn a_visitor_has_no_person_that_another_could_become_part_of() {
    let app = app().await;
    let header = [("x-posthog-distinct-id", "somebody")];
    for headers in [&[][..], &header] {
        let answer = app.browser().get_with("/known-as/card-4711", headers).await;
        assert_eq!(answer.text(), "nothing");
    }
    assert!(app.events().await.is_empty());
}
