//! Compression: pages as they are made, assets once.
//!
//! gzip alone: every browser takes it, and its crate is in the build already. What passes the proxy
//! is left as PostHog sent it, and health checks are too short.

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

/// What fits into one packet arrives no sooner when it is smaller.
const MIN_BYTES: u64 = 1024;

/// Compresses pages for those who ask for it.
///
/// The length of a compressed page tells whether what somebody put into it repeats a secret that is
/// on it too (BREACH). These pages hold no such secret: the nonce is new in every answer, forms are
/// protected by the browser's headers instead of a token, and the session is a cookie. A page of
/// yours that shows a secret *and* repeats what its address says is left alone when it carries the
/// header `content-encoding: identity`.
pub fn pages() -> CompressionLayer<And<DefaultPredicate, SizeAbove>> {
    CompressionLayer::new()
        // Each answer is compressed by itself: the last few percent would cost more than they save.
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(SizeAbove::new(MIN_BYTES)))
}

/// Stands before [`pages`], which answers 406 to a client that refuses gzip and plain text both, and
/// does so after the handler has run. Such a client gets the page as it is.
pub fn gzip_or_nothing(mut request: Request) -> Request {
    if !accepts_gzip(request.headers()) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    request
}

/// Assets in gzip, by the hash of their content: compressed when they are first asked for, then kept.
/// An asset that is edited in development has a new hash.
static ASSETS: Mutex<Option<HashMap<String, Option<Bytes>>>> = Mutex::new(None);

/// An asset in gzip; nothing where that would hardly be smaller, as with most pictures.
pub fn asset(hash: &str, data: &[u8]) -> Option<Bytes> {
    let mut assets = ASSETS.lock().expect("nobody panics while compressing");
    let assets = assets.get_or_insert_default();
    if let Some(kept) = assets.get(hash) {
        return kept.clone();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let compressed = encoder.write_all(data).and_then(|()| encoder.finish());
    let compressed = compressed.expect("writing to memory does not fail");
    let smaller = compressed.len() < data.len() / 10 * 9;
    let kept = smaller.then(|| Bytes::from(compressed));
    assets.insert(hash.to_owned(), kept.clone());
    kept
}

/// Whether a client takes gzip: named, or covered by `*`, and not with a weight of zero.
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
    // What is named counts before `*`.
    accepted.sort_by_key(|(coding, _)| coding == "*");
    accepted.first().is_some_and(|(_, accepted)| *accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
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
