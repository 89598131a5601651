//! Actions of users, and their accounts.

use app::models::user;
use hoglet_web::email::Email;

use super::{Answer, App, Browser, LinkByMail, NEW_PASSWORD, PASSWORD};

/// Actions of a user in a browser.
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
    /// Whether this password logs in, in another browser.
    async fn accepts(&self, email: &str, password: &str) -> bool;
    /// Confirms the address of a user.
    async fn confirm(&self, email: &str);
    async fn user(&self, email: &str) -> user::Model;
    async fn user_id(&self, email: &str) -> String;
    /// Requests a link in another browser. Returns its path from the mail.
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

    async fn accepts(&self, email: &str, password: &str) -> bool {
        let answer = self.browser().try_log_in(email, password).await;
        answer.status == 303
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

/// `Ann` for `ann@example.com`.
fn name_of(email: &str) -> String {
    let (first, rest) = email.split_at(1);
    let (rest, _) = rest.split_once('@').unwrap();
    first.to_uppercase() + rest
}
