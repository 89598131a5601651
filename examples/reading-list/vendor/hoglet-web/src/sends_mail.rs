//! [`SendsMail`]: an extractor for pages that need mail.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::error::AppError;
use crate::web::Web;

/// A handler with this argument answers 404 if the app cannot send mail.
#[derive(Clone, Copy, Debug)]
pub struct SendsMail;

impl<S: Sync> FromRequestParts<S> for SendsMail
where
    Web: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, AppError> {
        if Web::from_ref(state).settings.mail.available() {
            Ok(Self)
        } else {
            Err(AppError::not_found())
        }
    }
}
