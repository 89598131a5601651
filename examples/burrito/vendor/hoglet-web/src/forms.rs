//! Forms: what was typed, checked, with a message per field.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use garde::{I18n, Report, Validate, with_i18n};
use minijinja::Value;

use crate::error::{AppError, Result};
use crate::page::Page;

/// Messages by field; `form` is the form as a whole.
pub type Errors = BTreeMap<String, Vec<String>>;

/// What is wrong with a form, by its own rules; `words` is what those of garde say to people.
pub fn validate<F: Validate<Context: Default>>(form: &F, words: impl I18n + 'static) -> Errors {
    with_i18n(words, || form.validate())
        .err()
        .map(|report| messages(&report))
        .unwrap_or_default()
}

fn messages(report: &Report) -> Errors {
    let mut errors = Errors::new();
    for (path, error) in report.iter() {
        errors
            .entry(path.to_string())
            .or_default()
            .push(error.message().to_owned());
    }
    errors
}

/// A message about one field.
pub fn error(field: &str, message: impl Into<String>) -> Errors {
    Errors::from([(field.to_owned(), vec![message.into()])])
}

/// A message about the form as a whole.
pub fn form_error(message: impl Into<String>) -> Errors {
    error("form", message)
}

/// The page again, with what was typed and what is wrong: 422.
///
/// # Errors
///
/// Where the page cannot be rendered.
pub fn again(page: &Page, template: &str, values: Value) -> Result<Response> {
    Ok((
        StatusCode::UNPROCESSABLE_ENTITY,
        page.render(template, values)?,
    )
        .into_response())
}

/// The page again, with what was typed, where the form comes too early: after too many tries (429)
/// or while there is too much to do (503).
///
/// # Errors
///
/// Any other error stays one, and so does this one for a program.
pub fn again_later(
    page: &Page,
    template: &str,
    error: AppError,
    values: impl FnOnce(Errors) -> Value,
) -> Result<Response> {
    let early = matches!(
        error.status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    if !early || error.cause.is_some() || page.is_for_a_program() {
        return Err(error);
    }
    let html = page.render(template, values(form_error(error.message.clone())))?;
    // With its Retry-After.
    let (parts, _) = error.into_response().into_parts();
    Ok((parts.status, parts.headers, html).into_response())
}
