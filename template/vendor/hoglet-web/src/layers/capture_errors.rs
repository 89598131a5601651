//! The layer that captures what a handler could not answer, and panics.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use crate::error::AppError;
use crate::posthog::{Boundary, Exception, PostHog, properties, urls};
use crate::request::RequestInfo;
use crate::web::Web;
use futures_core::future::BoxFuture;

/// On an answer whose error has been captured.
#[derive(Clone)]
struct ErrorCaptured;

/// The layer that captures a handler's 5xx and panics, on the request's person. It stands twice:
/// inside, so that the error's page can show what was captured, and outside, for the layers between.
pub fn capture_errors(
    State(web): State<Web>,
    request: Request,
    next: Next,
) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let info = RequestInfo::of(request.extensions());
        let method = request.method().to_string();
        let posthog = request.extensions().get::<PostHog>().cloned();
        let mut response = next.run(request).await;
        if response.extensions().get::<ErrorCaptured>().is_some() {
            return response;
        }
        let cause = response
            .extensions()
            .get::<AppError>()
            .and_then(|error| error.cause.clone());
        let Some(cause) = cause.filter(|_| {
            response.status().is_server_error() && web.settings.posthog.capture_exceptions
        }) else {
            return response;
        };
        let status = response.status().as_u16();
        let exception = Exception::new(cause.clone(), Boundary::of_request(&cause))
            .with_properties(properties::of(&json!({ "$response_status_code": status })));
        match posthog.or_else(|| response.extensions().get().cloned()) {
            Some(posthog) => {
                posthog.capture_exception(exception);
            }
            // It broke before its identity was known.
            None => {
                let cut = |text| urls::cut(text, urls::MAX_CHARACTERS);
                let request = json!({
                    "$request_method": cut(&method),
                    "$request_path": cut(&info.path),
                });
                let exception = exception
                    .with_properties(properties::of(&request))
                    .of_unknown_request(&info.id);
                web.posthog.capture_exception(exception);
            }
        }
        response.extensions_mut().insert(ErrorCaptured);
        response
    })
}
