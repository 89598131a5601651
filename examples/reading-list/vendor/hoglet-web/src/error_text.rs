//! [`ErrorText`]: the text of an error, if the handler has given none.

use axum::http::StatusCode;

/// The text of an error: what happened, and what the visitor can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorText {
    /// The headline of the page.
    pub title: &'static str,
    /// One or two sentences: below the headline, and in JSON.
    pub message: &'static str,
}

impl ErrorText {
    /// The text for a status.
    pub fn of(status: StatusCode) -> Self {
        let (title, message) = match status {
            StatusCode::BAD_REQUEST => (
                "We did not understand that",
                "Something is wrong with this request. Go back and try again.",
            ),
            StatusCode::FORBIDDEN => (
                "That request came from another site",
                "We did not carry out this request, because it came from another site. Go back and try again here.",
            ),
            StatusCode::NOT_FOUND => ("Page not found", "We could not find that page."),
            StatusCode::METHOD_NOT_ALLOWED => (
                "That is not possible here",
                "This address does not accept this kind of request.",
            ),
            StatusCode::REQUEST_TIMEOUT => (
                "That took too long",
                "Your request took too long to arrive. Please try again.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => {
                ("That is too large", "You sent more than this page accepts.")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => (
                "We could not read the form",
                "We could not read what you sent. Go back and try again.",
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                "Too many attempts",
                "There were too many attempts. Wait a moment, then try again.",
            ),
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => (
                "Not available right now",
                "This page is not available right now. Please try again in a moment.",
            ),
            status if status.is_server_error() => (
                "Something went wrong",
                "Something went wrong on our side, and we have recorded it. Please try again in a moment.",
            ),
            status => (
                status.canonical_reason().unwrap_or("Error"),
                "We could not answer this request.",
            ),
        };
        Self { title, message }
    }
}
