//! Assertions about pages and answers.

use super::{Answer, App, UserActions};

/// A page contains a text.
#[track_caller]
pub fn assert_shows(page: &str, text: &str) {
    assert!(page.contains(text), "no “{text}” in: {page}");
}

/// A page does not contain a text.
#[track_caller]
pub fn assert_hides(page: &str, text: &str) {
    assert!(!page.contains(text), "“{text}” is in: {page}");
}

/// The answer shows the form again, with a message.
#[track_caller]
pub fn assert_refused(answer: &Answer, message: &str) {
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert_shows(&answer.text(), message);
}

/// A throttle refused the request. The answer has the reason, and the time of the next try.
#[track_caller]
pub fn assert_throttled(answer: &Answer, message: &str) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert_shows(&answer.text(), message);
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=300).contains(&seconds), "{seconds}");
}

/// Neither the page nor the form of a link works, and no one is logged in.
pub async fn assert_gone(app: &App, link: &str) {
    let browser = app.browser();
    for answer in [browser.get(link).await, browser.follow(link).await] {
        assert_eq!(answer.status, 410, "{link}");
    }
    assert!(!browser.is_signed_in().await);
}
