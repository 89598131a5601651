//! `/hoglet/flags` and `/hoglet/app`: the flags, and those that the app knows.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::api::{Shared, bad};
use crate::beside;
use crate::flags::{Flag, forms};
use crate::json_text;

pub async fn list(State(standin): Shared) -> Response {
    let store = standin.read();
    Json(json!({
        "flags": store.flags, "called": store.flags_called(), "asked": store.flags_asked(),
    }))
    .into_response()
}

pub async fn replace(State(standin): Shared, body: Bytes) -> Response {
    match json_text::parse(&body).and_then(|value| forms::read_all(&value)) {
        Ok(flags) => {
            standin.change(|store| {
                store.flags = flags;
                store.flags_version += 1;
            });
            list(State(standin)).await
        }
        Err(cause) => bad(&cause),
    }
}

pub async fn put(State(standin): Shared, Path(key): Path<String>, body: Bytes) -> Response {
    match json_text::parse(&body).and_then(|value| Flag::read(&value)) {
        Ok(flag) => {
            standin.change(|store| {
                store.flags.insert(key, flag);
                store.flags_version += 1;
            });
            list(State(standin)).await
        }
        Err(cause) => bad(&cause),
    }
}

pub async fn delete(State(standin): Shared, Path(key): Path<String>) -> Response {
    standin.change(|store| {
        store.flags.remove(&key);
        store.flags_version += 1;
    });
    list(State(standin)).await
}

/// Asks the app for its flags. Without an answer `flags` is null, and `error` says why.
pub async fn app(State(standin): Shared) -> Response {
    let Some(address) = standin.app() else {
        return Json(json!({"address": null, "flags": null, "error": null})).into_response();
    };
    let (flags, error) = match beside::flags(&address).await {
        Ok(flags) => (Some(flags), None),
        Err(error) => (None, Some(error)),
    };
    Json(json!({"address": address, "flags": flags, "error": error})).into_response()
}
