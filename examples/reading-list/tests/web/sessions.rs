//! `/profile/sessions`: lists the user's sessions and ends them.

use crate::support::*;

const PAGE: &str = "/profile/sessions";
const OTHERS: &str = "/profile/sessions/delete-others";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// The forms of the page, each of which ends one session.
async fn forms(browser: &Browser) -> Vec<String> {
    let page = browser.page(PAGE).await;
    let actions = page.split(r#"action=""#).skip(1);
    let actions = actions.filter_map(|part| part.split('"').next());
    let forms = actions.filter(|action| action.starts_with(PAGE) && action.ends_with("/delete"));
    forms.map(str::to_owned).collect()
}

#[tokio::test]
async fn it_lists_where_the_user_is_logged_in() {
    let (app, ann) = app_with_ann().await;
    app.sign_up(BOB).await;
    let page = ann.page(PAGE).await;
    assert!(page.contains("This session") && !page.contains("Log out everywhere else"));

    let form = [("email", ANN), ("password", PASSWORD)];
    let user_agent = [("user-agent", FIREFOX)];
    app.browser().post_with("/login", &form, &user_agent).await;
    let page = ann.page(PAGE).await;
    assert!(page.contains("Firefox on Linux") && page.contains("127.0.0.1"));
    assert_shows(&page, "Log out everywhere else");
    assert_eq!(page.matches("This session").count(), 1);
    assert_eq!(forms(&ann).await.len(), 1, "not Bob's");
    assert_shows(&ann.page("/profile").await, r#"href="/profile/sessions""#);
    let visitor = app.browser().get(PAGE).await;
    assert_eq!(visitor.location(), "/login?next=%2Fprofile%2Fsessions");
}

#[tokio::test]
async fn a_user_can_end_one_session() {
    let (app, ann) = app_with_ann().await;
    let phone = app.log_in(ANN).await;
    let form = forms(&ann).await.remove(0);
    let own = forms(&phone).await.remove(0);
    let laptop = app.log_in(ANN).await;

    assert_eq!(ann.post(&form, &[]).await.location(), PAGE);
    assert!(!phone.is_signed_in().await);
    assert!(laptop.is_signed_in().await && ann.is_signed_in().await);
    assert_eq!(ann.post(&form, &[]).await.status, 404, "it has ended");
    assert_eq!(app.sign_up(BOB).await.post(&own, &[]).await.status, 404);

    assert_eq!(
        ann.post(&own, &[]).await.location(),
        "/",
        "it was this session"
    );
    assert!(!ann.is_signed_in().await && laptop.is_signed_in().await);
}

#[tokio::test]
async fn a_user_can_end_all_other_sessions_at_once() {
    let (app, ann) = app_with_ann().await;
    let bob = app.sign_up(BOB).await;
    let (phone, laptop) = (app.log_in(ANN).await, app.log_in(ANN).await);

    assert_eq!(ann.post(OTHERS, &[]).await.location(), PAGE);
    assert!(!phone.is_signed_in().await && !laptop.is_signed_in().await);
    assert!(ann.is_signed_in().await && bob.is_signed_in().await);
}

#[tokio::test]
async fn some_time_after_the_log_in_it_takes_the_password() {
    let (app, ann) = app_with_ann().await;
    let phone = app.log_in(ANN).await;
    let one = forms(&ann).await.remove(0);
    app.let_time_pass(11 * MINUTE).await;
    for path in [&*one, OTHERS] {
        let answer = ann.post(path, &[]).await;
        assert_refused(&answer, &format!(r#"method="post" action="{path}""#));
        assert_shows(&answer.text(), r#"name="current_password""#);
        let answer = ann.post(path, &[("current_password", "wrong")]).await;
        assert_refused(&answer, "This is not your current password.");
    }
    assert!(phone.is_signed_in().await);

    let answer = ann.post(OTHERS, &[("current_password", PASSWORD)]).await;
    assert_eq!(answer.location(), PAGE);
    assert!(!phone.is_signed_in().await);
    assert_eq!(
        ann.post(OTHERS, &[]).await.location(),
        PAGE,
        "it is not asked for again"
    );
}
