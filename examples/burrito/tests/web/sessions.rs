//! `/profile/sessions`: where the user is logged in, and how to end it.

use reqwest::StatusCode;

use crate::mailed::Mailed;
use crate::support::{App, Browser, PASSWORD, People, Person};

const PAGE: &str = "/profile/sessions";
const OTHERS: &str = "/profile/sessions/delete-others";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// The forms that end one session each.
async fn forms(browser: &Browser) -> Vec<String> {
    let page = browser.get(PAGE).await.text();
    let parts = page.split(r#"action=""#).skip(1);
    let actions = parts.filter_map(|part| part.split('"').next());
    let ending = actions.filter(|action| action.ends_with("/delete") && action.starts_with(PAGE));
    ending.map(str::to_owned).collect()
}

#[tokio::test]
async fn it_lists_where_the_user_is_logged_in() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    app.sign_up("Bob").await;
    let page = ann.get(PAGE).await.text();
    assert!(page.contains("This one") && !page.contains("Log out everywhere else"));

    let laptop = app.browser();
    let form = [("email", "ann@example.com"), ("password", PASSWORD)];
    let named = [("user-agent", FIREFOX)];
    laptop.post_with("/login", &form, &named).await;
    let page = ann.get(PAGE).await.text();
    assert!(page.contains("Firefox on Linux") && page.contains("127.0.0.1"));
    assert!(page.contains("Log out everywhere else"));
    assert_eq!(page.matches("This one").count(), 1);
    assert_eq!(forms(&ann).await.len(), 1, "not Bob's");
    assert!(
        ann.get("/profile")
            .await
            .text()
            .contains(r#"href="/profile/sessions""#)
    );
    let visitors = app.browser().get(PAGE).await;
    assert_eq!(visitors.location(), "/login?next=%2Fprofile%2Fsessions");
}

#[tokio::test]
async fn one_session_is_ended_and_no_other() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    let form = forms(&ann).await.remove(0);
    let laptop = app.browser();
    laptop.log_in("Ann").await;

    assert_eq!(ann.post(&form, &[]).await.location(), PAGE);
    assert!(
        ann.get(PAGE)
            .await
            .text()
            .contains("The session has ended.")
    );
    assert!(!phone.is_signed_in().await);
    assert!(laptop.is_signed_in().await && ann.is_signed_in().await);
    assert_eq!(ann.post(&form, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn another_users_session_is_not_found() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    let form = forms(&ann).await.remove(0);
    let bob = app.sign_up("Bob").await;
    for path in [&*form, "/profile/sessions/1/delete"] {
        assert_eq!(bob.post(path, &[]).await.status, StatusCode::NOT_FOUND);
    }
    assert!(phone.is_signed_in().await);
}

#[tokio::test]
async fn the_session_of_the_request_itself_is_logged_out() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    let anns = forms(&phone).await.remove(0);
    assert_eq!(ann.post(&anns, &[]).await.location(), "/");
    assert!(!ann.is_signed_in().await && phone.is_signed_in().await);
}

#[tokio::test]
async fn all_others_are_ended_at_once() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let bob = app.sign_up("Bob").await;
    let (phone, laptop) = (app.browser(), app.browser());
    phone.log_in("Ann").await;
    laptop.log_in("Ann").await;

    assert_eq!(ann.post(OTHERS, &[]).await.location(), PAGE);
    assert!(!phone.is_signed_in().await && !laptop.is_signed_in().await);
    assert!(ann.is_signed_in().await && bob.is_signed_in().await);
}

#[tokio::test]
async fn who_logged_in_some_time_ago_is_asked_for_the_password() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    let one = forms(&ann).await.remove(0);
    app.log_ins_grow_old().await;
    for path in [&*one, OTHERS] {
        let asked = ann.post(path, &[]).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = format!(r#"method="post" action="{path}""#);
        assert!(asked.text().contains(&form));
        assert!(asked.text().contains(r#"name="current_password""#));
        let wrong = ann.post(path, &[("current_password", "wrong")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("This is not your current password."));
    }
    assert!(phone.is_signed_in().await);

    let answer = ann.post(OTHERS, &[("current_password", PASSWORD)]).await;
    assert_eq!(answer.location(), PAGE);
    assert!(!phone.is_signed_in().await);
    // For ten minutes it is not asked for again.
    assert_eq!(ann.post(OTHERS, &[]).await.location(), PAGE);
}
