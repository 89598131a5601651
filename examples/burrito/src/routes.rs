//! The route table: every path of the app on one screen.

use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post};
use axum::{Json, Router};
use tower_http::limit::RequestBodyLimitLayer;

use crate::app::AppState;
use crate::assets;
use crate::error::AppError;
use crate::posthog::{flags, proxy};
use crate::reload;
use crate::settings::Settings;

pub mod burrito;
pub mod dashboard;
pub mod group_analytics;
pub mod health;
pub mod home;
pub mod login;
pub mod logout;
pub mod opt_out;
pub mod profile;
pub mod signup;
pub mod trigger_error;

/// Pages and the API: with sessions, and known to PostHog.
pub fn pages() -> Routes {
    Routes::default()
        .add("GET", "/", get(home::show))
        .add("GET, POST", "/login", get(login::show).post(login::log_in))
        .add(
            "GET, POST",
            "/signup",
            get(signup::show).post(signup::sign_up),
        )
        .add("POST", "/logout", post(logout::log_out))
        .add("GET", "/burrito", get(burrito::show))
        .add("POST", "/api/burrito/consider", post(burrito::consider))
        .add("GET", "/dashboard", get(dashboard::show))
        .add(
            "GET, POST",
            "/profile",
            get(profile::show).post(profile::update),
        )
        .add("POST", "/api/trigger-error", post(trigger_error::trigger))
        .add(
            "POST",
            "/api/group-analytics",
            post(group_analytics::use_feature),
        )
        .add("POST", "/opt-out", post(opt_out::switch))
}

/// Assets and health: neither sessions nor events.
pub fn plain() -> Routes {
    Routes::default()
        .add("GET", "/livez", get(health::live))
        .add("GET", "/readyz", get(health::ready))
        .add("GET", "/static/{*path}", get(assets::show))
}

/// posthog-js's way to PostHog, under the path that the settings name.
pub fn proxy(settings: &Settings) -> Router<AppState> {
    match &settings.posthog.proxy_path {
        Some(path) => Router::new()
            .route(path, any(proxy::forward))
            .route(&format!("{path}/"), any(proxy::forward))
            .route(&format!("{path}/{{*path}}"), any(proxy::forward))
            .layer(RequestBodyLimitLayer::new(proxy::MAX_BODY_BYTES)),
        None => Router::new(),
    }
}

/// What open pages and the stand-in for PostHog ask while the app is being worked on.
pub fn development(settings: &Settings) -> Router<AppState> {
    if settings.development() {
        Router::new()
            .route("/dev/reload", get(async || Json(reload::state())))
            .route("/dev/flags", get(async || Json(flags::ALL)))
    } else {
        Router::new()
    }
}

pub async fn not_found() -> Response {
    AppError::not_found().into_response()
}

/// Whether a path of the app begins with the same segment, so that the proxy cannot have it.
pub fn has_path(path: &str) -> bool {
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let paths = pages()
        .table
        .into_iter()
        .chain(plain().table)
        .map(|(_, path)| path);
    paths
        .into_iter()
        .any(|known| known != "/" && first(known) == first(path))
}

/// A router that can say what is in it: `cargo run routes` prints the table.
#[derive(Default)]
pub struct Routes {
    pub router: Router<AppState>,
    pub table: Vec<(&'static str, &'static str)>,
}

impl Routes {
    fn add(
        mut self,
        methods: &'static str,
        path: &'static str,
        handlers: MethodRouter<AppState>,
    ) -> Self {
        self.router = self.router.route(path, handlers);
        self.table.push((methods, path));
        self
    }
}
