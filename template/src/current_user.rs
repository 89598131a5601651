//! The signed-in user, as an argument of a handler.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use hoglet_web::prelude::*;
use hoglet_web::session::signed_in;

use crate::models::user;

/// The signed-in user. A handler with this argument turns visitors away: browsers go to the log-in
/// page, and other clients of `/api/` get a 401. A handler with `Option<CurrentUser>` is for visitors too.
#[derive(Clone, Debug)]
pub struct CurrentUser(pub Arc<user::Model>);

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match signed_in::user(&parts.extensions) {
            Some(user) => Ok(Self(user)),
            None => Err(signed_in::turn_away(parts, "/login").await),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CurrentUser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(signed_in::user(&parts.extensions).map(Self))
    }
}
