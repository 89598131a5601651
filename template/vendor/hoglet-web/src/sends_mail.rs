//! [`SendsMail`]: for pages that would be of no use without mail.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::error::AppError;
use crate::web::Web;

/// As an argument of a handler it makes its page a 404 where the app cannot send mail.
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
