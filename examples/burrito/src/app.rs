//! The app: what Hoglet is told about it, and every layer in order. A new layer is one line in
//! `router`, with why it stands there.

use std::process::ExitCode;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use hoglet_web::app::Outcome;
use hoglet_web::database::Migrations;
use hoglet_web::files::Files;
use hoglet_web::jobs::Jobs;
use hoglet_web::layers::{self, capture_errors, identify, just_captured};
use hoglet_web::package::Package;
use hoglet_web::posthog::context;
use hoglet_web::routes::{Route, besides_pages, development, not_found};
use hoglet_web::security::ContentSecurityPolicy;
use hoglet_web::session::signed_in;
use hoglet_web::session::users::Users;
use hoglet_web::settings::Reader;
use hoglet_web::web::{Parts, Web};
use hoglet_web::{compression, cookies, error_pages, logging, panics};
use rust_embed::RustEmbed;
use tower::ServiceBuilder;

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

/// Bytes that a request may hold. Forms are small.
const MAX_BODY: usize = 2 * 1024 * 1024;

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
            // What pages load from elsewhere: pictures, fonts, a payment form.
            content_security_policy: ContentSecurityPolicy::default(),
            flags: flags::ALL,
            event_properties,
            // The last look at each event before it is sent: what this returns, or nothing.
            before_send: Some,
        }
    }

    fn routes() -> Vec<Route> {
        routes::pages().table()
    }

    fn jobs() -> Jobs<AppState> {
        jobs::jobs()
    }

    fn state(settings: Settings, web: Web) -> AppState {
        AppState::new(settings, web)
    }

    fn router(state: AppState) -> Router {
        router(state)
    }

    async fn run(command: Command, settings: hoglet_web::settings::Settings) -> Outcome {
        command.run(settings).await
    }
}

/// Runs the command that was asked for; without one it serves.
pub fn run() -> ExitCode {
    hoglet_web::cli::run::<App>()
}

/// All routes behind all layers. Layers read from the outside in: the first one sees a request first.
fn router(state: AppState) -> Router {
    let web = state.web.clone();
    let pages = routes::pages().router().fallback(not_found);
    let pages = pages
        // The whole form is there before the handler runs: a slow client keeps no handler waiting.
        .layer(from_fn(layers::request::buffer_body))
        .layer(
            ServiceBuilder::new()
                // A handler that never ends holds nobody for ever.
                .layer(from_fn_with_state(web.clone(), layers::request::in_time))
                // Pages travel in gzip.
                .map_request(compression::gzip_or_nothing)
                .layer(compression::pages())
                // Front ends of ALLOWED_ORIGINS may call `/api/`.
                .option_layer(layers::security::cross_origin(&web.settings))
                // No cookie that another host has set passes for ours.
                .layer(from_fn(cookies::drop_disguised))
                .layer(cookies::manager())
                // What is kept of this visitor, and the user if one is signed in.
                .layer(from_fn_with_state(web.clone(), layers::sessions::sessions))
                // Whose request this is for PostHog, and what its events carry.
                .layer(from_fn_with_state(web.clone(), identify::identify))
                // In development pages show what was just captured.
                .option_layer(
                    web.settings
                        .development()
                        .then(|| from_fn_with_state(web.clone(), just_captured::just_captured)),
                )
                // Errors become pages that know their visitor, and are captured on their person.
                .layer(from_fn_with_state(web.clone(), error_pages::error_pages))
                .layer(from_fn_with_state(
                    web.clone(),
                    capture_errors::capture_errors,
                ))
                .layer(context::layer())
                .layer(panics::catch())
                // Handlers may trust in the session from here on.
                .layer(from_fn(signed_in::readable))
                .layer(layers::request::body_limit(MAX_BODY)),
        )
        .with_state(state);

    // Assets, health and the proxy do without cookies, sessions and events.
    let routes = pages
        .merge(besides_pages(&web))
        .layer(
            ServiceBuilder::new()
                // One line in the log, whose fields everything inside carries.
                .layer(from_fn_with_state(web.clone(), logging::log_request))
                .layer(from_fn_with_state(web.clone(), layers::security::headers))
                // The same two as above, for what goes wrong outside of pages.
                .layer(from_fn_with_state(web.clone(), error_pages::error_pages))
                .layer(from_fn_with_state(
                    web.clone(),
                    capture_errors::capture_errors,
                ))
                .layer(panics::catch())
                .layer(from_fn(panics::in_request))
                // What another site makes a browser send is refused.
                .layer(layers::security::cross_site(&web.settings))
                .layer(from_fn_with_state(web.clone(), layers::security::api_only)),
        )
        // Asked every second, and no part of the app: without these layers it fills no log.
        .merge(development(&web));

    // Around the router, because it takes a trailing slash away before a route is chosen.
    Router::new()
        .fallback_service(routes)
        .layer(from_fn_with_state(web, layers::request::describe))
}
