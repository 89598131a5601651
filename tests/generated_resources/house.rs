//! The running app with two users and a visitor, and the stand-in for PostHog.

use reqwest::StatusCode;
use reqwest::blocking::Response;
use tempfile::TempDir;

use crate::app::App;
use crate::client::Browser;
use crate::form::Form;
use crate::posthog::Posthog;
use crate::process::Server;

pub const ANN: &str = "ann@example.com";
pub const BOB: &str = "bob@example.com";

pub struct House {
    pub app: Server,
    pub posthog: Posthog,
    pub ann: Browser,
    pub bob: Browser,
    pub visitor: Browser,
    _data: TempDir,
}

impl House {
    pub fn open(app: &App, database: Option<&str>) -> Self {
        let posthog = Posthog::start([]);
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut command = app.binary(data.path());
        command.envs(posthog.settings());
        command.envs(database.map(|url| ("DATABASE_URL", url)));
        let house = Self {
            app: Server::start(&mut command),
            posthog,
            ann: Browser::in_session(1),
            bob: Browser::in_session(2),
            visitor: Browser::in_session(3),
            _data: data,
        };
        house.ann.sign_up(&house.app, ANN);
        house.bob.sign_up(&house.app, BOB);
        house
    }

    /// Checks that the app logged no error.
    pub fn close(self) {
        let log = self.app.log();
        assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
        self.posthog.is_content();
        assert!(self.app.stop().success());
    }

    /// The page at a path, which must be there.
    #[track_caller]
    pub fn page(&self, browser: &Browser, path: &str) -> String {
        let answer = browser.get(&self.app, path);
        assert_eq!(answer.status(), 200, "{path}\n{}", self.app.log());
        answer.text().expect("text")
    }

    /// Posts a form that is valid, and returns the path of the new row.
    #[track_caller]
    pub fn create(&self, browser: &Browser, path: &str, form: &Form) -> String {
        let answer = browser.post(&self.app, path, &form.fields());
        let status = answer.status();
        let row = location(&answer);
        let text = answer.text().expect("text");
        assert_eq!(status, 303, "{form:?}\n{}\n{text}", self.app.log());
        assert!(row.starts_with(&format!("{path}/")), "{row} is a row");
        row
    }

    /// Posts a form that is not valid, and returns the page with its messages.
    #[track_caller]
    pub fn refused(&self, browser: &Browser, path: &str, form: &Form) -> String {
        let answer = browser.post(&self.app, path, &form.fields());
        let status = answer.status();
        let text = answer.text().expect("text");
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}\n{text}");
        text
    }

    /// A category of this user, by its id.
    #[track_caller]
    pub fn category(&self, browser: &Browser, name: &str) -> String {
        let form = Form::new(&[("name", name)]);
        let row = self.create(browser, "/categories", &form);
        id_of(&row).to_owned()
    }
}

/// The path to which an answer redirects, or nothing.
pub fn location(answer: &Response) -> String {
    let location = answer.headers().get("location");
    let location = location.and_then(|value| value.to_str().ok());
    location.unwrap_or_default().to_owned()
}

/// The last part of a row's path.
pub fn id_of(row: &str) -> &str {
    row.rsplit('/').next().expect("a last part")
}

/// The message at a field of a form that was refused.
#[track_caller]
pub fn message_at(page: &str, field: &str) -> String {
    let begin = format!("id=\"{field}-help\">");
    let (_, rest) = page
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no message at {field}:\n{page}"));
    let end = rest.find("</p>").expect("it ends");
    rest[..end].to_owned()
}
