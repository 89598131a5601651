//! `/login-link`

use crate::support::*;

#[tokio::test]
async fn the_log_in_page_offers_it_beside_the_password() {
    let app = App::start().await;
    let page = app.browser().page("/login").await;
    assert!(page.contains(r#"formaction="/login-link" formnovalidate"#));
    assert!(page.contains(r#"<a href="/forgot-password">"#));
}

#[tokio::test]
async fn it_logs_in_and_leaves_the_account_as_it_is() {
    let app = App::start().await;
    let ann = app.sign_up(ANN).await;
    app.confirm(ANN).await;
    let link = app.link(LOG_IN, ANN).await;
    let phone = app.browser();
    let page = phone.page(&link).await;
    assert!(
        page.contains("a•••@example.com") && !page.contains(ANN),
        "{page}"
    );
    assert!(
        !phone.is_signed_in().await,
        "opening the page changes nothing"
    );

    assert_eq!(phone.follow(&link).await.location(), AFTER_LOG_IN);
    assert!(phone.is_signed_in().await && ann.is_signed_in().await);
    app.log_in(ANN).await;
    assert!(app.events_named("email_confirmed").await.is_empty());
}

#[tokio::test]
async fn it_leads_to_the_page_that_was_asked_for_in_the_same_browser_only() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    app.confirm(ANN).await;
    for (next, query, location) in [
        ("/profile?a=1", "?next=%2Fprofile%3Fa%3D1", "/profile?a=1"),
        ("//evil.example", "", AFTER_LOG_IN),
    ] {
        let browser = app.browser();
        let form = [("email", ANN), ("password", "half a pass"), ("next", next)];
        let answer = browser.post(LOG_IN.form, &form).await;
        assert_eq!(answer.location(), format!("/login{query}"));
        let link = app.link_to(ANN, LOG_IN.page).await;
        // No stranger can write it into a mail to someone else.
        assert!(!app.mails().await.last().unwrap().text.contains("a=1"));
        assert_eq!(browser.follow(&link).await.location(), location);

        browser.ask_for(LOG_IN, ANN).await;
        let link = app.link_to(ANN, LOG_IN.page).await;
        assert_eq!(app.browser().follow(&link).await.location(), AFTER_LOG_IN);
    }
}

#[tokio::test]
async fn asking_for_a_link_makes_no_session() {
    let app = App::start().await;
    let form = [("email", LEE), ("next", "/profile")];
    let answer = app.browser().post(LOG_IN.form, &form).await;
    for cookie in answer.cookies() {
        assert_eq!(cookie.http_only(), Some(true), "{cookie}");
        assert!(cookie.to_string().contains("SameSite=Lax"), "{cookie}");
        assert_ne!(cookie.name(), "session");
    }
    assert_eq!(app.count_rows("sessions").await, 0);
}

#[tokio::test]
async fn the_visitor_who_follows_a_link_becomes_the_user_once() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    for kind in [LOG_IN, RESET] {
        let link = app.link(kind, ANN).await;
        let phone = app.browser();
        phone.get("/").await;
        let visitor = phone.visitor_id();
        for _ in 0..2 {
            phone.get(&link).await;
            phone.follow(&link).await;
        }
        let mut joined = app.events_named("$identify").await;
        joined.retain(|event| event["$anon_distinct_id"] == visitor);
        assert_eq!(joined.len(), 1, "{joined:?}");
        assert_eq!(joined[0].distinct_id, app.user_id(ANN).await);
        let logged_in = app.events_named("user_logged_in").await;
        assert_eq!(logged_in.last().unwrap()["login_method"], "link");
    }
}

#[tokio::test]
async fn opening_another_users_link_changes_nothing_until_its_form_is_sent() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    let bob = app.sign_up(BOB).await;
    let copy = bob.copy();
    let link = app.link(LOG_IN, ANN).await;
    let page = bob.page(&link).await;
    assert!(page.contains("You are logged in as"), "{page}");
    assert!(bob.page("/profile").await.contains(BOB));

    bob.follow(&link).await;
    assert!(bob.page("/profile").await.contains(ANN));
    assert!(!copy.is_signed_in().await, "Bob's session has ended");
}

#[tokio::test]
async fn only_the_password_form_can_remember_the_user() {
    let app = App::start().await;
    app.sign_up(ANN).await;
    let wrong = [("email", ANN), ("remember", "true")];
    let answer = app.browser().post("/login", &wrong).await;
    assert!(
        answer.text().contains(r#"value="true" checked"#),
        "it is kept"
    );

    let form = [("email", ANN), ("remember", "true"), ("password", PASSWORD)];
    let link = app.link(LOG_IN, ANN).await;
    for (path, is_remembered) in [("/login", true), (&*link, false)] {
        let answer = app.browser().post(path, &form).await;
        assert_eq!(answer.status, 303);
        let cookies = answer.cookies();
        let session = cookies.iter().find(|cookie| cookie.name() == "session");
        assert_eq!(session.unwrap().max_age().is_some(), is_remembered);
    }
}
