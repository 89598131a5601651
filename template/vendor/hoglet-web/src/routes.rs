//! Routes that can say what they are, and the ones that every app has.

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};

use crate::error::AppError;
use crate::handlers::assets;
use crate::handlers::mail;
use crate::posthog::proxy;
use crate::request::RequestInfo;
use crate::web::Web;
use crate::{health, reload};

/// One line of the route table: a path with its methods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Such as `/orders/{id}`.
    pub path: &'static str,
    /// Such as `GET` and `POST`.
    pub methods: Vec<&'static str>,
}

/// A router that knows its table.
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

    /// These routes and those.
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

    /// The routes themselves.
    pub fn router(self) -> Router<S> {
        self.router
    }

    /// What they are, in the order that they were added in.
    pub fn table(self) -> Vec<Route> {
        self.table
    }
}

/// Assets and health: neither sessions nor events.
pub fn plain() -> Routes<Web> {
    Routes::default()
        .get("/livez", health::live)
        .get("/readyz", health::ready)
        .get("/static/{*path}", assets::show)
}

/// What every app answers besides its pages: assets, health, the proxy and, in development, the mail
/// that was kept.
pub fn besides_pages(web: &Web) -> Router {
    plain()
        .router()
        .merge(proxy::routes(&web.posthog, sent))
        .merge(kept_mail(web))
        .with_state(web.clone())
}

/// What PostHog's proxy has to know of a request.
fn sent(request: &Request) -> proxy::Sent {
    let info = RequestInfo::of(request.extensions());
    proxy::Sent {
        path_and_query: info.sent.expose().to_owned(),
        ip: info.ip,
    }
}

/// The mail that was kept, in development only. It holds links that log people in, so the layers for
/// security stand around it.
fn kept_mail(web: &Web) -> Router<Web> {
    if !web.settings.development() {
        return Router::new();
    }
    Router::new()
        .route("/dev/mail", get(mail::list).delete(mail::delete))
        .route("/dev/mail/delete", post(mail::delete_by_form))
        .route("/dev/mail/{id}", get(mail::show))
}

/// What open pages and the stand-in for PostHog ask while the app is being worked on.
pub fn development(web: &Web) -> Router {
    if !web.settings.development() {
        return Router::new();
    }
    let flags = web.parts.flags;
    Router::new()
        .route("/dev/reload", get(async || Json(reload::state())))
        .route("/dev/flags", get(async move || Json(flags)))
}

/// The answer where nothing else answers.
pub async fn not_found() -> Response {
    AppError::not_found().into_response()
}

/// Whether a path begins with the same segment as one of these, so that the proxy cannot have it.
pub fn begins_like_one_of(table: &[Route], path: &str) -> bool {
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let mut paths = table.iter().map(|route| route.path);
    paths.any(|known| known != "/" && first(known) == first(path))
}

/// Whether a path lies where development has its own: `/dev/mail` and its neighbours.
pub fn is_for_development(path: &str) -> bool {
    path.split('/').nth(1) == Some("dev")
}
