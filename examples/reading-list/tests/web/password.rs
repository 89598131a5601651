//! `/profile/password`: changes the password.

use app::models::user;
use hoglet_web::passwords::PasswordHash;

use crate::support::*;

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_new_password_takes_the_place_of_the_old_one() {
    let (app, ann) = app_with_ann().await;
    let answer = ann.change_password(PASSWORD, NEW_PASSWORD).await;
    assert_eq!(answer.location(), "/profile");
    assert_shows(&ann.page("/profile").await, "Your password was changed.");
    assert!(!app.accepts(ANN, PASSWORD).await);
    assert!(app.accepts(ANN, NEW_PASSWORD).await);
    app.event("profile_updated").await;
}

#[tokio::test]
async fn it_ends_every_other_session_and_every_link_of_the_user() {
    let (app, ann) = app_with_ann().await;
    let phone = app.log_in(ANN).await;
    let bob = app.sign_up(BOB).await;
    ann.change_email(LEE).await;
    let links = [
        app.link(RESET, ANN).await,
        app.link(LOG_IN, ANN).await,
        app.link_to(LEE, CONFIRM).await,
    ];
    ann.change_password(PASSWORD, NEW_PASSWORD).await;

    assert!(
        ann.is_signed_in().await,
        "the session of this request stays"
    );
    assert!(!phone.is_signed_in().await);
    assert!(bob.is_signed_in().await);
    for link in links {
        assert_gone(&app, &link).await;
    }
    assert_hides(&ann.page("/profile").await, LEE);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn it_takes_the_current_password_and_a_good_new_one() {
    let (app, ann) = app_with_ann().await;
    let phone = app.log_in(ANN).await;
    for (current, new, message) in [
        ("wrong", NEW_PASSWORD, "This is not your current password."),
        ("", NEW_PASSWORD, "This is not your current password."),
        (PASSWORD, "short", "Use at least 8 characters."),
        (PASSWORD, "Password1", "Many people use this password"),
        (PASSWORD, ANN, "This is your e-mail address"),
    ] {
        assert_refused(&ann.change_password(current, new).await, message);
    }
    let answer = ann.change_password("wrong", "short77").await;
    assert_eq!(answer.text().matches("aria-invalid").count(), 2);
    assert_hides(&answer.text(), "short77");
    assert!(phone.is_signed_in().await);
    assert!(app.events_named("profile_updated").await.is_empty());
    let visitor = app.browser().change_password(PASSWORD, NEW_PASSWORD).await;
    assert_eq!(visitor.location(), "/login");
}

#[tokio::test]
async fn the_owner_gets_a_notice_by_mail() {
    let (app, ann) = app_with_ann().await;
    app.confirm(ANN).await;
    ann.change_password(PASSWORD, NEW_PASSWORD).await;
    let subjects = app.subjects_to(ANN).await;
    assert_eq!(subjects.last().unwrap(), "Your password was changed");
}

/// A thief could send the form again and again while the owner resets the password.
#[tokio::test]
async fn a_change_that_began_before_a_reset_is_not_stored_after_it() {
    let (app, _) = app_with_ann().await;
    let database = &app.web.database;
    let known = app.user(ANN).await;
    let reset = user::change_password(database, known.clone(), PasswordHash::unusable()).await;

    let thiefs = user::replace_password(database, known, PasswordHash::unusable()).await;
    assert!(thiefs.unwrap().is_none());
    assert_eq!(app.user(ANN).await, reset.unwrap());
}

#[tokio::test]
async fn password_managers_find_the_form() {
    let (app, ann) = app_with_ann().await;
    let address = "/.well-known/change-password";
    let answer = ann.get(address).await;
    assert_eq!(answer.location(), "/profile#new_password");
    assert_shows(&ann.page("/profile").await, "id=\"new_password\"");
    // A visitor logs in first.
    let visitor = app.browser();
    assert_eq!(
        visitor.get(address).await.location(),
        "/profile#new_password"
    );
    // Some open this path before, to learn whether a page that does not exist is a 404.
    let nowhere = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(ann.get(nowhere).await.status, 404);
}
