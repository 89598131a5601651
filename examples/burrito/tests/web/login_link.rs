//! `/login-link`

use app::routes::next::AFTER_LOG_IN;
use reqwest::StatusCode;

use crate::links::{LOG_IN, RESET, ask, confirm, follow, link_for, newest_link};
use crate::mailed::Mailed;
use crate::support::{App, PASSWORD, People, Person};

#[tokio::test]
async fn the_log_in_page_offers_it_beside_the_password() {
    let app = App::start().await;
    let page = app.browser().get("/login").await.text();
    assert!(page.contains(r#"formaction="/login-link" formnovalidate"#));
    assert!(page.contains(r#"<a href="/forgot-password">"#));
}

#[tokio::test]
async fn it_logs_in_and_leaves_the_account_as_it_is() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    confirm(&app, "Ann").await;
    let link = link_for(&app, LOG_IN, "Ann").await;
    let phone = app.browser();
    assert!(phone.get(&link).await.text().contains("a•••@example.com"));
    assert!(!phone.is_signed_in().await, "looking changes nothing");

    assert_eq!(follow(&phone, &link).await.location(), AFTER_LOG_IN);
    assert!(phone.is_signed_in().await && ann.is_signed_in().await);
    app.browser().log_in("Ann").await;
    assert!(app.events_named("email_confirmed").await.is_empty());
}

#[tokio::test]
async fn the_page_that_was_asked_for_comes_next_in_the_same_browser() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    confirm(&app, "Ann").await;
    for (next, back, location) in [
        ("/profile?a=1", "?next=%2Fprofile%3Fa%3D1", "/profile?a=1"),
        ("//evil.example", "", AFTER_LOG_IN),
    ] {
        let (browser, phone) = (app.browser(), app.browser());
        let form = [
            ("email", "ann@example.com"),
            ("password", "half a pass"),
            ("next", next),
        ];
        let answer = browser.post(LOG_IN.form, &form).await;
        assert_eq!(answer.location(), format!("/login{back}"));
        app.run_jobs().await;
        let link = newest_link(&app, LOG_IN, "Ann").await.unwrap();
        assert_eq!(follow(&browser, &link).await.location(), location);

        // A stranger cannot write it into somebody's mail.
        assert!(!app.mails().await.last().unwrap().text.contains("a=1"));
        ask(&browser, LOG_IN, "ann@example.com").await;
        app.run_jobs().await;
        let link = newest_link(&app, LOG_IN, "Ann").await.unwrap();
        assert_eq!(follow(&phone, &link).await.location(), AFTER_LOG_IN);
    }
}

#[tokio::test]
async fn asking_makes_no_session() {
    let app = App::start().await;
    for number in 0..10 {
        let email = format!("nobody-{number}@example.com");
        let form = [("email", &*email), ("next", "/profile")];
        let answer = app.browser().post(LOG_IN.form, &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        for cookie in answer.cookies() {
            assert_eq!(cookie.http_only(), Some(true), "{cookie}");
            assert!(cookie.to_string().contains("SameSite=Lax"), "{cookie}");
            assert_ne!(cookie.name(), "session");
        }
    }
    assert_eq!(app.rows("sessions").await, 0);
}

#[tokio::test]
async fn the_visitor_of_another_browser_becomes_the_user_once() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for kind in [LOG_IN, RESET] {
        let link = link_for(&app, kind, "Ann").await;
        let phone = app.browser();
        phone.get("/").await;
        let visitor = phone.visitor_id();
        for _ in 0..2 {
            phone.get(&link).await;
            follow(&phone, &link).await;
        }
        let joined = app.events_named("$identify").await.into_iter();
        let joined: Vec<_> = joined
            .filter(|event| event["$anon_distinct_id"] == visitor)
            .collect();
        assert_eq!(joined.len(), 1, "{joined:?}");
        assert_eq!(joined[0].distinct_id, app.user_id("Ann").await);
        assert!(phone.cookie("visitor").is_none());
    }
}

#[tokio::test]
async fn opening_somebody_elses_link_changes_nobody_without_a_post() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let bob = app.sign_up("Bob").await;
    let bobs = bob.copy();
    for kind in [RESET, LOG_IN] {
        let link = link_for(&app, kind, "Ann").await;
        let page = bob.get(&link).await.text();
        assert!(page.contains("a•••@example.com"), "{page}");
        assert!(!page.contains("ann@example.com"));
        assert!(bob.get("/profile").await.text().contains("bob@example.com"));
    }
    let link = newest_link(&app, LOG_IN, "Ann").await.unwrap();
    let page = bob.get(&link).await.text();
    assert!(page.contains("You are logged in here as"), "{page}");

    // Whoever goes on leaves the first session behind.
    follow(&bob, &link).await;
    assert!(bob.get("/profile").await.text().contains("ann@example.com"));
    assert!(!bobs.is_signed_in().await);
}

#[tokio::test]
async fn remembering_is_the_password_forms() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let form = [("email", "ann@example.com"), ("remember", "true")];
    let wrong = app.browser().post("/login", &form).await;
    assert!(
        wrong.text().contains(r#"value="true" checked"#),
        "it is kept"
    );

    let form = [form[0], form[1], ("password", PASSWORD)];
    let remembered = app.browser().post("/login", &form).await;
    let link = link_for(&app, LOG_IN, "Ann").await;
    let by_link = app.browser().post(&link, &form).await;
    for (answer, lives) in [(remembered, true), (by_link, false)] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let cookies = answer.cookies();
        let session = cookies.iter().find(|cookie| cookie.name() == "session");
        assert_eq!(session.unwrap().max_age().is_some(), lives);
    }
}
