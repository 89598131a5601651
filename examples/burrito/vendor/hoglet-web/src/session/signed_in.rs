//! The signed-in user, which the layer `sessions` puts into the request's extensions.

use std::any::Any;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{Extensions, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::flash::{FlashLevel, Messages};
use crate::error::AppError;
use crate::local_path::leading_to;
use crate::request::RequestInfo;
use crate::users::User;
use futures_core::future::BoxFuture;

/// The signed-in user, among a request's extensions.
#[derive(Clone)]
pub(crate) struct SignedIn(pub Arc<dyn User>);

/// The session could not be read, so the user is unknown.
#[derive(Clone)]
pub(crate) struct Unreadable(pub AppError);

/// The signed-in user of a request, as the app's own type.
///
/// # Panics
///
/// If `U` is not the app's type of user.
pub fn user<U: User>(extensions: &Extensions) -> Option<Arc<U>> {
    let SignedIn(user) = extensions.get::<SignedIn>()?;
    let user: Arc<dyn Any + Send + Sync> = user.clone();
    Some(user.downcast().expect("an app has one type of user"))
}

/// The answer to a visitor who opens a page for users.
///
/// Browsers are redirected to the log-in page, and return after the log-in. Programs get a 401.
pub(crate) fn log_in_required<'a>(parts: &'a Parts, log_in: &'a str) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        let request = RequestInfo::of(&parts.extensions);
        if request.wants_json {
            return AppError::new(StatusCode::UNAUTHORIZED, "Log in to do this.").into_response();
        }
        // A path with a token is not put into `next`, which others may read. The user opens the link
        // in the mail again.
        if parts.method == Method::GET && !request.has_token {
            return Redirect::to(&leading_to(log_in, &request.path_and_query)).into_response();
        }
        // A redirect to the address of a form would not send the form, so there is no `next`.
        if parts.method == Method::POST {
            let message = "Log in first, then try that again.";
            Messages::of(&parts.extensions).add(FlashLevel::Info, message);
        }
        Redirect::to(log_in).into_response()
    })
}
