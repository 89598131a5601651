//! `/dev/mail`: stored mail, in development.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::error::{AppError, Result};
use crate::mail::store::MailStore;
use crate::page::Page;
use crate::security::OwnPolicy;
use crate::web::Web;

/// Keeps the pages out of search engines and caches, because mails contain links that log users in.
const PRIVATE: [(HeaderName, HeaderValue); 2] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    ),
];

/// Allows the mail's inline styles, and images from anywhere.
///
/// No script runs, neither in the page nor in the mail: the frame around the mail inherits this policy.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; \
     font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// Lists all mails, newest first, as a page or as JSON.
///
/// # Errors
///
/// If they cannot be read.
pub async fn list(State(web): State<Web>, request: Request) -> Result<Response> {
    let page = Page::without_flash(&web, request.extensions());
    let mails = match web.mail.store() {
        Some(store) => store.all().await?,
        None => Vec::new(),
    };
    if page.is_for_a_program() {
        return Ok((PRIVATE, Json(mails)).into_response());
    }
    let server = web.settings.mail.server.as_ref();
    let server = server.map(|server| &server.host);
    let values = context! { mails => Serde(&mails), server };
    let html = page.render("development_mails.html", values)?;
    Ok((PRIVATE, html).into_response())
}

/// Shows one mail.
///
/// # Errors
///
/// 404 if there is no mail with this id.
pub async fn show(
    State(web): State<Web>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response> {
    let page = Page::without_flash(&web, request.extensions());
    let mails = store(&web)?.all().await?;
    let mut mails = mails.into_iter();
    let mail = mails.find(|mail| mail.id.to_string() == id);
    let mail = mail.ok_or_else(AppError::not_found)?;
    if page.is_for_a_program() {
        return Ok((PRIVATE, Json(mail)).into_response());
    }
    let framed = Value::from(with_links_in_new_tabs(&mail.html));
    let html = page.render(
        "development_mail.html",
        context! { mail => Serde(&mail), framed },
    )?;
    let mut response = (PRIVATE, html).into_response();
    response.extensions_mut().insert(OwnPolicy(POLICY));
    Ok(response)
}

/// Deletes all mails.
///
/// # Errors
///
/// If they cannot be removed.
pub async fn delete(State(web): State<Web>) -> Result<StatusCode> {
    store(&web)?.clear().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes all mails and shows the empty list.
///
/// # Errors
///
/// If they cannot be removed.
pub async fn delete_by_form(State(web): State<Web>) -> Result<Redirect> {
    store(&web)?.clear().await?;
    Ok(Redirect::to("/dev/mail"))
}

fn store(web: &Web) -> Result<&MailStore> {
    web.mail.store().ok_or_else(AppError::not_found)
}

/// Makes links open in a new tab: in the frame they would fail, because the app's pages cannot be framed.
fn with_links_in_new_tabs(html: &str) -> String {
    html.replacen("<head>", "<head><base target=\"_blank\">", 1)
}
