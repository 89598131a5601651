//! Broken templates: visitors see no details, and developers see the broken line.

use std::marker::PhantomData;

use hoglet_web::app::{App as HogletApp, CommandResult, read_settings};
use hoglet_web::error_text::ErrorText;
use hoglet_web::files::Files;
use hoglet_web::jobs::Jobs;
use hoglet_web::package::Package;
use hoglet_web::routes::Routes;
use hoglet_web::settings::{Reader, Settings};
use hoglet_web::testing::TestApp;
use hoglet_web::views::Views;
use hoglet_web::web::Web;
use minijinja::context;
use reqwest::StatusCode;
use rust_embed::RustEmbed;

use crate::club::{Club, Command, Motto, member};
use crate::support::App;

#[derive(RustEmbed)]
#[folder = "tests/web/club/broken_templates/"]
struct Broken;

/// A folder without any of an app's templates.
#[derive(RustEmbed)]
#[folder = "tests/web/club/static/"]
struct Nothing;

fn settings(environment: &str) -> Settings {
    let (settings, _) = read_settings::<Club>(&|name| match name {
        "APP_ENV" => Some(environment.into()),
        "SECRET_KEY" => Some("0".repeat(128).into()),
        _ => None,
    })
    .unwrap();
    settings
}

#[test]
fn outside_development_no_app_starts_with_them_and_all_are_named() {
    for environment in ["test", "production"] {
        let assets = Club::parts().assets;
        let refused = Views::new(
            Files::of::<Broken>(),
            assets,
            &Club::PACKAGE,
            &settings(environment),
        );
        let said = refused.unwrap_err().to_string();
        let lines: Vec<_> = said.lines().skip(1).map(str::trim).collect();
        assert_eq!(lines.len(), 5, "{said}");
        assert!(
            lines[0].starts_with("templates/misspelt.html, line 2: "),
            "{said}"
        );
        assert!(
            lines[1].starts_with("templates/unclosed.html, line 4: "),
            "{said}"
        );
        assert_eq!(
            lines[2..],
            [
                "templates/mail/half.txt: it also needs templates/mail/half.html",
                "templates/mail/half.txt: it needs a subject: {% block subject %}…{% endblock %}",
                "templates/mail/other.html: it also needs templates/mail/other.txt",
            ]
        );
    }
}

#[test]
fn with_whole_templates_every_app_starts() {
    for environment in ["development", "test", "production"] {
        let parts = Club::parts();
        let views = Views::new(
            parts.templates,
            parts.assets,
            &Club::PACKAGE,
            &settings(environment),
        );
        assert!(views.is_ok(), "{environment}");
    }
}

/// The club with different templates.
struct With<T>(PhantomData<T>);

impl<T: RustEmbed + 'static> HogletApp for With<T> {
    type Settings = Motto;
    type State = Web;
    type Command = Command;
    type Users = member::Entity;
    type Migrator = member::Migrator;
    type Templates = T;
    type Assets = <Club as HogletApp>::Assets;

    const PACKAGE: Package = Club::PACKAGE;
    const DEFAULTS: &'static str = Club::DEFAULTS;

    fn settings(reader: &mut Reader, hoglet: &Settings) -> Motto {
        Club::settings(reader, hoglet)
    }

    fn pages() -> Routes<Web> {
        Club::pages()
    }

    fn jobs() -> Jobs<Web> {
        Club::jobs()
    }

    fn error_text(status: axum::http::StatusCode) -> ErrorText {
        Club::error_text(status)
    }

    fn state(motto: Motto, web: Web) -> Web {
        Club::state(motto, web)
    }

    async fn run(command: Command, settings: Settings) -> CommandResult {
        Club::run(command, settings).await
    }
}

#[tokio::test]
async fn in_development_the_page_shows_the_line_that_is_wrong_and_the_rest_goes_on() {
    let app = TestApp::<With<Broken>>::with(&[("APP_ENV", "development")]).await;
    let page = app.browser().get("/").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    let text = page.text().replace("&#x2f;", "/");
    assert!(text.contains("templates/misspelt.html:2"), "{text}");

    let other = app.browser().get("/nowhere").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    assert!(other.text().contains("<h1>Not Found</h1>"));
}

#[tokio::test]
async fn an_error_page_that_cannot_be_rendered_is_replaced_by_one_without_templates() {
    let app = App::start().await;
    let views = Views::new(
        Files::of::<Nothing>(),
        app.web.parts.assets,
        &app.web.package,
        &app.web.settings,
    );
    // A missing template is not reported as a broken template.
    let error = views
        .unwrap()
        .render("error.html", context! {})
        .unwrap_err();
    assert_eq!(error.status, StatusCode::INTERNAL_SERVER_ERROR);

    let app = TestApp::<With<Nothing>>::start().await;
    let page = app.browser().get("/nowhere").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        page.text().contains("Nobody plays here."),
        "{}",
        page.text()
    );
    assert!(page.text().contains(page.header("x-request-id")));
    let exception = app.event("$exception").await;
    assert_eq!(exception["request_id"], page.header("x-request-id"));
}
