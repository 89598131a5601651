//! The password, which is changed at `/profile/password`.

use app::models::user;
use hoglet_web::email::Email;
use hoglet_web::passwords::PasswordHash;
use reqwest::StatusCode;
use tokio::join;

use crate::links::{LOG_IN, RESET, confirm, link_for};
use crate::mailed::Mailed;
use crate::support::{Answer, App, Browser, PASSWORD, People, Person};

const NEW: &str = "another sentence";

#[tokio::test]
async fn a_new_password_takes_the_place_of_the_old_one() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    assert_eq!(change(&ann, PASSWORD, NEW).await.location(), "/profile");

    let page = ann.get("/profile").await.text();
    assert!(page.contains("Your password was changed."));
    let browser = app.browser();
    let old = browser.try_log_in("ann@example.com", PASSWORD).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let new = browser.try_log_in("ann@example.com", NEW).await;
    assert_eq!(new.status, StatusCode::SEE_OTHER);
    app.event("profile_updated").await;
}

#[tokio::test]
async fn it_ends_every_other_session_of_the_user() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    let bob = app.sign_up("Bob").await;
    change(&ann, PASSWORD, NEW).await;

    assert!(ann.is_signed_in().await, "this one goes on");
    assert!(!phone.is_signed_in().await);
    assert!(bob.is_signed_in().await);
}

#[tokio::test]
async fn it_ends_every_link_that_was_mailed_before() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let form = [("email", "lee@example.com"), ("current_password", PASSWORD)];
    ann.post("/profile/email", &form).await;
    let links = [
        link_for(&app, RESET, "Ann").await,
        link_for(&app, LOG_IN, "Ann").await,
        app.link_to("lee@example.com").await,
    ];
    change(&ann, PASSWORD, NEW).await;

    for link in links {
        let answer = app.browser().get(&link).await;
        assert_eq!(answer.status, StatusCode::GONE, "{link}");
    }
    assert!(!ann.get("/profile").await.text().contains("lee@example.com"));
}

#[tokio::test]
async fn it_is_changed_only_by_who_knows_it() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    for (current, new, message) in [
        ("wrong", NEW, "This is not your current password."),
        ("", NEW, "This is not your current password."),
        (PASSWORD, "short", "Use at least 8 characters."),
    ] {
        let answer = change(&ann, current, new).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(message));
        assert!(!answer.text().contains(new), "it never stands in a page");
    }
    let answer = ann
        .post("/profile/password", &[("new_password", NEW)])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

    assert!(phone.is_signed_in().await);
    assert!(app.events_named("profile_updated").await.is_empty());
}

#[tokio::test]
async fn a_password_that_is_guessed_first_is_refused_here_and_by_link() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let common = change(&ann, PASSWORD, "Password1").await;
    let link = link_for(&app, RESET, "Ann").await;
    let reset = app
        .browser()
        .post(&link, &[("password", "password123")])
        .await;
    for answer in [common, reset] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("Many people use this password"));
    }
    let own = change(&ann, PASSWORD, "ann@example.com").await;
    assert!(own.text().contains("This is your e-mail address"));
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_own_form() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let password = change(&ann, "wrong", "short").await.text();
    assert_eq!(password.matches("aria-invalid").count(), 2);
    assert!(
        password.contains(r#"name="name" type="text" autocomplete="name" value="Ann" required>"#)
    );
    let name = ann.post("/profile", &[("name", " ")]).await.text();
    assert_eq!(name.matches("aria-invalid").count(), 1);
    // Each form has its own address, and takes no field of another.
    let both = [
        ("name", "Ann Lee"),
        ("current_password", PASSWORD),
        ("new_password", NEW),
    ];
    assert_eq!(ann.post("/profile", &both).await.location(), "/profile");
    let old = app.browser().try_log_in("ann@example.com", PASSWORD).await;
    assert_eq!(
        old.status,
        StatusCode::SEE_OTHER,
        "only the name was changed"
    );
    let answer = ann.post("/profile/password", &both).await;
    assert_eq!(answer.location(), "/profile");
    assert_eq!(app.events_named("profile_updated").await.len(), 2);
    let visitor = app.browser().post("/profile/password", &both).await;
    assert_eq!(visitor.location(), "/login");
}

#[tokio::test]
async fn the_owner_is_told_by_mail() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    confirm(&app, "Ann").await;
    change(&ann, PASSWORD, NEW).await;
    app.run_jobs().await;
    let mails = app.mails().await;
    let notice = mails.last().unwrap();
    assert_eq!(notice.to, "ann@example.com");
    assert_eq!(notice.subject, "Your password was changed");
}

#[tokio::test]
async fn of_two_changes_at_once_one_counts() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let phone = app.browser();
    phone.log_in("Ann").await;
    let answers = join!(
        change(&ann, PASSWORD, NEW),
        change(&phone, PASSWORD, "a third sentence"),
    );
    let mut locations = [answers.0.location(), answers.1.location()];
    locations.sort();
    assert_eq!(locations, ["/login", "/profile"]);
}

/// A thief who changes the password again and again, when the owner resets it.
#[tokio::test]
async fn a_change_that_was_under_way_does_not_outlast_another() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let email = Email::normalized("ann@example.com");
    let database = &app.web.database;
    let known = user::find_by_email(database, &email)
        .await
        .unwrap()
        .unwrap();
    let reset = user::change_password(database, known.clone(), PasswordHash::unusable()).await;

    let thiefs = user::replace_password(database, known, PasswordHash::unusable()).await;
    assert!(thiefs.unwrap().is_none());
    let left = user::find_by_email(database, &email).await.unwrap();
    assert_eq!(left, Some(reset.unwrap()));
}

async fn change(browser: &Browser, current: &str, new: &str) -> Answer {
    let form = [("current_password", current), ("new_password", new)];
    browser.post("/profile/password", &form).await
}
