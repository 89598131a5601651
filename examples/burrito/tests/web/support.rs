//! What the tests stand on: `hoglet_web::testing`, and people who sign up and log in.

use hoglet_web::email::Email;
use hoglet_web::testing::TestApp;
pub use hoglet_web::testing::{Answer, BROWSER, Browser, Event};
use reqwest::StatusCode;

use app::models::user;

/// The app on a free port, with a database of its own and a stand-in for PostHog.
pub type App = TestApp<app::app::App>;

/// Everybody's password.
pub const PASSWORD: &str = "a sentence is fine";

/// `ann@example.com` for Ann.
pub fn email_of(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase())
}

/// What people do in a browser.
pub trait Person {
    async fn sign_up(&self, name: &str) -> Answer;
    async fn log_in(&self, name: &str) -> Answer;
    async fn try_log_in(&self, email: &str, password: &str) -> Answer;
    async fn log_out(&self) -> Answer;
    async fn is_signed_in(&self) -> bool;
}

impl Person for Browser {
    async fn sign_up(&self, name: &str) -> Answer {
        let form = [
            ("name", name),
            ("email", &email_of(name)),
            ("password", PASSWORD),
        ];
        let answer = self.post("/signup", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer
    }

    async fn log_in(&self, name: &str) -> Answer {
        let answer = self.try_log_in(&email_of(name), PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer
    }

    async fn try_log_in(&self, email: &str, password: &str) -> Answer {
        let form = [("email", email), ("password", password)];
        self.post("/login", &form).await
    }

    async fn log_out(&self) -> Answer {
        let answer = self.post("/logout", &[]).await;
        assert_eq!(answer.location(), "/", "{}", answer.text());
        answer
    }

    async fn is_signed_in(&self) -> bool {
        self.get("/profile").await.status == StatusCode::OK
    }
}

/// What there is to know of people.
pub trait People {
    async fn sign_up(&self, name: &str) -> Browser;
    async fn user_id(&self, name: &str) -> String;
}

impl People for App {
    /// A browser in which somebody has just signed up.
    async fn sign_up(&self, name: &str) -> Browser {
        let browser = self.browser();
        browser.sign_up(name).await;
        browser
    }

    async fn user_id(&self, name: &str) -> String {
        let email = Email::normalized(&email_of(name));
        let user = user::find_by_email(&self.web.database, &email).await;
        let user = user.expect("the database answers");
        user.expect("this user has signed up").id.to_string()
    }
}
