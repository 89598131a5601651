//! [`RowId`]: the id of a row, from the path of a request.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::error::AppError;

/// The id of a row, from the part `{id}` of the path. An argument of a handler.
///
/// A path with something else is a 404, like the id of a row that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct RowId(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for RowId {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let parameters = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| AppError::not_found())?;
        let id = parameters
            .iter()
            .find_map(|(name, value)| (name == "id").then_some(value))
            // Other spellings of a UUID would give a page several addresses.
            .filter(|id| id.len() == 36)
            .and_then(|id| Uuid::try_parse(id).ok());
        id.map(Self).ok_or_else(AppError::not_found)
    }
}
