//! Helpers for the tests: `hoglet_web::testing`, and members who sign up and log in at the club.

use std::time::{Duration, Instant};

use hoglet_web::app::read_settings;
use hoglet_web::email::Email;
use hoglet_web::posthog::Client;
use hoglet_web::testing::TestApp;
use reqwest::StatusCode;

pub use hoglet_web::testing::{
    Answer, BROWSER, Browser, COMPRESSED_SCRIPT, Event, Recorder, Reply, wait_until,
};

use crate::club::{Club, broken, member, router_with};

/// The club on a free port, with its own database and a recorder as its PostHog.
pub type App = TestApp<Club>;

/// The password of every member.
pub const PASSWORD: &str = "a sentence is fine";

/// The path that rings the bell: an event and a count in the session.
pub const RING: &str = "/api/bell";

/// `ann@example.com` for Ann.
pub fn email_of(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase())
}

/// The club with the pages that fail.
pub async fn with_broken_pages(variables: &[(&str, &str)]) -> App {
    App::with_router(variables, |web| router_with(broken::pages(), web)).await
}

/// The page without the values that differ from answer to answer.
pub fn without_what_differs(browser: &Browser, answer: Answer) -> String {
    let policy = answer.header("content-security-policy");
    let (_, rest) = policy.split_once("'nonce-").unwrap();
    let (nonce, _) = rest.split_once('\'').unwrap();
    answer
        .text()
        .replace(nonce, "NONCE")
        .replace(&browser.visitor_id(), "VISITOR")
        .replace(answer.header("x-request-id"), "REQUEST")
}

/// Visits a page that reads flags until PostHog is asked for them.
///
/// Evaluation starts in the background. Until then the defaults apply.
pub async fn until_asked(app: &App, path: &str) {
    let begin = Instant::now();
    while app.posthog.flag_requests().is_empty() {
        app.browser().get(path).await;
        assert!(begin.elapsed() < Duration::from_secs(10));
    }
}

/// A client of PostHog without an app around it.
pub async fn client_alone(posthog: &Recorder) -> Client {
    let settings = read_settings::<Club>(&|name| match name {
        "APP_ENV" => Some("test".into()),
        "POSTHOG_PROJECT_TOKEN" => Some("phc_test".into()),
        "POSTHOG_HOST" => Some(posthog.url.clone().into()),
        _ => None,
    });
    let (settings, _) = settings.unwrap();
    Client::start(&settings.posthog, &[], Some).await.unwrap()
}

/// The actions of a member in a browser.
pub trait Person {
    async fn sign_up(&self, name: &str) -> Answer;
    async fn log_in(&self, name: &str) -> Answer;
    async fn log_out(&self) -> Answer;
    async fn is_signed_in(&self) -> bool;
    /// Rings the bell, and returns how often it has rung.
    async fn ring(&self) -> u64;
}

impl Person for Browser {
    async fn sign_up(&self, name: &str) -> Answer {
        let email = email_of(name);
        let form = [("name", name), ("email", &email), ("password", PASSWORD)];
        let answer = self.post("/signup", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer
    }

    async fn log_in(&self, name: &str) -> Answer {
        let form = [("email", &*email_of(name)), ("password", PASSWORD)];
        let answer = self.post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer
    }

    async fn log_out(&self) -> Answer {
        let answer = self.post("/logout", &[]).await;
        assert_eq!(answer.location(), "/", "{}", answer.text());
        answer
    }

    async fn is_signed_in(&self) -> bool {
        self.get("/card").await.status == StatusCode::OK
    }

    async fn ring(&self) -> u64 {
        let answer = self.post(RING, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["count"].as_u64().unwrap()
    }
}

/// Members, and their ids.
pub trait People {
    async fn sign_up(&self, name: &str) -> Browser;
    async fn user_id(&self, name: &str) -> String;
}

impl People for App {
    /// A browser in which a member has just signed up.
    async fn sign_up(&self, name: &str) -> Browser {
        let browser = self.browser();
        browser.sign_up(name).await;
        browser
    }

    async fn user_id(&self, name: &str) -> String {
        let email = Email::normalized(&email_of(name));
        let member = member::find(&self.web.database, &email).await.unwrap();
        member.expect("this member has joined").id.to_string()
    }
}
