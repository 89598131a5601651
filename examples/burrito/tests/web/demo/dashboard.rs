//! `/dashboard`: flags and experiments.

use serde_json::json;

use crate::support::*;

const FEATURE: &str = "new-dashboard-feature";
const HEADLINE: &str = "dashboard-headline";

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_flag_and_its_payload_change_the_page() {
    let app = App::start().await;
    let payload = json!({ "colour": "<b>green</b>" });
    app.posthog.set_flag(FEATURE, true, Some(payload));
    let page = app.sign_up(ANN).await.page("/dashboard").await;
    assert_shows(&page, "You are among the first to see the new dashboard.");
    assert_shows(&page, "colour");
    assert_hides(&page, "<b>green");
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_variant_chooses_the_headline() {
    let (app, ann) = app_with_ann().await;
    for (variant, headline) in [
        ("friendly", "Good to see you"),
        ("bold", "Let&#x27;s get it done"),
        ("control", "Dashboard"),
        ("an unknown variant", "Dashboard"),
    ] {
        app.posthog.set_flag(HEADLINE, variant, None);
        let page = ann.page("/dashboard").await;
        assert_shows(&page, &format!("<h1>{headline}</h1>"));
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_view_is_an_event_and_each_flag_that_it_reads_another_one() {
    let app = App::start().await;
    app.posthog.set_flag(FEATURE, true, None);
    app.posthog.set_flag(HEADLINE, "bold", None);
    let ann = app.sign_up(ANN).await;
    let page = ann.get("/dashboard").await;

    let flags = json!({ FEATURE: true, HEADLINE: "bold" });
    assert_eq!(page.posthog_config().unwrap()["flags"], flags);
    let read = app.events_named("$feature_flag_called").await;
    let mut read: Vec<_> = read.iter().map(|event| &event["$feature_flag"]).collect();
    read.sort_by_key(|flag| flag.to_string());
    assert_eq!(read, [HEADLINE, FEATURE]);
    let view = app.event("dashboard_viewed").await;
    assert_eq!(view.distinct_id, app.user_id(ANN).await);
    assert_eq!(view["$feature/dashboard-headline"], "bold");
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn without_an_answer_of_posthog_the_page_shows_the_defaults() {
    let app = App::start().await;
    app.posthog.set_flag(FEATURE, true, None);
    let ann = app.sign_up(ANN).await;
    app.posthog.replies(Reply::Status(503));
    let page = ann.page("/dashboard").await;
    app.posthog.replies(Reply::Normal);
    assert_shows(&page, "<h1>Dashboard</h1>");
    assert_shows(&page, r#"<span class="badge">off</span>"#);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn in_development_it_links_to_the_switch_of_the_flag() {
    let app = App::with(&[("APP_ENV", "development")]).await;
    let page = app.sign_up(ANN).await.page("/dashboard").await;
    let switch = format!("{}/#flag=new-dashboard-feature", app.posthog.url);
    assert!(page.replace("&#x2f;", "/").contains(&switch), "{page}");
}
