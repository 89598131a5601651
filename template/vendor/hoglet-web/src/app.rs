//! [`App`]: what an app is for Hoglet, so that its commands and its tests can start it.

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use axum::Router;

use crate::housekeeping;
use crate::jobs::{Context, JobState, Jobs};
use crate::layers::{self, Places};
use crate::package::Package;
use crate::routes::{Route, Routes, begins_like_one_of, is_for_development, plain};
use crate::secret_paths::SecretPaths;
use crate::settings::env_file;
use crate::settings::{Reader, Settings, SettingsError};
use crate::web::{Parts, Web};

/// How a command ended: its exit code, or what to say before exit code 1.
pub type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// An app.
pub trait App: 'static {
    /// Settings of its own, beside Hoglet's.
    type Settings: Send;
    /// What its handlers and jobs share.
    type State: JobState<Context = Context>;
    /// Commands of its own, beside Hoglet's.
    type Command: clap::Subcommand + Send;

    /// What its manifest says: `hoglet_web::package!()`.
    const PACKAGE: Package;
    /// What was answered when it was generated: the text of `defaults.env`.
    const DEFAULTS: &'static str;

    /// Reads its own settings. What is wrong with one is reported together with all others.
    fn settings(reader: &mut Reader, hoglet: &Settings) -> Self::Settings;

    /// What Hoglet must know of it.
    fn parts() -> Parts;

    /// Its route table.
    fn pages() -> Routes<Self::State>;

    /// Layers of its own, at their places between Hoglet's. The command `layers` prints them all.
    fn layers() -> Places<Self::State> {
        Places::default()
    }

    /// Its jobs and schedules.
    fn jobs() -> Jobs<Self::State>;

    /// What its handlers and jobs share, built once.
    fn state(settings: Self::Settings, web: Web) -> Self::State;

    /// Runs a command of its own.
    fn run(command: Self::Command, settings: Settings) -> impl Future<Output = Outcome> + Send;
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
/// All that is wrong, each line naming its variable.
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
    reader.asked()
}

/// The app's jobs, and Hoglet's own.
pub fn all_jobs<A: App>(web: &Web) -> Jobs<A::State> {
    let web = web.clone();
    A::jobs().merge(housekeeping::jobs(), move |_| web.clone())
}

/// The whole route table: the app's, and what every app answers besides.
pub fn all_routes<A: App>() -> Vec<Route> {
    let mut routes = A::pages().table();
    routes.extend(plain().table());
    routes
}

/// Which paths of an app hold a token.
pub fn secret_paths<A: App>() -> SecretPaths {
    let routes = A::pages().table();
    SecretPaths::among(routes.iter().map(|route| route.path))
}
