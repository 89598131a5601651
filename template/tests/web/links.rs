//! Links in mails: asking for them, and finding them.

use hoglet_web::email::Email;
use sea_orm::ConnectionTrait;

use app::models::user;

use crate::support::{Answer, App, Browser, email_of};

/// A kind of link.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Where it is asked for.
    pub form: &'static str,
    /// Where it leads, up to the token.
    pub page: &'static str,
    /// What sends it.
    pub job: &'static str,
    /// The event of who asks.
    pub asked: &'static str,
}

pub const RESET: Kind = Kind {
    form: "/forgot-password",
    page: "/reset-password/",
    job: "send_reset_link",
    asked: "password_reset_requested",
};

pub const LOG_IN: Kind = Kind {
    form: "/login-link",
    page: "/login-link/",
    job: "send_login_link",
    asked: "login_link_requested",
};

/// The password that is chosen with a link.
pub const NEW: &str = "another sentence";

/// Asks for a link in the name of an address.
pub async fn ask(browser: &Browser, kind: Kind, email: &str) -> Answer {
    browser.post(kind.form, &[("email", email)]).await
}

/// Asks for a link, and takes its path out of the mail.
pub async fn link_for(app: &App, kind: Kind, name: &str) -> String {
    let answer = ask(&app.browser(), kind, &email_of(name)).await;
    assert_eq!(answer.location(), "/login");
    app.run_jobs().await;
    newest_link(app, kind, name).await.expect("a mail came")
}

/// The path of the link in the newest mail of a kind.
pub async fn newest_link(app: &App, kind: Kind, name: &str) -> Option<String> {
    let start = format!("{}{}", app.url, kind.page);
    let mails = app.mails().await.into_iter().rev();
    let links = mails
        .filter(|mail| mail.to == email_of(name))
        .flat_map(|mail| mail.links);
    let link = links.into_iter().find(|link| link.starts_with(&start));
    link.map(|link| link[app.url.len()..].to_owned())
}

/// Sends the form of a link's page.
pub async fn follow(browser: &Browser, link: &str) -> Answer {
    browser.post(link, &[("password", NEW)]).await
}

/// Somebody has shown that their address is theirs.
pub async fn confirm(app: &App, name: &str) {
    let database = &app.web.database;
    let user = user::find_by_email(database, &Email::normalized(&email_of(name))).await;
    user::confirm(database, user.unwrap().unwrap())
        .await
        .unwrap();
}

/// Changes rows as the app itself does not.
pub async fn execute(app: &App, statement: &str) {
    let done = app.web.database.execute_unprepared(statement).await;
    assert!(done.unwrap().rows_affected() > 0, "{statement}");
}
