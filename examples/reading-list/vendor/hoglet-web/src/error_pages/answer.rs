//! The content of an answer with an error, as a page or as JSON.

use std::borrow::Cow;

use axum::http::StatusCode;

pub struct Answer {
    pub status: StatusCode,
    pub title: &'static str,
    /// The handler's message, or the text for the status.
    pub message: Cow<'static, str>,
}
