//! The signed-in user of a request, stored in its extensions by the layer of sessions.

use std::any::Any;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Extensions, Method, StatusCode};
use axum::middleware::Next;
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

/// The layer that ends a request whose session could not be read. It is inside the identity layer, so the
/// error belongs to an identity, and around handlers, which can rely on the session.
pub fn readable(request: Request, next: Next) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match request.extensions().get::<Unreadable>() {
            Some(Unreadable(error)) => error.clone().into_response(),
            None => next.run(request).await,
        }
    })
}

/// The answer to a visitor at a page for users: browsers go to the log-in page and come back after it,
/// programs get a 401.
pub fn turn_away<'a>(parts: &'a Parts, log_in: &'a str) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        let request = RequestInfo::of(&parts.extensions);
        if request.wants_json {
            return AppError::new(StatusCode::UNAUTHORIZED, "Log in to do this.").into_response();
        }
        // No `next` for a link with a token: addresses are logged. The user opens the mail again.
        if parts.method == Method::GET && !request.has_token {
            return Redirect::to(&leading_to(log_in, &request.path_and_query)).into_response();
        }
        // No `next` after a form: opening its address would not send the form again.
        if parts.method == Method::POST {
            let message = "Log in first, then try that again.";
            Messages::of(&parts.extensions).add(FlashLevel::Info, message);
        }
        Redirect::to(log_in).into_response()
    })
}
