//! Stylesheets, scripts and pictures: `static/`, embedded in a release build.
//!
//! Other builds read them from disk on every request, so that a change shows on reload.

use axum::extract::{Path, Query};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use minijinja::Value;
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

use crate::compression;
use crate::error::AppError;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

#[derive(Deserialize)]
pub struct Version {
    v: Option<String>,
}

/// The address of an asset, with its content's hash: `/static/app.css?v=1f2e3d4c`.
pub fn url(name: &str) -> Result<Value, minijinja::Error> {
    let file = Static::get(name).ok_or_else(|| {
        minijinja::Error::new(
            minijinja::ErrorKind::InvalidOperation,
            format!("static/{name} does not exist"),
        )
    })?;
    Ok(Value::from_safe_string(format!(
        "/static/{name}?v={}",
        hash(&file)
    )))
}

pub async fn show(
    Path(name): Path<String>,
    Query(asked): Query<Version>,
    headers: HeaderMap,
) -> Response {
    let Some(file) = Static::get(&name) else {
        return AppError::not_found().into_response();
    };
    let hash = hash(&file);
    let gzip = if compression::accepts_gzip(&headers) {
        compression::asset(&hash, &file.data)
    } else {
        None
    };
    // Another encoding is another text, so it has a tag of its own.
    let etag = match gzip {
        Some(_) => format!("\"{hash}-gzip\""),
        None => format!("\"{hash}\""),
    };
    let caching = if asked.v.as_deref() == Some(hash.as_str()) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers_out = [
        (ETAG, etag.clone()),
        (CACHE_CONTROL, caching.to_owned()),
        (VARY, "accept-encoding".to_owned()),
    ];
    let known = headers.get_all(IF_NONE_MATCH).iter().any(|value| {
        value.to_str().is_ok_and(|value| {
            value
                .split(',')
                .any(|tag| tag.trim().trim_start_matches("W/") == etag)
        })
    });
    if known {
        return (StatusCode::NOT_MODIFIED, headers_out).into_response();
    }
    let content_type = [(CONTENT_TYPE, content_type(&name))];
    match gzip {
        Some(data) => {
            let encoding = [(CONTENT_ENCODING, "gzip")];
            (headers_out, content_type, encoding, data).into_response()
        }
        None => (headers_out, content_type, file.data).into_response(),
    }
}

/// The first eight bytes of a SHA-256 tell any two versions apart.
fn hash(file: &EmbeddedFile) -> String {
    let sha256 = file.metadata.sha256_hash();
    let first = sha256.first_chunk().expect("a SHA-256 has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(*first))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
