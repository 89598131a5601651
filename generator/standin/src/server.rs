//! All routes in one place, and the server from start to end.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, any, get, post, put};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use tower_http::csrf::CsrfLayer;

use crate::api;
use crate::beside::Beside;
use crate::endpoints::otlp::Signal;
use crate::endpoints::{capture, capture_v1, definitions, deletion, evaluation, js, otlp, surveys};
use crate::error::Error;
use crate::journal::Journal;
use crate::layers::guard::{self, Hosts};
use crate::layers::{failure, header_limit};
use crate::options::Options;
use crate::page;
use crate::scripts::Scripts;
use crate::standin::Standin;
use crate::state::State;
use crate::store::Store;

/// The limit of a body in bytes. PostHog accepts 20 MB in a batch and 25 MB of replay.
const LARGEST_BODY: usize = 25 * 1024 * 1024;

/// A stand-in that listens, but does not answer yet.
pub struct Server {
    listener: TcpListener,
    router: Router,
    address: SocketAddr,
    standin: Arc<Standin>,
    state: Option<Arc<State>>,
}

impl Server {
    pub async fn bind(options: &Options) -> Result<Self, Error> {
        let flags = options.read_flags()?;
        let scripts = Scripts::find(options.posthog_js.as_deref())?;
        let failed = |cause| Error::Listen {
            address: options.address,
            cause,
        };
        let listener = TcpListener::bind(options.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let mut store = Store::new(options.keep.max(1), flags);
        let state = options
            .state
            .as_deref()
            .and_then(|file| State::open(file, &mut store, options.log));
        let standin = Arc::new(Standin::new(store, scripts));
        if let Some(app) = &options.app {
            standin.set_app(app);
        }
        let hosts = Hosts::new(options.address.ip(), &options.allowed_hosts);
        Ok(Self {
            listener,
            router: router(Arc::clone(&standin), hosts),
            address,
            standin,
            state: state.map(Arc::new),
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lines for a terminal about the events that arrive from now on.
    pub fn journal(&self) -> Journal {
        Journal::new(Arc::clone(&self.standin))
    }

    /// The connection between the stand-in and an app that runs beside it.
    pub fn beside(&self) -> Beside {
        Beside::new(Arc::clone(&self.standin))
    }

    /// Answers until `stop` resolves, then writes the state file, if there is one.
    ///
    /// It does not wait for open streams or for requests that hang.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), Error> {
        // Otherwise a small answer waits until the client acknowledges the previous answer.
        let listener = self.listener.tap_io(|stream| {
            // If this fails, answers are only slower.
            let _ = stream.set_nodelay(true);
        });
        let keeping = self
            .state
            .clone()
            .map(|state| tokio::spawn(state.keep(Arc::clone(&self.standin))));
        let result = tokio::select! {
            result = async { axum::serve(listener, self.router).await } => result.map_err(Error::Serve),
            () = stop => Ok(()),
        };
        if let Some(keeping) = keeping {
            keeping.abort();
        }
        if let Some(state) = self.state {
            state.save(&self.standin);
        }
        result
    }
}

fn router(standin: Arc<Standin>, hosts: Hosts) -> Router {
    posthog(&standin)
        .merge(own())
        .with_state(standin)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::new(hosts), guard::only_local))
        .layer(from_fn(header_limit::bounded))
}

/// PostHog's endpoints for SDKs and browsers. Web pages of any origin may call them, as at PostHog.
fn posthog(standin: &Arc<Standin>) -> Router<Arc<Standin>> {
    let cors = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers(AllowHeaders::mirror_request())
        .allow_origin(AllowOrigin::mirror_request())
        .allow_credentials(true);
    let mut router = Router::new()
        .route("/static/{*path}", get(js::scripts))
        .route("/array/{token}/{*file}", get(js::project));
    for (path, handler) in [
        ("/batch", events("/batch")),
        ("/capture", events("/capture")),
        ("/e", events("/e")),
        ("/track", events("/track")),
        ("/i/v0/e", events("/i/v0/e")),
        ("/i/v0/ai/batch", events("/i/v0/ai/batch")),
        ("/i/v1/analytics/events", post(capture_v1::events)),
        ("/s", answering_options(any(capture::replay))),
        ("/i/v1/logs", exports(Signal::Logs)),
        ("/i/v1/traces", exports(Signal::Traces)),
        ("/i/v1/metrics", exports(Signal::Metrics)),
        ("/flags", answering_options(any(evaluation::evaluate))),
        ("/decide", answering_options(any(evaluation::evaluate))),
        ("/flags/definitions", get(definitions::definitions)),
        (
            "/api/feature_flag/local_evaluation",
            get(definitions::definitions),
        ),
        (
            "/api/projects/{project}/feature_flags/{key}/remote_config",
            get(definitions::remote_config),
        ),
        (
            "/api/projects/{project}/persons/bulk_delete",
            post(deletion::bulk_delete),
        ),
        ("/api/surveys", get(surveys::list)),
        (
            "/api/web_experiments",
            get(async || Json(json!({"experiments": []}))),
        ),
        (
            "/api/product_tours",
            get(async || Json(json!({"product_tours": []}))),
        ),
        (
            "/api/early_access_features",
            get(async || Json(json!({"earlyAccessFeatures": []}))),
        ),
    ] {
        router = router
            .route(&format!("{path}/"), handler.clone())
            .route(path, handler);
    }
    router
        .layer(from_fn_with_state(Arc::clone(standin), failure::interfere))
        .layer(cors)
}

fn events(path: &'static str) -> MethodRouter<Arc<Standin>> {
    answering_options(any(move |state, request| {
        capture::events(path, state, request)
    }))
}

fn exports(signal: Signal) -> MethodRouter<Arc<Standin>> {
    post(move |state, request| otlp::export(signal, state, request))
        .options(async || Json(json!({})))
}

/// Answers 200 to `OPTIONS`. Preflight requests are answered by the layer for CORS.
fn answering_options(route: MethodRouter<Arc<Standin>>) -> MethodRouter<Arc<Standin>> {
    route.options(async || StatusCode::OK)
}

/// The page and the JSON interface. Other web sites may neither read nor write here.
fn own() -> Router<Arc<Standin>> {
    Router::new()
        .route("/", get(page::html))
        .route("/hoglet/page/{*file}", get(page::file))
        .route("/hoglet/live", get(page::live))
        .route("/hoglet", get(api::description))
        .route("/hoglet/status", get(api::status))
        .route("/hoglet/events", get(api::events::list))
        .route("/hoglet/names", get(api::events::names))
        .route("/hoglet/people", get(api::people::list))
        .route("/hoglet/exceptions", get(api::events::exceptions))
        .route("/hoglet/warnings", get(api::warnings))
        .route("/hoglet/malformed", get(api::malformed))
        .route("/hoglet/groups", get(api::groups))
        .route("/hoglet/funnel", get(api::funnel::count))
        .route("/hoglet/app", get(api::flags::app))
        .route(
            "/hoglet/flags",
            get(api::flags::list).put(api::flags::replace),
        )
        .route(
            "/hoglet/flags/{key}",
            put(api::flags::put).delete(api::flags::delete),
        )
        .route("/hoglet/surveys", get(surveys::list).put(surveys::replace))
        .route(
            "/hoglet/project",
            get(api::project::read).put(api::project::replace),
        )
        .route(
            "/hoglet/fail",
            post(api::failures::fail).delete(api::failures::heal),
        )
        .route("/hoglet/reset", post(api::reset))
        .route("/hoglet/wait", get(api::wait::wait))
        .layer(CsrfLayer::new())
}
