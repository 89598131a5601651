//! Forms: checks the typed values, and shows the page again with a message for each field.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use garde::{I18n, Report, Validate, with_i18n};
use minijinja::{Value, context};

use crate::error::{AppError, Result};
use crate::page::Page;

mod words;

pub use words::PlainEnglish;

/// Messages by field; `form` is for the form as a whole.
pub type Errors = BTreeMap<String, Vec<String>>;

/// Checks a form and returns its messages. `words` contains those of garde's own rules.
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

/// The page of a form. It comes back with the typed values if the form is not valid.
pub struct FormPage<'a> {
    page: &'a Page,
    template: &'static str,
    values: Value,
}

impl<'a> FormPage<'a> {
    /// The page of a template with `values`. The template also has `errors`, the messages by field.
    pub fn new(page: &'a Page, template: &'static str, values: Value) -> Self {
        Self {
            page,
            template,
            values,
        }
    }

    /// Shows the form without messages.
    ///
    /// # Errors
    ///
    /// If the page cannot be rendered.
    #[track_caller]
    pub fn show(&self) -> Result<Html<String>> {
        self.render(Errors::new())
    }

    /// Answers an invalid form: the page again, with the typed values and the messages (422).
    ///
    /// # Errors
    ///
    /// If the page cannot be rendered.
    pub fn invalid(&self, errors: Errors) -> Result<Response> {
        let html = self.render(errors)?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, html).into_response())
    }

    /// Answers a form that must wait, after too many attempts (429) or under high load (503).
    ///
    /// Shows the page again, with the typed values, the message and `Retry-After`.
    ///
    /// # Errors
    ///
    /// Any other error, and any error if a program reads the answer.
    pub fn try_later(&self, error: AppError) -> Result<Response> {
        let must_wait = matches!(
            error.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        if !must_wait || error.cause.is_some() || self.page.is_for_a_program() {
            return Err(error);
        }
        let html = self.render(form_error(error.message.clone()))?;
        // Keeps the error's `Retry-After`.
        let (parts, _) = error.into_response().into_parts();
        Ok((parts.status, parts.headers, html).into_response())
    }

    #[track_caller]
    fn render(&self, errors: Errors) -> Result<Html<String>> {
        let values = context! { errors, ..self.values.clone() };
        self.page.render(self.template, values)
    }
}
