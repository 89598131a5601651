//! What is said where a handler has said nothing itself. A status that needs words of its own is
//! one more line.

use axum::http::StatusCode;

/// What happened, and what to do. The title above it stands in `templates/error.html`.
pub fn sentence(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "This request could not be understood.",
        StatusCode::FORBIDDEN => {
            "This request came from another site, so it was not carried out. Go back and try again here."
        }
        StatusCode::NOT_FOUND => "There is nothing at this address.",
        StatusCode::METHOD_NOT_ALLOWED => "This address does not take this kind of request.",
        StatusCode::REQUEST_TIMEOUT => "The request took too long to arrive. Try again.",
        StatusCode::PAYLOAD_TOO_LARGE => "That is more than this page takes.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
            "The form could not be read. Go back and try again."
        }
        StatusCode::TOO_MANY_REQUESTS => "Too many tries. Wait a moment, then try again.",
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => {
            "This is not available right now. Try again in a moment."
        }
        status if status.is_server_error() => {
            "Something went wrong on our side. It has been noted; try again in a moment."
        }
        _ => "This request could not be answered.",
    }
}
