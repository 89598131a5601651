//! The app, built once: what handlers share, and all layers in order.

use std::error::Error;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use sea_orm::DatabaseConnection;
use tower::ServiceBuilder;
use tower_cookies::CookieManagerLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::cookies::{self, AppCookies};
use crate::passwords::Passwords;
use crate::posthog::outbox::Outbox;
use crate::posthog::{self, errors, identity, panel};
use crate::settings::Settings;
use crate::view::Views;
use crate::{compression, error_pages, logging, panics, request, routes, security, session_layer};

/// Forms are small.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// What handlers and layers share. One pointer, because each layer clones it for each request.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

pub struct Shared {
    pub settings: Settings,
    pub database: DatabaseConnection,
    pub cookies: AppCookies,
    pub passwords: Passwords,
    pub posthog: posthog::Client,
    pub outbox: Outbox,
    pub views: Views,
    /// For the proxy: no redirects, no decompression, no cookies.
    pub http: reqwest::Client,
}

impl AppState {
    pub async fn new(
        settings: Settings,
        database: DatabaseConnection,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let views = Views::new(&settings)?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .no_gzip()
            .build()?;
        let posthog = posthog::Client::start(&settings, http.clone()).await;
        panics::install_hook(&posthog);
        Ok(Self(Arc::new(Shared {
            cookies: AppCookies::new(&settings),
            passwords: Passwords::default(),
            outbox: Outbox::new(database.clone(), posthog.clone()),
            posthog,
            views,
            settings,
            database,
            http,
        })))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// All routes behind all layers.
pub fn router(state: AppState) -> Router {
    with_layers(routes::pages().router, state)
}

/// Pages behind all layers, beside assets, health and the proxy. Layers read from the outside in: the
/// first one sees a request first.
pub fn with_layers(pages: Router<AppState>, state: AppState) -> Router {
    let pages = pages.fallback(routes::not_found);
    let panel = state
        .settings
        .development()
        .then(|| from_fn_with_state(state.clone(), panel::just_captured));
    // Behind the limit of the body's size, which comes last among the others.
    let pages = pages.layer(from_fn(request::buffer_body)).layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(state.clone(), request::in_time))
            .map_request(compression::gzip_or_nothing)
            .layer(compression::pages())
            .option_layer(security::cross_origin(&state.settings))
            .layer(from_fn(cookies::drop_disguised))
            .layer(CookieManagerLayer::new())
            .layer(from_fn_with_state(state.clone(), session_layer::sessions))
            .layer(from_fn_with_state(state.clone(), identity::identify))
            .option_layer(panel)
            .layer(from_fn_with_state(state.clone(), error_pages::error_pages))
            .layer(from_fn_with_state(state.clone(), errors::capture_errors))
            .layer(posthog_rs::tower::PostHogLayer::new())
            .layer(CatchPanicLayer::custom(panics::response))
            // The layer below has the bound, also for handlers that read no form.
            .layer(DefaultBodyLimit::disable())
            .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES)),
    );

    // Assets, health and the proxy do without cookies, sessions and events.
    let routes = pages
        .merge(routes::plain().router)
        .merge(routes::proxy(&state.settings))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(state.clone(), logging::log_request))
                .layer(from_fn_with_state(state.clone(), security::headers))
                .layer(from_fn_with_state(state.clone(), error_pages::error_pages))
                .layer(from_fn_with_state(state.clone(), errors::capture_errors))
                .layer(CatchPanicLayer::custom(panics::response))
                .layer(from_fn(panics::in_request))
                .layer(security::cross_site(&state.settings))
                .layer(from_fn_with_state(state.clone(), security::api_only)),
        )
        // Asked every second, and no part of the app: without these layers it fills no log.
        .merge(routes::development(&state.settings))
        .with_state(state.clone());

    // Around the router, because it takes a trailing slash away before a route is chosen.
    Router::new()
        .fallback_service(routes)
        .layer(from_fn_with_state(state, request::describe))
}
