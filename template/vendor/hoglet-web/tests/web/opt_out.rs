//! `/opt-out`, and its effects.

use hoglet_web::visitor_link;
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::support::{App, Browser, People};

const GPC: &[(&str, &str)] = &[("sec-gpc", "1")];

#[tokio::test]
async fn the_switch_leads_back_to_its_page_and_can_be_taken_back() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/bell").await;
    let first_id = browser.visitor_id();

    let referer = format!("{}/bell?a=1", app.url);
    let form = [("opt_out", "true")];
    let answer = browser
        .post_with("/opt-out", &form, &[("referer", &referer)])
        .await;
    assert_eq!(answer.location(), "/bell?a=1");
    assert_eq!(browser.cookie("visitor"), None);
    assert!(browser.get("/").await.text().contains("Allow analytics"));

    let answer = browser.post("/opt-out", &[("opt_out", "false")]).await;
    assert_eq!(answer.location(), "/");
    assert!(browser.get("/").await.text().contains("Opt out"));
    assert_ne!(browser.visitor_id(), first_id, "they begin anew");
}

#[tokio::test]
async fn it_leads_to_no_other_host_and_takes_no_other_value() {
    let app = App::start().await;
    let browser = app.browser();
    for referer in [
        "https://evil.example//evil.example/x",
        "https://evil.example/%5Cevil.example/..//x",
        "nonsense",
    ] {
        let form = [("opt_out", "true")];
        let answer = browser
            .post_with("/opt-out", &form, &[("referer", referer)])
            .await;
        let location = answer.location();
        assert!(location.starts_with('/') && !location.starts_with("//"));
    }
    let answer = browser.post("/opt-out", &[("opt_out", "perhaps")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_visitor_who_opted_out_leaves_no_trace() {
    let app = App::start().await;
    let browser = app.browser();
    browser.post("/opt-out", &[("opt_out", "true")]).await;
    use_everything(&browser, &[]).await;

    assert_eq!(visitor_links(&app).await, 0);
    assert_eq!(app.stop().await.len(), 0);
}

#[tokio::test]
async fn global_privacy_control_opts_out_too() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    assert!(browser.cookie("visitor").is_some());
    use_everything(&browser, GPC).await;
    let page = browser.get_with("/card", GPC).await.text();
    assert!(page.contains("Your browser asks not to be tracked"));

    assert_eq!(app.posthog.flag_requests().len(), 0);
    assert_eq!(visitor_links(&app).await, 0);
    assert_eq!(app.stop().await.len(), 0);
}

async fn visitor_links(app: &App) -> u64 {
    let links = visitor_link::Entity::find().count(&app.web.database);
    links.await.unwrap()
}

/// Signs up, and visits every page that captures events other than errors.
async fn use_everything(browser: &Browser, headers: &[(&str, &str)]) {
    let account = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", "a sentence is fine"),
    ];
    let posts = [
        ("/api/bell", &[][..]),
        ("/login", &[("email", "nobody@example.com")]),
        ("/signup", &account),
        ("/api/vote", &[]),
        ("/card", &[("name", "Ann Lee")]),
        ("/logout", &[]),
        ("/login", &account),
    ];
    for (path, form) in posts {
        let answer = browser.post_with(path, form, headers).await;
        assert!(!answer.status.is_server_error(), "{path}");
        assert_eq!(browser.cookie("visitor"), None, "{path}");
    }
    for path in ["/lounge", "/card", "/bell"] {
        let page = browser.get_with(path, headers).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.posthog_config().is_none());
        assert!(!page.text().contains("/static/posthog.js"));
        assert!(page.text().contains("/static/opted-out.js"));
        assert_eq!(browser.cookie("visitor"), None, "{path}");
    }
}

#[tokio::test]
async fn errors_are_still_captured_without_a_person() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let id = app.user_id("Ann").await;
    for how in ["by hand", "error", "panic"] {
        ann.post_with("/api/break", &[("how", how)], GPC).await;
    }

    let exceptions = app.events_named("$exception").await;
    assert_eq!(exceptions.len(), 3);
    for exception in &exceptions {
        assert!(exception["$exception_list"][0]["stacktrace"]["frames"].is_array());
        assert_eq!(exception["$process_person_profile"], false);
        for personal in ["$ip", "$session_id", "$user_agent", "$raw_user_agent"] {
            assert!(exception[personal].is_null(), "{personal}");
        }
        assert!(!format!("{exception:?}").contains(&id));
    }
    assert_ne!(exceptions[0].distinct_id, exceptions[1].distinct_id);
    assert!(app.events_named("window_broken").await.is_empty());
}

#[tokio::test]
async fn the_app_may_be_told_not_to_heed_it() {
    let app = App::with(&[("POSTHOG_RESPECT_OPT_OUT", "false")]).await;
    let browser = app.browser();
    browser.post_with("/api/bell", &[], GPC).await;

    let event = app.event("bell_rung").await;
    assert_eq!(event.distinct_id, browser.visitor_id());
}

#[tokio::test]
async fn a_forged_opt_out_is_nobodys_choice() {
    let app = App::start().await;
    let browser = app.browser();
    browser.set_cookie("opt_out", "true");
    browser.post("/api/bell", &[]).await;

    app.event("bell_rung").await;
}
