//! Compression of pages and assets with gzip.
//!
//! gzip is enough: all browsers support it, and its crate is in the build anyway. Answers from PostHog's proxy
//! pass unchanged, and health checks are too short.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Mutex;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;
use flate2::Compression;
use flate2::write::GzEncoder;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, DefaultPredicate, Predicate, SizeAbove};

use crate::media_type;

/// A smaller answer fits into one packet without compression.
const MIN_BYTES: u64 = 1024;

/// The layer that compresses pages, if the client accepts gzip.
///
/// The BREACH attack puts text into a page and learns from the compressed length whether the text repeats a
/// secret of the page. These pages have no such secret: the nonce is new in every answer, the browser's headers
/// protect forms instead of a token, and the session id is in a cookie. If a page of your own shows a secret
/// *and* repeats text from its address, give it the header `content-encoding: identity`, which turns
/// compression off.
pub fn pages() -> CompressionLayer<And<DefaultPredicate, SizeAbove>> {
    CompressionLayer::new()
        // Every answer is compressed separately, so better compression would cost more than it saves.
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(SizeAbove::new(MIN_BYTES)))
}

/// Removes `Accept-Encoding` if the client does not accept gzip: the page stays uncompressed.
///
/// Without this, [`pages`] would answer 406 to a client that refuses both gzip and plain text, after the handler
/// has run.
pub fn gzip_or_nothing(mut request: Request) -> Request {
    if !accepts_gzip(request.headers()) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    request
}

/// Compressed assets by the hash of their content.
///
/// An asset is compressed on its first request. If it is edited in development, it has a new hash.
#[derive(Debug, Default)]
pub struct CompressedAssets(Mutex<HashMap<String, Option<Bytes>>>);

impl CompressedAssets {
    /// An asset in gzip. `None` if gzip saves less than a tenth, as for most images.
    pub fn get(&self, hash: &str, data: &[u8]) -> Option<Bytes> {
        let mut assets = self.0.lock().expect("compressing does not panic");
        if let Some(compressed) = assets.get(hash) {
            return compressed.clone();
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let compressed = encoder.write_all(data).and_then(|()| encoder.finish());
        let compressed = compressed.expect("writing to memory does not fail");
        let is_smaller = compressed.len() < data.len() / 10 * 9;
        let compressed = is_smaller.then(|| Bytes::from(compressed));
        assets.insert(hash.to_owned(), compressed.clone());
        compressed
    }
}

/// Whether a client accepts gzip: by name or by `*`, with a weight above zero.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    let mut accepted = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|item| {
            let coding = item.split(';').next().unwrap_or_default().trim();
            (coding.to_ascii_lowercase(), media_type::weight(item) > 0.0)
        })
        .filter(|(coding, _)| coding == "gzip" || coding == "*")
        .collect::<Vec<_>>();
    // The name takes precedence over `*`.
    accepted.sort_by_key(|(coding, _)| coding == "*");
    accepted.first().is_some_and(|(_, accepted)| *accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_if_the_client_accepts_it() {
        for (asked, expected) in [
            ("gzip", true),
            ("br, gzip;q=0.5", true),
            ("deflate, GZIP ; q=1", true),
            ("gzip; Q=0.5", true),
            ("*", true),
            ("*;q=0, gzip", true),
            ("", false),
            ("br", false),
            ("identity", false),
            ("gzip;q=0", false),
            ("gzip; Q=0.000", false),
            ("gzip;q=0, *", false),
            ("gzip;q=much", false),
            ("notgzip", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, asked.parse().expect("text"))]);
            assert_eq!(accepts_gzip(&headers), expected, "{asked}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
