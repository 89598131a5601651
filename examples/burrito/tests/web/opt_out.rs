//! `/opt-out`, and what it means to have opted out.

use reqwest::StatusCode;

use crate::support::{App, Browser, PASSWORD};

/// Global Privacy Control, as browsers send it.
const GPC: &[(&str, &str)] = &[("sec-gpc", "1")];

#[tokio::test]
async fn the_switch_leads_back_to_its_page_and_can_be_taken_back() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/signup").await;
    let first_id = browser.visitor_id();

    let referer = format!("{}/signup?a=1", app.url);
    let form = [("opt_out", "true")];
    let answer = browser
        .post_with("/opt-out", &form, &[("referer", &referer)])
        .await;
    assert_eq!(answer.location(), "/signup?a=1");
    assert_eq!(browser.cookie("visitor"), None);
    assert!(browser.get("/").await.text().contains("Allow analytics"));

    let answer = browser.post("/opt-out", &[("opt_out", "false")]).await;
    assert_eq!(answer.location(), "/");
    assert!(browser.get("/").await.text().contains("Opt out"));
    assert_ne!(browser.visitor_id(), first_id, "they begin anew");
}

#[tokio::test]
async fn it_takes_no_other_value() {
    let app = App::start().await;
    let form = [("opt_out", "perhaps")];
    let answer = app.browser().post("/opt-out", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn who_opted_out_leaves_no_trace() {
    let app = App::start().await;
    let browser = app.browser();
    browser.post("/opt-out", &[("opt_out", "true")]).await;
    use_everything(&browser, &[]).await;

    assert_eq!(app.stop().await.len(), 0);
}

#[tokio::test]
async fn global_privacy_control_opts_out_too() {
    let app = App::start().await;
    let browser = app.browser();
    use_everything(&browser, GPC).await;
    let page = browser.get_with("/profile", GPC).await.text();
    assert!(page.contains("Your browser asks not to be tracked"));

    assert_eq!(app.stop().await.len(), 0);
}

#[tokio::test]
async fn the_app_may_be_told_not_to_heed_it() {
    let app = App::with(&[("POSTHOG_RESPECT_OPT_OUT", "false")]).await;
    let browser = app.browser();
    browser.post_with("/login", &[], GPC).await;

    let event = app.event("user_login_failed").await;
    assert_eq!(event.distinct_id, browser.visitor_id());
}

/// Signs up, and does all that is an event of somebody who has not opted out.
async fn use_everything(browser: &Browser, headers: &[(&str, &str)]) {
    let account = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", PASSWORD),
    ];
    let posts = [
        ("/login", &[("email", "nobody@example.com")][..]),
        ("/signup", &account),
        ("/profile", &[("name", "Ann Lee")]),
        ("/logout", &[]),
        ("/login", &account),
    ];
    for (path, form) in posts {
        let answer = browser.post_with(path, form, headers).await;
        assert!(!answer.status.is_server_error(), "{path}");
    }
    let page = browser.get_with("/profile", headers).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.posthog_config().is_none());
    assert_eq!(browser.cookie("visitor"), None);
}
