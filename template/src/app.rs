//! The app: what Hoglet is told about it.

use std::process::ExitCode;

use hoglet_web::app::Outcome;
use hoglet_web::database::Migrations;
use hoglet_web::files::Files;
use hoglet_web::jobs::Jobs;
use hoglet_web::layers::Places;
use hoglet_web::package::Package;
use hoglet_web::routes::Routes;
use hoglet_web::security::ContentSecurityPolicy;
use hoglet_web::session::users::Users;
use hoglet_web::settings::Reader;
use hoglet_web::web::{BODY_LIMIT, Parts, Web};
use rust_embed::RustEmbed;

use crate::commands::Command;
use crate::jobs;
use crate::migrations::Migrator;
use crate::models::user;
use crate::posthog::flags;
use crate::posthog::properties::event_properties;
use crate::routes;
use crate::sentences::sentence;
use crate::settings::Settings;
use crate::state::AppState;
use crate::view::every_page;

/// The views, carried inside by a release build.
#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// Styles, scripts and pictures, likewise.
#[derive(RustEmbed)]
#[folder = "static/"]
struct Assets;

/// This app, for Hoglet: `hoglet_web::cli` and the tests start it.
pub struct App;

impl hoglet_web::app::App for App {
    type Settings = Settings;
    type State = AppState;
    type Command = Command;

    const PACKAGE: Package = hoglet_web::package!();
    const DEFAULTS: &'static str = include_str!("../defaults.env");

    fn settings(reader: &mut Reader, hoglet: &hoglet_web::settings::Settings) -> Settings {
        Settings::read(reader, hoglet)
    }

    fn parts() -> Parts {
        Parts {
            users: Users::of::<user::Entity>(),
            migrations: Migrations::of::<Migrator>(),
            templates: Files::of::<Templates>(),
            assets: Files::of::<Assets>(),
            every_page,
            sentence,
            body_limit: BODY_LIMIT,
            // What pages load from elsewhere: pictures, fonts, a payment form.
            content_security_policy: ContentSecurityPolicy::default(),
            flags: flags::ALL,
            event_properties,
            // The last look at each event before it is sent: what this returns, or nothing.
            before_send: Some,
        }
    }

    fn pages() -> Routes<AppState> {
        routes::pages()
    }

    /// Layers of the app's own. `cargo run layers` prints all layers in order.
    fn layers() -> Places<AppState> {
        Places::default()
    }

    fn jobs() -> Jobs<AppState> {
        jobs::jobs()
    }

    fn state(settings: Settings, web: Web) -> AppState {
        AppState::new(settings, web)
    }

    async fn run(command: Command, settings: hoglet_web::settings::Settings) -> Outcome {
        command.run(settings).await
    }
}

/// Runs the command that was asked for; without one it serves.
pub fn run() -> ExitCode {
    hoglet_web::cli::run::<App>()
}
