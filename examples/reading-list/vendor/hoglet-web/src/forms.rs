//! Forms: reads and checks the typed values, and shows the page again with a message for each field.
//!
//! A form is a struct. A field is an [`Input`] of the type that its value has, such as `Input<i32>`, or a `String`
//! with rules of garde.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Value, context};

use crate::error::{AppError, Result};
use crate::page::Page;

mod choice;
mod errors;
mod input;
mod json;
mod number;
mod stored;
mod text;
mod time;
mod words;

pub use choice::{Choice, Reference, choices, label};
pub use errors::{Errors, error, form_error, not_a_choice, validate};
pub use input::{Input, InputType};
pub use number::FixedPoint;
pub use stored::{Stored, stored, unless_in_use};
pub use text::{Line, MultiLine, WebAddress};
pub use words::PlainEnglish;

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
