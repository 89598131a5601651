//! [`Query`]: the query of a request to the JSON interface.

use axum::Json;
use axum::extract::{self, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Like axum's `Query`, but its rejection is JSON, like every error of this interface.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = (StatusCode, Json<Value>);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        match extract::Query::try_from_uri(&parts.uri) {
            Ok(extract::Query(query)) => Ok(Self(query)),
            Err(cause) => Err((
                StatusCode::BAD_REQUEST,
                Json(json!({"error": cause.body_text()})),
            )),
        }
    }
}
