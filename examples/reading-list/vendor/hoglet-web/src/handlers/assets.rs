//! `/static/…`: serves assets. Browsers cache an address with the current hash for a year.

use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::assets::Asset;
use crate::compression;
use crate::error::AppError;
use crate::web::Web;

/// The query of an asset's address: the hash of its content.
#[derive(Deserialize)]
pub struct Version {
    v: Option<String>,
}

/// Serves an asset, in gzip if the client accepts it.
pub async fn show(
    State(web): State<Web>,
    Path(name): Path<String>,
    Query(requested): Query<Version>,
    headers: HeaderMap,
) -> Response {
    let Some(asset) = Asset::find(web.parts.assets, &name) else {
        return AppError::not_found().into_response();
    };
    let hash = asset.hash();
    let data = asset.into_data();
    let gzip = if compression::accepts_gzip(&headers) {
        web.compressed_assets.get(&hash, &data)
    } else {
        None
    };
    // Each encoding needs its own tag.
    let etag = match gzip {
        Some(_) => format!("\"{hash}-gzip\""),
        None => format!("\"{hash}\""),
    };
    let caching = if requested.v.as_deref() == Some(hash.as_str()) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers_out = [
        (ETAG, etag.clone()),
        (CACHE_CONTROL, caching.to_owned()),
        (VARY, "accept-encoding".to_owned()),
    ];
    if matches_etag(&headers, &etag) {
        return (StatusCode::NOT_MODIFIED, headers_out).into_response();
    }
    let content_type = [(CONTENT_TYPE, content_type(&name))];
    match gzip {
        Some(data) => {
            let encoding = [(CONTENT_ENCODING, "gzip")];
            (headers_out, content_type, encoding, data).into_response()
        }
        None => (headers_out, content_type, data).into_response(),
    }
}

/// Whether `If-None-Match` has this tag, weak or strong, or `*`. Source: RFC 9110, 13.1.2.
fn matches_etag(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter();
    let mut tags = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
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
