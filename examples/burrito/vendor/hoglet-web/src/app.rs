//! [`App`]: everything that Hoglet must know of an app. Commands and tests start an app from it.

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
use crate::web::{Parts, Web};

/// How a command ended: its exit code, or an error to print before exit code 1.
pub type CommandResult = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// An app: everything that Hoglet must know of it. An app writes a method with a default only to change it.
pub trait App: 'static {
    /// Settings of its own, beside Hoglet's.
    type Settings: Send;
    /// The state that its handlers and jobs share.
    type State: JobState<Context = Context>;
    /// Commands of its own, beside Hoglet's.
    type Command: clap::Subcommand + Send;
    /// Its table of users.
    type Users: EntityTrait<Model: User>;
    /// Its migrations, with Hoglet's among them.
    type Migrator: MigratorTrait;
    /// Its views: `templates/`.
    type Templates: RustEmbed;
    /// Its stylesheets, scripts and pictures: `static/`.
    type Assets: RustEmbed;

    /// Its manifest: `hoglet_web::package!()`.
    const PACKAGE: Package;
    /// Defaults of variables that depend on how it was generated: the text of `defaults.env`.
    const DEFAULTS: &'static str;
    /// The links in its mails, and how long they work.
    const LINKS: Links = Links::USUAL;
    /// How many bytes a request's body may have. Forms are small.
    const BODY_LIMIT: usize = 2 * 1024 * 1024;

    /// Reads its own settings. All bad values, Hoglet's and its own, are reported together.
    fn settings(reader: &mut Reader, hoglet: &Settings) -> Self::Settings;

    /// Its route table.
    fn pages() -> Routes<Self::State>;

    /// Layers of its own, at their places among Hoglet's. The command `layers` prints all of them.
    fn layers() -> Places<Self::State> {
        Places::default()
    }

    /// Its jobs and schedules.
    fn jobs() -> Jobs<Self::State>;

    /// Builds the state, once.
    fn state(settings: Self::Settings, web: Web) -> Self::State;

    /// Its flags and experiments.
    fn flags() -> &'static [Declared] {
        &[]
    }

    /// Variables for every template, such as the user. Layers have left them with the request.
    fn every_page(_request: &Extensions) -> Value {
        context! {}
    }

    /// The text of an error, on its page and in JSON, if the handler has given none.
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

    /// The other sites from which its pages may load pictures, fonts or a payment form.
    fn content_security_policy() -> ContentSecurityPolicy {
        ContentSecurityPolicy::default()
    }

    /// Properties of its own that every event of a request carries.
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
    /// It may read what layers have left with the request: `signed_in::user(request.extensions())` is
    /// the user.
    fn event_properties(_request: &Request) -> Map<String, serde_json::Value> {
        Map::new()
    }

    /// Its last look at each event before it is sent. The event that this returns is sent, changed or
    /// not; for `None` nothing is sent.
    ///
    /// It runs beside the requests, so none of them waits. When it panics, the event is lost and counted
    /// as such: it may hold what this function should have removed.
    fn before_send(event: Event) -> Option<Event> {
        Some(event)
    }

    /// Runs a command of its own.
    fn run(
        command: Self::Command,
        settings: Settings,
    ) -> impl Future<Output = CommandResult> + Send;

    /// All of this as a value, for the parts of Hoglet. Do not change this one.
    fn parts() -> Parts {
        Parts {
            users: Users::of::<Self::Users>(),
            migrations: Migrations::of::<Self::Migrator>(),
            templates: Files::of::<Self::Templates>(),
            assets: Files::of::<Self::Assets>(),
            every_page: Self::every_page,
            error_text: Self::error_text,
            content_security_policy: Self::content_security_policy(),
            body_limit: Self::BODY_LIMIT,
            flags: Self::flags(),
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
/// All bad values, one line each, with the name of the variable.
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

/// The paths of an app that hold a token.
pub fn secret_paths<A: App>() -> SecretPaths {
    let routes = A::pages().table();
    SecretPaths::among(routes.iter().map(|route| route.path))
}
