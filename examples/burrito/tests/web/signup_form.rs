//! `/signup`: what the form asks for, and what it says.

use reqwest::StatusCode;

use crate::support::{Answer, App, Browser, PASSWORD, Person};

#[tokio::test]
async fn the_form_is_empty_at_first() {
    let app = App::start().await;
    let page = app.browser().get("/signup").await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(r#"method="post" action="/signup""#));
    assert!(!page.text().contains("aria-invalid"));
}

#[tokio::test]
async fn what_is_wrong_is_said_at_each_field_and_what_was_typed_is_kept() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = sign_up(&browser, " ", "ann@", "short77").await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(text.contains("Tell us what to call you."));
    assert!(text.contains("Write an e-mail address such as you@example.com."));
    assert!(text.contains("Use at least 8 characters."));
    assert!(text.contains(r#"value="ann@""#));
    assert!(!text.contains("short77"), "it never stands in a page");
    assert!(!browser.is_signed_in().await);
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn the_first_field_that_is_wrong_has_the_focus() {
    let app = App::start().await;
    for (name, email, focused) in [
        ("", "ann@", "name"),
        ("Ann", "ann@", "email"),
        ("Ann", "ann@example.com", "password"),
    ] {
        let page = sign_up(&app.browser(), name, email, "short").await.text();
        let (before, _) = page.split_once("autofocus").unwrap();
        let (_, tag) = before.rsplit_once("<input").unwrap();
        assert!(tag.contains(&format!(r#"id="{focused}""#)), "{tag}");
    }
}

#[tokio::test]
async fn names_emails_and_passwords_have_bounds() {
    let app = App::start().await;
    let long_name = "é".repeat(101);
    let long_email = format!("{}@example.com", "a".repeat(250));
    let long_password = "x".repeat(201);
    for (name, email, password) in [
        (&*long_name, "ann@example.com", PASSWORD),
        ("Ann", &long_email, PASSWORD),
        ("Ann", "", PASSWORD),
        ("Ann", "ann@example.com", &long_password),
        ("Ann", "ann@example.com", ""),
    ] {
        let answer = sign_up(&app.browser(), name, email, password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_password_that_is_guessed_first_is_refused() {
    let app = App::with(&[("APP_NAME", "Lending Library")]).await;
    for (password, message) in [
        ("Password1", "Many people use this password"),
        ("iloveyou", "Many people use this password"),
        ("annabelle.lee", "This is your e-mail address"),
        ("Annabelle.Lee@Example.com", "This is your e-mail address"),
        ("lending library", "This is our name"),
    ] {
        let answer = sign_up(&app.browser(), "Ann", "annabelle.lee@example.com", password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(page.contains(message), "{password}: {page}");
        assert_eq!(page.matches("aria-invalid").count(), 1);
        assert!(
            !page.contains(&format!("\"{password}\"")),
            "it is not shown"
        );
    }
    let answer = sign_up(&app.browser(), "Ann", "ann@example.com", "        ").await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "no rule of composition"
    );
}

#[tokio::test]
async fn a_password_is_the_same_on_every_keyboard() {
    let app = App::start().await;
    let (composed, decomposed) = ("größer äls", "gro\u{308}ßer a\u{308}ls");
    sign_up(&app.browser(), "Ann", "ann@example.com", composed).await;
    for password in [composed, decomposed] {
        let answer = app.browser().try_log_in("ann@example.com", password).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{password}");
    }
    let other = app
        .browser()
        .try_log_in("ann@example.com", "grosser als")
        .await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn an_international_domain_is_one_however_it_is_written() {
    let app = App::start().await;
    let browser = app.browser();
    let answer = sign_up(&browser, "Ann", "Ann@Bücher.example", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = browser.get("/profile").await.text();
    assert!(page.contains("ann@bücher.example"));
    let again = sign_up(&app.browser(), "Ann", "ann@xn--bcher-kva.example", PASSWORD).await;
    assert!(again.text().contains("This e-mail already has an account."));
    for email in ["ann@bücher.example", "ann@XN--bcher-kva.EXAMPLE"] {
        let answer = app.browser().try_log_in(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{email}");
    }
    let answer = sign_up(&app.browser(), "用户", "用户@例子.example", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

/// What a browser takes for no address, it does not send.
#[tokio::test]
async fn no_field_of_a_page_lets_ascii_alone_pass() {
    let app = App::start().await;
    let browser = app.browser();
    sign_up(&browser, "José", "josé@example.com", PASSWORD).await;
    for page in ["/signup", "/login", "/forgot-password", "/profile"] {
        let visitor = app.browser();
        let by = if page == "/profile" {
            &browser
        } else {
            &visitor
        };
        let html = by.get(page).await.text();
        assert!(
            html.contains("<form") && !html.contains(r#"type="email""#),
            "{page}"
        );
    }
    let html = app.browser().get("/signup").await.text();
    let keyboard = r#"name="email" type="text" autocomplete="username" inputmode="email""#;
    assert!(html.contains(keyboard), "{html}");
}

#[tokio::test]
async fn a_name_that_nobody_sees_is_none_and_turns_no_page_around() {
    let app = App::start().await;
    for (n, name) in [
        "\u{3164}",
        "\u{200b}\u{2060}",
        "\u{2800}",
        "\u{ad}\u{e0020}",
        "\u{202e}",
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("{n}@example.com");
        let answer = sign_up(&app.browser(), name, &email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(answer.text().contains("Tell us what to call you."));
    }
    let browser = app.browser();
    let turned = "\u{202e}Ann\u{2066} Lee\u{200f}";
    sign_up(&browser, turned, "ann@example.com", PASSWORD).await;
    assert!(
        browser
            .get("/profile")
            .await
            .text()
            .contains(">Ann Lee</h1>")
    );
    browser
        .post("/profile", &[("name", "\u{2067}Lee\u{61c}")])
        .await;
    assert!(browser.get("/profile").await.text().contains(">Lee</h1>"));
    let answer = browser.post("/profile", &[("name", "\u{115f}")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn sign_up(browser: &Browser, name: &str, email: &str, password: &str) -> Answer {
    let form = [("name", name), ("email", email), ("password", password)];
    browser.post("/signup", &form).await
}
