//! `/signup`

use serde_json::json;

use crate::support::*;

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn signing_up_makes_an_account_and_logs_in() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let visitor = browser.visitor_id();
    let (name, email) = ("  Ann Lee ", " Ann@Example.com ");
    let answer = browser.try_sign_up(name, email, PASSWORD).await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
    let profile = browser.page("/profile").await;
    assert!(profile.contains(">Ann Lee</h1>") && profile.contains(ANN));

    let event = app.event("user_signed_up").await;
    assert_eq!(event.distinct_id, app.user_id(ANN).await);
    assert_eq!(event["signup_method"], "email");
    let identify = app.event("$identify").await;
    assert_eq!(identify["$anon_distinct_id"], visitor);
    assert_eq!(identify["$set"], json!({ "email": ANN, "name": "Ann Lee" }));
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn an_address_has_one_account_however_it_is_written() {
    let (app, _) = app_with_ann().await;
    app.sign_up("lee@bücher.example").await;
    let browser = app.browser();
    for email in ["ANN@example.COM", "Lee@xn--bcher-kva.example"] {
        let answer = browser.try_sign_up("Eve", email, PASSWORD).await;
        assert_refused(&answer, "This e-mail address already has an account.");
        assert_shows(&answer.text(), &format!(r#"value="{email}""#));
    }
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.events_named("user_signed_up").await.len(), 2);
    let answer = browser
        .try_log_in("lee@XN--bcher-kva.EXAMPLE", PASSWORD)
        .await;
    assert_eq!(answer.location(), AFTER_LOG_IN);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn two_sign_ups_at_once_make_one_account() {
    let app = App::start().await;
    let (first, second) = (app.browser(), app.browser());
    let (first, second) = tokio::join!(
        first.try_sign_up("Ann", ANN, PASSWORD),
        second.try_sign_up("Ann", ANN, PASSWORD),
    );
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    app.event("user_signed_up").await;
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn each_field_says_what_is_wrong_and_keeps_what_was_typed() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = browser.try_sign_up(" ", "ann@", "short77").await;
    assert_refused(&answer, "Tell us what to call you.");
    assert_refused(&answer, "Enter an e-mail address such as you@example.com.");
    assert_refused(&answer, "Use at least 8 characters.");
    let page = answer.text();
    assert_shows(&page, r#"value="ann@""#);
    assert_hides(&page, "short77");
    let (before, _) = page.split_once("autofocus").unwrap();
    assert!(
        before.ends_with(r#"required aria-invalid="true" "#),
        "{before}"
    );
    assert!(!browser.is_signed_in().await);
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn names_addresses_and_passwords_have_limits() {
    let app = App::start().await;
    let long_name = "é".repeat(101);
    let long_email = format!("{}@example.com", "a".repeat(250));
    let long_password = "x".repeat(201);
    for (name, email, password) in [
        (&*long_name, ANN, PASSWORD),
        // A name of invisible characters.
        ("\u{3164}", ANN, PASSWORD),
        ("Ann", &long_email, PASSWORD),
        ("Ann", "", PASSWORD),
        ("Ann", ANN, &long_password),
        ("Ann", ANN, ""),
    ] {
        let answer = app.browser().try_sign_up(name, email, password).await;
        assert_eq!(answer.status, 422, "{name} {email}");
    }
}

#[tokio::test]
async fn a_password_that_is_easy_to_guess_is_refused() {
    let app = App::with(&[("APP_NAME", "Lending Library")]).await;
    for (password, message) in [
        ("Password1", "Many people use this password"),
        ("annabelle.lee", "This is your e-mail address"),
        ("lending library", "This is our name"),
    ] {
        let email = "annabelle.lee@example.com";
        let answer = app.browser().try_sign_up("Ann", email, password).await;
        assert_refused(&answer, message);
        assert_hides(&answer.text(), &format!("\"{password}\""));
    }
    let spaces = app.browser().try_sign_up("Ann", ANN, "        ").await;
    assert_eq!(spaces.status, 303, "there is no rule of composition");
}

/// Browsers refuse letters outside ASCII in a field of type `email`.
#[tokio::test]
async fn every_field_for_an_address_takes_international_addresses() {
    let app = App::start().await;
    let user = app.sign_up("josé@example.com").await;
    let visitor = app.browser();
    for (browser, path) in [
        (&visitor, "/signup"),
        (&visitor, "/login"),
        (&visitor, "/forgot-password"),
        (&user, "/profile"),
    ] {
        let page = browser.page(path).await;
        assert_shows(&page, r#"inputmode="email""#);
        assert_hides(&page, r#"type="email""#);
    }
}
