//! `/opt-out`, and its effects.

use crate::support::*;

/// Global Privacy Control, as browsers send it.
const GPC: &[(&str, &str)] = &[("sec-gpc", "1")];

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn no_event_comes_from_a_user_who_opted_out() {
    let app = App::start().await;
    let browser = app.browser();
    browser.post("/opt-out", &[("opt_out", "true")]).await;
    use_everything(&browser, &[]).await;
    assert_eq!(app.stop().await.len(), 0);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn global_privacy_control_opts_out_too() {
    let app = App::start().await;
    let browser = app.browser();
    use_everything(&browser, GPC).await;
    let page = browser.get_with("/profile", GPC).await.text();
    assert_shows(&page, "Your browser asks not to be tracked");
    assert_eq!(app.stop().await.len(), 0);
}

/// Signs up, and does everything that would capture events.
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
