//! The vocabulary of the tests: what users do, and what a test looks at afterwards.
//!
//! The rest of it is `hoglet_web::testing`: `app.mails_to(ANN)`, `app.let_time_pass(HOUR)`,
//! `app.event("user_signed_up")`. Each test file begins with `use crate::support::*`.

use std::time::Duration;

use hoglet_web::email::Email;
use hoglet_web::testing::TestApp;

use app::models::user;

pub use app::routes::next::AFTER_LOG_IN;
pub use hoglet_web::testing::{Answer, BROWSER, Browser, Event, Mood};

pub mod commands;

/// The app on a free port, with a database of its own and a stand-in for PostHog.
pub type App = TestApp<app::app::App>;

pub const ANN: &str = "ann@example.com";
pub const BOB: &str = "bob@example.com";
pub const LEE: &str = "lee@example.com";

/// The password of every user.
pub const PASSWORD: &str = "a sentence is fine";
/// The password that a user changes to.
pub const NEW_PASSWORD: &str = "another sentence";

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);

/// The page of the link that confirms an address.
pub const CONFIRM: &str = "/confirm-email/";

/// A link that a visitor can ask for with an address.
#[derive(Clone, Copy, Debug)]
pub struct LinkByMail {
    /// The form that asks for it.
    pub form: &'static str,
    /// The page that it leads to, up to the token.
    pub page: &'static str,
    /// The job that mails it.
    pub job: &'static str,
    /// The event of asking.
    pub event: &'static str,
}

pub const RESET: LinkByMail = LinkByMail {
    form: "/forgot-password",
    page: "/reset-password/",
    job: "send_reset_link",
    event: "password_reset_requested",
};

pub const LOG_IN: LinkByMail = LinkByMail {
    form: "/login-link",
    page: "/login-link/",
    job: "send_login_link",
    event: "login_link_requested",
};

/// What a user does in a browser.
pub trait UserActions {
    async fn sign_up(&self, email: &str);
    async fn log_in(&self, email: &str);
    async fn try_sign_up(&self, name: &str, email: &str, password: &str) -> Answer;
    async fn try_log_in(&self, email: &str, password: &str) -> Answer;
    async fn log_out(&self);
    async fn is_signed_in(&self) -> bool;
    async fn change_password(&self, current: &str, new: &str) -> Answer;
    async fn change_email(&self, new: &str) -> Answer;
    async fn delete_account(&self, password: &str) -> Answer;
    async fn ask_for(&self, link: LinkByMail, email: &str) -> Answer;
    /// Sends the form of a link's page, with a new password if the page asks for one.
    async fn follow(&self, link: &str) -> Answer;
}

impl UserActions for Browser {
    async fn sign_up(&self, email: &str) {
        let answer = self.try_sign_up(&name_of(email), email, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }

    async fn log_in(&self, email: &str) {
        let answer = self.try_log_in(email, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }

    async fn try_sign_up(&self, name: &str, email: &str, password: &str) -> Answer {
        let form = [("name", name), ("email", email), ("password", password)];
        self.post("/signup", &form).await
    }

    async fn try_log_in(&self, email: &str, password: &str) -> Answer {
        let form = [("email", email), ("password", password)];
        self.post("/login", &form).await
    }

    async fn log_out(&self) {
        let answer = self.post("/logout", &[]).await;
        assert_eq!(answer.location(), "/", "{}", answer.text());
    }

    async fn is_signed_in(&self) -> bool {
        self.get("/profile").await.status == 200
    }

    async fn change_password(&self, current: &str, new: &str) -> Answer {
        let form = [("current_password", current), ("new_password", new)];
        self.post("/profile/password", &form).await
    }

    async fn change_email(&self, new: &str) -> Answer {
        let form = [("email", new), ("current_password", PASSWORD)];
        self.post("/profile/email", &form).await
    }

    async fn delete_account(&self, password: &str) -> Answer {
        let form = [("current_password", password)];
        self.post("/profile/delete", &form).await
    }

    async fn ask_for(&self, link: LinkByMail, email: &str) -> Answer {
        self.post(link.form, &[("email", email)]).await
    }

    async fn follow(&self, link: &str) -> Answer {
        self.post(link, &[("password", NEW_PASSWORD)]).await
    }
}

/// Accounts, and links to them.
pub trait Accounts {
    /// A browser in which a user has just signed up.
    async fn sign_up(&self, email: &str) -> Browser;
    /// Another browser, in which the user logs in.
    async fn log_in(&self, email: &str) -> Browser;
    /// Confirms the address of a user.
    async fn confirm(&self, email: &str);
    async fn user(&self, email: &str) -> user::Model;
    async fn user_id(&self, email: &str) -> String;
    /// Asks for a link in another browser, and takes its path from the mail.
    async fn link(&self, link: LinkByMail, email: &str) -> String;
}

impl Accounts for App {
    async fn sign_up(&self, email: &str) -> Browser {
        let browser = self.browser();
        browser.sign_up(email).await;
        browser
    }

    async fn log_in(&self, email: &str) -> Browser {
        let browser = self.browser();
        browser.log_in(email).await;
        browser
    }

    async fn confirm(&self, email: &str) {
        let user = self.user(email).await;
        user::confirm(&self.web.database, user).await.unwrap();
    }

    async fn user(&self, email: &str) -> user::Model {
        let email = Email::normalized(email);
        let user = user::find_by_email(&self.web.database, &email).await;
        user.unwrap().expect("this user has signed up")
    }

    async fn user_id(&self, email: &str) -> String {
        self.user(email).await.id.to_string()
    }

    async fn link(&self, link: LinkByMail, email: &str) -> String {
        let answer = self.browser().ask_for(link, email).await;
        assert_eq!(answer.location(), "/login");
        self.link_to(email, link.page).await
    }
}

/// The form came back, and says why.
#[track_caller]
pub fn assert_refused(answer: &Answer, message: &str) {
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(
        answer.text().contains(message),
        "{message}: {}",
        answer.text()
    );
}

/// A throttle turned the visitor away, says why, and when to come back.
#[track_caller]
pub fn assert_throttled(answer: &Answer, message: &str) {
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert!(
        answer.text().contains(message),
        "{message}: {}",
        answer.text()
    );
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=300).contains(&seconds), "{seconds}");
}

/// A link does not work, whether its page is opened or its form is sent, and logs no one in.
pub async fn assert_gone(app: &App, link: &str) {
    let browser = app.browser();
    for answer in [browser.get(link).await, browser.follow(link).await] {
        assert_eq!(answer.status, 410, "{link}");
    }
    assert!(!browser.is_signed_in().await);
}

/// `Ann` for `ann@example.com`.
fn name_of(email: &str) -> String {
    let (first, rest) = email.split_at(1);
    let (rest, _) = rest.split_once('@').unwrap();
    first.to_uppercase() + rest
}
