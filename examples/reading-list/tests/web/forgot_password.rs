//! `/forgot-password` and `POST /login-link`: neither reveals an account.

use crate::support::*;

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn only_an_address_with_an_account_gets_a_mail() {
    let (app, _) = app_with_ann().await;
    app.run_jobs().await;
    for kind in [RESET, LOG_IN] {
        let mails = app.mails().await.len();
        for email in [" ANN@example.com ", LEE] {
            app.browser().ask_for(kind, email).await;
            let ran = app.run_jobs().await;
            assert_eq!((ran.len(), &*ran[0].job), (1, kind.job));
            assert_eq!(ran[0].error, None);
        }
        assert_eq!(app.mails().await.len(), mails + 1);
        app.link_to(ANN, kind.page).await;
        assert_eq!(app.events_named(kind.event).await.len(), 2);
    }
}

#[tokio::test]
async fn the_answer_is_the_same_to_the_byte_after_the_same_work() {
    let (app, _) = app_with_ann().await;
    app.run_jobs().await;
    for kind in [RESET, LOG_IN] {
        let mut seen = Vec::new();
        for email in [ANN, LEE] {
            let browser = app.browser();
            browser.get("/login").await;
            let before = rows(&app).await;
            let answer = browser.ask_for(kind, email).await;
            let after = rows(&app).await;
            let written = [after[0] - before[0], after[1] - before[1]];
            let next = browser.get(answer.location()).await;
            assert_shows(&next.text(), "If there is an account for this address");
            seen.push((
                visible(&browser, &answer),
                visible(&browser, &next),
                written,
            ));
        }
        assert_eq!(seen[0], seen[1]);
    }
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn a_text_that_is_no_address_is_refused() {
    let app = App::start().await;
    for kind in [RESET, LOG_IN] {
        for email in ["", "ann@", "a b@example.com"] {
            let answer = app.browser().ask_for(kind, email).await;
            assert_refused(&answer, "Enter an e-mail address such as");
            assert_shows(&answer.text(), &format!(r#"value="{email}""#));
        }
        assert!(app.events_named(kind.event).await.is_empty());
    }
    assert!(app.run_jobs().await.is_empty());
}

/// The numbers of sessions and of counted attempts.
async fn rows(app: &App) -> [i64; 2] {
    [
        app.count_rows("sessions").await,
        app.count_rows("attempts").await,
    ]
}

/// Everything that an answer shows, without its random parts.
fn visible(browser: &Browser, answer: &Answer) -> (u16, Vec<String>, String) {
    let policy = answer.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).unwrap_or_default();
    let nonce = nonce.split('\'').next().unwrap_or_default();
    let visitor = browser.visitor_id();
    let random = [nonce, answer.header("x-request-id"), &visitor];
    let without = |text: &str| {
        let random = random.iter().filter(|random| !random.is_empty());
        random.fold(text.to_owned(), |text, random| text.replace(random, "…"))
    };
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let mut headers: Vec<_> = headers
        .map(|(name, value)| match name.as_str() {
            "set-cookie" => name.to_string(),
            _ => format!("{name}: {}", without(value.to_str().unwrap())),
        })
        .collect();
    headers.sort();
    (answer.status.as_u16(), headers, without(&answer.text()))
}
