//! [`track`]: the only layer of this crate that a plain axum app needs.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_core::future::BoxFuture;
use hoglet_errors::Cause;
use hoglet_errors::caught::caught;
use serde_json::Map;

use crate::client::Client;
use crate::context::RequestDetails;
use crate::identity::{Identity, OptOut};
use crate::person::Person;
use crate::tracker::PostHog;

/// Finds the identity of a request, and gives the request its [`PostHog`].
///
/// The distinct id is that of the [`SignedIn`](crate::SignedIn) which a layer outside of this one has put
/// into the request's extensions. Without it, it is the one in `X-PostHog-Distinct-Id`, or else that of a new
/// visitor. A layer may put an `Arc<dyn Person>` into the extensions too, for flags that depend on person
/// properties. `Sec-GPC: 1` opts out.
///
/// It also captures errors: an `Arc<Cause>` in the extensions of an answer with a 5xx status, and panics,
/// which it answers with a bare 500.
///
/// ```no_run
/// # async fn start(client: hoglet_posthog::Client) {
/// use axum::{Router, middleware::from_fn_with_state, routing::get};
/// use hoglet_posthog::{PostHog, layer};
///
/// async fn home(posthog: PostHog) -> &'static str {
///     "Hello"
/// }
///
/// let app: Router = Router::new()
///     .route("/", get(home))
///     .layer(from_fn_with_state(client, layer::track));
/// # }
/// ```
pub fn track(
    State(client): State<Client>,
    mut request: Request,
    next: Next,
) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let settings = client.settings();
        let token = &settings.project_token;
        let mut identity = Identity::of_request(request.extensions(), request.headers(), token);
        let forced = request.headers().get("sec-gpc");
        if settings.respect_opt_out && forced.is_some_and(|value| value == "1") {
            identity.opt_out = OptOut::Forced;
        }
        let person = request.extensions().get::<Arc<dyn Person>>().cloned();
        let details = RequestDetails::of(&request);
        let posthog = PostHog::of_request(&client, identity, person, &details, Map::new());
        posthog.remember_in(request.extensions_mut());
        match caught(next.run(request)).await {
            Ok(response) => {
                let cause = response.extensions().get::<Arc<Cause>>();
                if let Some(cause) = cause.filter(|_| response.status().is_server_error()) {
                    posthog.capture_failed_request(cause.clone(), response.status());
                }
                response
            }
            Err(panic) => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                posthog.capture_failed_request(Arc::new(panic), status);
                status.into_response()
            }
        }
    })
}
