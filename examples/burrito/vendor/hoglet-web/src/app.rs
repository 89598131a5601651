//! [`App`]: everything that Hoglet must know about an app. Commands and tests start an app from it.

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use axum::Router;
use axum::extract::Request;
use axum::http::{Extensions, StatusCode};
use minijinja::{Value, context};
use rust_embed::RustEmbed;
use sea_orm::EntityTrait;
use sea_orm_migration::MigratorTrait;
use serde_json::Map;

use crate::account_mail;
use crate::database::Migrations;
use crate::error_text::ErrorText;
use crate::files::Files;
use crate::housekeeping;
use crate::jobs::{Context, JobState, Jobs};
use crate::layers::{self, Places};
use crate::package::Package;
use crate::posthog::{Declared, Event};
use crate::routes::{Route, Routes, begins_like_one_of, is_for_development, plain};
use crate::secret_paths::SecretPaths;
use crate::security::ContentSecurityPolicy;
use crate::session::users::Users;
use crate::settings::env_file;
use crate::settings::{Reader, Settings, SettingsError};
use crate::tokens::links::Links;
use crate::users::User;
use crate::web::{AppParts, Web};

/// How a command ended: its exit code, or an error to print before exit code 1.
pub type CommandResult = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// An app: everything that Hoglet must know about it. Methods with a default are optional.
pub trait App: 'static {
    /// The app's own settings, in addition to Hoglet's.
    type Settings: Send;
    /// The state that the app's handlers and jobs share.
    type State: JobState<Context = Context>;
    /// The app's own commands, in addition to Hoglet's.
    type Command: clap::Subcommand + Send;
    /// The app's table of users.
    type Users: EntityTrait<Model: User>;
    /// The app's migrations, which include Hoglet's.
    type Migrator: MigratorTrait;
    /// The app's views: `templates/`.
    type Templates: RustEmbed;
    /// The app's style sheets, scripts and pictures: `static/`.
    type Assets: RustEmbed;

    /// The app's manifest: `hoglet_web::package!()`.
    const PACKAGE: Package;
    /// Defaults of variables that depend on how the app was generated: the text of `defaults.env`.
    const DEFAULTS: &'static str;
    /// The path of the app's log-in page.
    const LOG_IN: &'static str = "/login";
    /// The links in the app's mails, and how long they work.
    const LINKS: Links = Links::USUAL;
    /// The maximum size of a request's body, in bytes. Forms are small.
    const BODY_LIMIT: usize = 2 * 1024 * 1024;

    /// Reads the app's own settings. Bad values, Hoglet's and the app's, are reported together.
    fn settings(reader: &mut Reader, hoglet: &Settings) -> Self::Settings;

    /// The app's route table.
    fn pages() -> Routes<Self::State>;

    /// The app's own layers, at their places among Hoglet's. The command `layers` prints all layers.
    fn layers() -> Places<Self::State> {
        Places::default()
    }

    /// The app's jobs and schedules.
    fn jobs() -> Jobs<Self::State>;

    /// Builds the app's state, once.
    fn state(settings: Self::Settings, web: Web) -> Self::State;

    /// The app's flags and experiments.
    fn flags() -> &'static [Declared] {
        &[]
    }

    /// Variables for every template, such as the user. Layers have put them into the request's extensions.
    fn every_page(_request: &Extensions) -> Value {
        context! {}
    }

    /// The text of an error, on its page and in JSON, if the handler gave none.
    ///
    /// ```
    /// # use axum::http::StatusCode;
    /// # use hoglet_web::error_text::ErrorText;
    /// fn error_text(status: StatusCode) -> ErrorText {
    ///     match status {
    ///         StatusCode::NOT_FOUND => ErrorText {
    ///             title: "Sold out, or never here",
    ///             message: "Look for it in our shop.",
    ///         },
    ///         status => ErrorText::of(status),
    ///     }
    /// }
    /// ```
    fn error_text(status: StatusCode) -> ErrorText {
        ErrorText::of(status)
    }

    /// The other sites from which the app's pages may load pictures, fonts or a payment form.
    fn content_security_policy() -> ContentSecurityPolicy {
        ContentSecurityPolicy::default()
    }

    /// The app's own properties for every event of a request.
    ///
    /// ```
    /// use axum::extract::Request;
    /// use serde_json::{Map, Value};
    ///
    /// fn event_properties(_: &Request) -> Map<String, Value> {
    ///     Map::from_iter([("shop".to_owned(), "berlin".into())])
    /// }
    /// ```
    ///
    /// It can read the extensions that layers have set: `signed_in::user(request.extensions())` is the
    /// user.
    fn event_properties(_request: &Request) -> Map<String, serde_json::Value> {
        Map::new()
    }

    /// Changes or drops an event before it is sent.
    ///
    /// The returned event is sent. `None` drops the event.
    ///
    /// It runs in the background, so no request waits for it. If it panics, the event is not sent and
    /// counts as lost, because it may contain data that this function should have removed.
    fn before_send(event: Event) -> Option<Event> {
        Some(event)
    }

    /// Runs one of the app's own commands.
    fn run(
        command: Self::Command,
        settings: Settings,
    ) -> impl Future<Output = CommandResult> + Send;

    /// All of this as a value, for Hoglet's modules. Do not override this method.
    fn parts() -> AppParts {
        AppParts {
            users: Users::of::<Self::Users>(),
            migrations: Migrations::of::<Self::Migrator>(),
            templates: Files::of::<Self::Templates>(),
            assets: Files::of::<Self::Assets>(),
            every_page: Self::every_page,
            error_text: Self::error_text,
            content_security_policy: Self::content_security_policy(),
            body_limit: Self::BODY_LIMIT,
            flags: Self::flags(),
            log_in: Self::LOG_IN,
            links: Self::LINKS,
            event_properties: Self::event_properties,
            before_send: Self::before_send,
        }
    }
}

/// An app's pages and all other routes, behind all layers.
pub fn router<A: App>(state: A::State, web: &Web) -> Router {
    let places = A::layers().with_state(&state);
    layers::around(A::pages().router().with_state(state), web, places)
}

/// Reads the settings of an app, Hoglet's and its own, from any source of variables.
///
/// # Errors
///
/// All bad values, one per line, each with the name of its variable.
pub fn read_settings<A: App>(
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<(Settings, A::Settings), SettingsError> {
    let mut reader = Reader::new(variable, env_file::defaults(A::DEFAULTS));
    let hoglet = Settings::read(&mut reader, &A::PACKAGE);
    let own = A::settings(&mut reader, &hoglet);
    if let Some(path) = &hoglet.posthog.proxy_path
        && (begins_like_one_of(&all_routes::<A>(), path) || is_for_development(path))
    {
        reader.error(
            "POSTHOG_PROXY_PATH",
            format_args!("{path:?} is taken by a page of this app; try /relay"),
        );
    }
    reader.finish((hoglet, own))
}

/// The names of all variables that an app reads.
pub fn variables<A: App>() -> Vec<String> {
    let mut reader = Reader::new(&|_| None, env_file::defaults(A::DEFAULTS));
    let hoglet = Settings::read(&mut reader, &A::PACKAGE);
    A::settings(&mut reader, &hoglet);
    reader.names()
}

/// The app's jobs, and Hoglet's own.
pub fn all_jobs<A: App>(web: &Web) -> Jobs<A::State> {
    let web = web.clone();
    let own = housekeeping::jobs().merge(account_mail::jobs(), Web::clone);
    A::jobs().merge(own, move |_| web.clone())
}

/// The whole route table: the app's pages, and the routes that every app has.
pub fn all_routes<A: App>() -> Vec<Route> {
    let mut routes = A::pages().table();
    routes.extend(plain().table());
    routes
}

/// The paths of an app that contain a token.
pub fn secret_paths<A: App>() -> SecretPaths {
    let routes = A::pages().table();
    SecretPaths::among(routes.iter().map(|route| route.path))
}
