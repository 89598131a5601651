//! [`Routes`]: a router with a table of its paths, and the routes that every app has.

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};

use crate::error::AppError;
use crate::handlers::assets;
use crate::handlers::mail;
use crate::handlers::reload;
use crate::health;
use crate::posthog::proxy;
use crate::request::RequestInfo;
use crate::web::Web;

/// One line of the route table: a path with its methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Such as `/orders/{id}`.
    pub path: &'static str,
    /// Such as `GET` and `POST`.
    pub methods: Vec<&'static str>,
}

/// A router with a table of its paths.
pub struct Routes<S> {
    router: Router<S>,
    table: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self {
            router: Router::new(),
            table: Vec::new(),
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Answers `GET` (and `HEAD`) at a path.
    #[must_use]
    pub fn get<T: 'static>(self, path: &'static str, handler: impl Handler<T, S>) -> Self {
        self.add("GET", path, get(handler))
    }

    /// Answers `POST` at a path.
    #[must_use]
    pub fn post<T: 'static>(self, path: &'static str, handler: impl Handler<T, S>) -> Self {
        self.add("POST", path, post(handler))
    }

    /// Adds all routes of another table.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    fn add(mut self, method: &'static str, path: &'static str, handlers: MethodRouter<S>) -> Self {
        self.router = self.router.route(path, handlers);
        match self.table.iter_mut().find(|route| route.path == path) {
            Some(route) => route.methods.push(method),
            None => self.table.push(Route {
                path,
                methods: vec![method],
            }),
        }
        self
    }

    /// The router.
    pub fn router(self) -> Router<S> {
        self.router
    }

    /// The table, in the order in which the routes were added.
    pub fn table(self) -> Vec<Route> {
        self.table
    }
}

/// Assets and health checks. They have no session and capture no events.
pub fn plain() -> Routes<Web> {
    Routes::default()
        .get("/livez", health::live)
        .get("/readyz", health::ready)
        .get("/static/{*path}", assets::show)
}

/// The routes of every app besides its pages: assets, health checks, the proxy for posthog-js.
///
/// In development, also the stored mail.
pub fn besides_pages(web: &Web) -> Router {
    plain()
        .router()
        .merge(proxy::routes(&web.posthog, sent))
        .merge(stored_mail(web))
        .with_state(web.clone())
}

/// The facts about a request that PostHog's proxy needs.
fn sent(request: &Request) -> proxy::Sent {
    let info = RequestInfo::of(request.extensions());
    proxy::Sent {
        path_and_query: info.sent.expose().to_owned(),
        ip: info.ip,
    }
}

/// The pages for stored mail, in development only.
///
/// Mails contain links that log users in, so the security layers are around these pages.
fn stored_mail(web: &Web) -> Router<Web> {
    if !web.settings.development() {
        return Router::new();
    }
    Router::new()
        .route("/dev/mail", get(mail::list).delete(mail::delete))
        .route("/dev/mail/delete", post(mail::delete_by_form))
        .route("/dev/mail/{id}", get(mail::show))
}

/// In development: open pages request the state for reloads, and the local PostHog requests the
/// flags.
pub fn development(web: &Web) -> Router {
    if !web.settings.development() {
        return Router::new();
    }
    let flags = web.parts.flags;
    Router::new()
        .route("/dev/reload", get(reload::show))
        .route("/dev/flags", get(async move || Json(flags)))
        .with_state(web.clone())
}

/// The answer to a path without a route: 404.
pub async fn not_found() -> Response {
    AppError::not_found().into_response()
}

/// Whether a path has the same first segment as a route, so that the proxy cannot use it.
pub fn begins_like_one_of(table: &[Route], path: &str) -> bool {
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let mut paths = table.iter().map(|route| route.path);
    paths.any(|known| known != "/" && first(known) == first(path))
}

/// Whether a path is below `/dev`, where the routes for development are.
pub fn is_for_development(path: &str) -> bool {
    path.split('/').nth(1) == Some("dev")
}
