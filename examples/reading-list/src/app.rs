//! Everything that Hoglet must know about this app.
//!
//! The trait `hoglet_web::app::App` has more methods, such as the texts of errors, origins for pages and
//! properties of every event. Their defaults suit most apps.

use axum::http::Extensions;
use hoglet_web::app::CommandResult;
use hoglet_web::layers::Places;
use hoglet_web::package::Package;
use hoglet_web::posthog::Declared;
use hoglet_web::settings::Reader;
use hoglet_web::tokens::links::Links;
use rust_embed::RustEmbed;

use crate::commands::Command;
use crate::features::{FEATURES, FLAGS};
use crate::jobs;
use crate::migrations::Migrator;
use crate::prelude::*;
use crate::routes;
use crate::settings::Settings;
use crate::tokens::LINKS;
use crate::view;

/// The templates. A release build contains them.
#[derive(RustEmbed)]
#[folder = "templates/"]
pub struct Templates;

/// Stylesheets, scripts and pictures. A release build contains them, too.
#[derive(RustEmbed)]
#[folder = "static/"]
pub struct Assets;

/// This app: `hoglet_web::cli` and the tests start it.
pub struct App;

impl hoglet_web::app::App for App {
    type Settings = Settings;
    type State = AppState;
    type Command = Command;
    type Users = user::Entity;
    type Migrator = Migrator;
    type Templates = Templates;
    type Assets = Assets;

    const PACKAGE: Package = hoglet_web::package!();
    const DEFAULTS: &'static str = include_str!("../defaults.env");
    const LINKS: Links = LINKS;

    fn settings(reader: &mut Reader, hoglet: &hoglet_web::settings::Settings) -> Settings {
        Settings::read(reader, hoglet, &FEATURES.switches())
    }

    fn state(settings: Settings, web: Web) -> AppState {
        AppState::new(settings, web)
    }

    fn flags() -> &'static [Declared] {
        &FLAGS
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

    fn every_page(request: &Extensions) -> Value {
        view::every_page(request)
    }

    async fn run(command: Command, settings: hoglet_web::settings::Settings) -> CommandResult {
        command.run(settings).await
    }
}
