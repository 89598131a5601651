//! `/dev/mail`: in development, the mail that was kept instead of sent.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::value::Serde;
use minijinja::{Value, context};

use crate::error::{AppError, Result};
use crate::mail::kept::Keep;
use crate::page::Page;
use crate::security::OwnPolicy;
use crate::web::Web;

/// No search engine, and no cache: there are links in there that log people in.
const PRIVATE: [(HeaderName, HeaderValue); 2] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex"),
    ),
];

/// A mail's own styles stand in it, and it may show pictures from anywhere. No script runs, in the
/// page or in the mail: the frame around the mail inherits this.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; \
     font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// All of them, newest first: for people, or in JSON.
///
/// # Errors
///
/// Where they cannot be read.
pub async fn list(State(web): State<Web>, request: Request) -> Result<Response> {
    let page = Page::without_flash(&web, request.extensions());
    let mails = match web.mail.kept() {
        Some(keep) => keep.all().await?,
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

/// One of them.
///
/// # Errors
///
/// 404 where there is none of this id.
pub async fn show(
    State(web): State<Web>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response> {
    let page = Page::without_flash(&web, request.extensions());
    let mails = kept(&web)?.all().await?;
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

/// Forgets them all.
///
/// # Errors
///
/// Where they cannot be removed.
pub async fn delete(State(web): State<Web>) -> Result<StatusCode> {
    kept(&web)?.clear().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets them all, and shows that there are none.
///
/// # Errors
///
/// Where they cannot be removed.
pub async fn delete_by_form(State(web): State<Web>) -> Result<Redirect> {
    kept(&web)?.clear().await?;
    Ok(Redirect::to("/dev/mail"))
}

fn kept(web: &Web) -> Result<&Keep> {
    web.mail.kept().ok_or_else(AppError::not_found)
}

/// In the frame itself they would lead nowhere: the app's pages let nobody frame them.
fn with_links_in_new_tabs(html: &str) -> String {
    html.replacen("<head>", "<head><base target=\"_blank\">", 1)
}
