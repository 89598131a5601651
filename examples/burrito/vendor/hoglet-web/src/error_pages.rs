//! The layer that turns bare statuses into pages or JSON, and logs failures of the app.
//!
//! It is in the stack twice: inside, where the user is known, and outside, for requests that outer
//! layers refuse. In development a page shows the error itself (`details`). If the error page cannot
//! be rendered, `last_resort` makes one without a template.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Value, context};
use serde_json::json;

use crate::chain::Next;
use crate::error::{AppError, Cause, CauseKind, Result};
use crate::media_type;
use crate::page::Page;
use crate::posthog::proxy::FromPostHog;
use crate::request::RequestInfo;
use answer::Answer;
use futures_core::future::BoxFuture;

mod answer;
mod details;
mod last_resort;

/// The layer `error_pages`.
pub fn error_pages(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let web = next.web().clone();
        let info = RequestInfo::of(request.extensions());
        let method = request.method().clone();
        let page = Page::without_flash(&web, request.extensions());
        let response = next.run(request).await;
        if !is_bare_error(&response) {
            return response;
        }

        let status = response.status();
        let (mut parts, _) = response.into_parts();
        let error = parts.extensions.get::<AppError>().cloned();
        let cause = error.as_ref().and_then(|error| error.cause.clone());
        if let Some(cause) = cause
            .as_ref()
            .filter(|cause| cause.kind == CauseKind::Error)
        {
            // The panic hook has already logged a panic.
            tracing::error!(error = %cause, "request failed");
        }
        let text = (web.parts.error_text)(status);
        let said = error.map(|error| error.message);
        let answer = Answer {
            status,
            title: text.title,
            message: said
                .filter(|message| !message.is_empty())
                .unwrap_or(text.message.into()),
        };
        let body = if info.wants_json {
            Json(json!({ "success": false, "error": answer.message, "request_id": info.id }))
                .into_response()
        } else {
            let shown = cause.as_ref().filter(|_| web.settings.has_sources());
            match render(&page, &answer, shown, &method, web.package.folder).await {
                Ok(html) => html.into_response(),
                Err(error) => {
                    let html = last_resort::page(&web.settings, &info, &answer, &error);
                    if cause.is_none() {
                        // Nothing else failed, so this error is captured.
                        parts.status = StatusCode::INTERNAL_SERVER_ERROR;
                        parts.extensions.insert(error);
                    }
                    html.into_response()
                }
            }
        };
        // Keeps headers such as Retry-After, Allow and cookies.
        parts.headers.remove(CONTENT_LENGTH);
        copy_header(body.headers(), &mut parts.headers);
        Response::from_parts(parts, body.into_body())
    })
}

/// Renders the error page or, in development, the page with the cause.
async fn render(
    page: &Page,
    answer: &Answer,
    cause: Option<&Arc<Cause>>,
    method: &Method,
    app_folder: &'static str,
) -> Result<Html<String>> {
    let Answer {
        status,
        title,
        message,
    } = answer;
    let values = context! { status => status.as_u16(), title => *title, message };
    let Some(cause) = cause else {
        return page.render("error.html", values);
    };
    let title = status.canonical_reason();
    let details = details::of(cause.clone(), app_folder).await;
    // Rendered separately: if it is broken, the rest of the page still works.
    let panel = page.render("captured.html", context! {}).ok();
    let captured_panel = panel.map(|Html(html)| Value::from_safe_string(html));
    let values = context! { title, method => method.as_str(), details, captured_panel, ..values };
    page.render("development_error.html", values)
}

/// Whether a response is an error without a page or JSON. An answer from PostHog passes unchanged.
fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    let passed_on = response.extensions().get::<FromPostHog>().is_some();
    if passed_on || !(status.is_client_error() || status.is_server_error()) {
        return false;
    }
    let is = |media_type| media_type::is(response.headers(), media_type);
    !is("text/html") && !is("application/json")
}

fn copy_header(from: &HeaderMap, to: &mut HeaderMap) {
    if let Some(value) = from.get(CONTENT_TYPE) {
        to.insert(CONTENT_TYPE, value.clone());
    }
}
