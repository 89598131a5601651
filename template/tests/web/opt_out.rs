//! `/opt-out`, and what it means to have opted out.

use crate::support::*;

/// Global Privacy Control, as browsers send it.
const GPC: &[(&str, &str)] = &[("sec-gpc", "1")];

#[tokio::test]
async fn a_visitor_can_opt_out_and_in_again() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/signup").await;
    let referer = format!("{}/signup?a=1", app.url);
    let headers = [("referer", &*referer)];
    let answer = browser
        .post_with("/opt-out", &[("opt_out", "true")], &headers)
        .await;
    assert_eq!(answer.location(), "/signup?a=1");
    assert_eq!(browser.cookie("visitor"), None);
    assert!(browser.page("/").await.contains("Allow analytics"));

    browser.post("/opt-out", &[("opt_out", "false")]).await;
    assert!(browser.page("/").await.contains("Opt out"));
    assert!(browser.cookie("visitor").is_some());
}

#[tokio::test]
async fn no_event_comes_from_a_user_who_opted_out() {
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

/// Signs up, and does what would capture events.
async fn use_everything(browser: &Browser, headers: &[(&str, &str)]) {
    let account = [("name", "Ann"), ("email", ANN), ("password", PASSWORD)];
    for (path, form) in [
        ("/login", &[("email", LEE)][..]),
        ("/signup", &account),
        ("/profile", &[("name", "Ann Lee")]),
        ("/logout", &[]),
        ("/login", &account),
    ] {
        let answer = browser.post_with(path, form, headers).await;
        assert!(!answer.status.is_server_error(), "{path}");
    }
    let page = browser.get_with("/profile", headers).await;
    assert_eq!(page.status, 200);
    assert!(page.posthog_config().is_none());
    assert_eq!(browser.cookie("visitor"), None);
}
