//! Forms: what was typed, checked, with a message per field.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use garde::{Report, Validate, with_i18n};
use minijinja::Value;

use crate::error::{AppError, Result};
use crate::models::user;
use crate::request::RequestInfo;
use crate::view::Page;

mod messages;

/// Messages by field; `form` is the form as a whole.
pub type Errors = BTreeMap<String, Vec<String>>;

pub fn validate<F: Validate<Context: Default>>(form: &F) -> Errors {
    with_i18n(messages::ForPeople, || form.validate())
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

/// A message about the form as a whole.
pub fn form_error(message: impl Into<String>) -> Errors {
    Errors::from([("form".into(), vec![message.into()])])
}

/// The page again, with what was typed and what is wrong: 422.
pub fn again(page: &Page, template: &str, values: Value) -> Result<Response> {
    Ok((
        StatusCode::UNPROCESSABLE_ENTITY,
        page.render(template, values)?,
    )
        .into_response())
}

/// The page again, with what was typed, where the form comes too early: after too many tries (429)
/// or while there is too much to do (503). Any other error stays one.
pub fn again_later(
    page: &Page,
    request: &RequestInfo,
    template: &str,
    error: AppError,
    values: impl FnOnce(Errors) -> Value,
) -> Result<Response> {
    let early = matches!(
        error.status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    if !early || error.cause.is_some() || request.wants_json {
        return Err(error);
    }
    let html = page.render(template, values(form_error(error.message.clone())))?;
    // With its Retry-After.
    let (parts, _) = error.into_response().into_parts();
    Ok((parts.status, parts.headers, html).into_response())
}

/// A name for a person.
pub fn person_name(value: &str, _: &()) -> garde::Result {
    let name = value.trim();
    if name.is_empty() {
        return Err(garde::Error::new("Tell us what to call you."));
    }
    if name.chars().count() > 100 {
        return Err(garde::Error::new("Use at most 100 characters."));
    }
    if name.chars().any(char::is_control) {
        return Err(garde::Error::new("Use letters, not control characters."));
    }
    Ok(())
}

/// An address as browsers understand `type=email`; only a mail that arrives proves more.
pub fn email_address(value: &str, _: &()) -> garde::Result {
    let email = value.trim();
    let well_formed = garde::rules::email::parse_email(email).is_ok();
    if well_formed && email.len() <= user::MAX_EMAIL_LENGTH {
        Ok(())
    } else {
        Err(garde::Error::new(
            "Write an e-mail address such as you@example.com.",
        ))
    }
}

/// Long enough to withstand guessing, short enough to hash.
pub fn new_password(value: &str, _: &()) -> garde::Result {
    match value.chars().count() {
        0..8 => Err(garde::Error::new("Use at least 8 characters.")),
        8..=200 => Ok(()),
        _ => Err(garde::Error::new("Use at most 200 characters.")),
    }
}
