//! [`CurrentUser`]: the signed-in user, as an argument of a handler.

use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::response::Response;

use crate::session::signed_in;
use crate::users::User;
use crate::web::Web;

/// The signed-in user; `U` is the app's own type.
///
/// A handler with this argument turns visitors away: browsers go to the log-in page, and other clients of
/// `/api/` get a 401. A handler with `Option<CurrentUser<U>>` is for visitors too.
#[derive(Clone, Debug)]
pub struct CurrentUser<U>(Arc<U>);

impl<U: Clone> CurrentUser<U> {
    /// The user as a value, to change it.
    pub fn into_inner(self) -> U {
        Arc::unwrap_or_clone(self.0)
    }
}

impl<U> Deref for CurrentUser<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.0
    }
}

impl<S: Sync, U: User> FromRequestParts<S> for CurrentUser<U>
where
    Web: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match signed_in::user(&parts.extensions) {
            Some(user) => Ok(Self(user)),
            None => Err(signed_in::log_in_required(parts, Web::from_ref(state).parts.log_in).await),
        }
    }
}

impl<S: Sync, U: User> OptionalFromRequestParts<S> for CurrentUser<U> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(signed_in::user(&parts.extensions).map(Self))
    }
}
