//! Decodes a request's body to JSON: plain, gzip, deflate, base64, or a form's `data` field.
//!
//! posthog-js uses all of these encodings, depending on the browser and on whether the page is closing. Query, form and
//! headers often do not name the encoding, so gzip is also recognised by its first bytes. A body that is declared as gzip
//! must be gzip (`extract_compression` and `decompress_payload` in PostHog's `rust/capture/src/`).

use std::io::Read;

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use serde_json::Value;

use crate::wire::refusal::Refusal;

/// Limits of an uncompressed body in bytes, so that a small body cannot fill the memory. The older endpoints have the same
/// limit for the compressed body.
const LARGEST_UNPACKED: u64 = 25 * 1024 * 1024;
const LARGEST_UNPACKED_V1: u64 = 64 * 1024 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The JSON in a request's body or, for `GET`, in `?data=`.
pub fn json(query: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let mut bytes = match form_field(query.as_bytes(), "data") {
        Some(data) if body.is_empty() => data,
        _ => body.to_vec(),
    };
    if bytes.is_empty() {
        return Err(Refusal::bad("request holds no payload"));
    }
    let mut must_be_gzip = declares_gzip(query.as_bytes(), headers);
    if is_gzip(&bytes) {
        bytes = gunzip(&bytes)?;
        must_be_gzip = false;
    }
    if bytes.starts_with(b"data=") || (is_form(headers) && !looks_like_json(&bytes)) {
        must_be_gzip |= declares_gzip(&bytes, &HeaderMap::new());
        bytes = form_field(&bytes, "data").ok_or_else(|| {
            Refusal::bad("failed to decode request: the form has no field `data`")
        })?;
    }
    if !looks_like_json(&bytes) && !is_gzip(&bytes) {
        bytes = from_base64(&bytes)?;
    }
    // The decoded base64 may be compressed.
    if is_gzip(&bytes) {
        bytes = gunzip(&bytes)?;
    } else if must_be_gzip {
        return Err(Refusal::undecodable(
            "gzip",
            "the request says that its body is gzip, and it is not",
        ));
    }
    parse(&bytes)
}

fn declares_gzip(form: &[u8], headers: &HeaderMap) -> bool {
    const NAMES: [&str; 2] = ["gzip", "gzip-js"];
    form_field(form, "compression")
        .is_some_and(|name| NAMES.iter().any(|known| name == known.as_bytes()))
        || NAMES.contains(&encoding(headers).as_str())
}

/// The JSON of a v1 request. `Content-Encoding` names its compression.
///
/// PostHog also accepts `br` (`SUPPORTED_ENCODINGS` in its `rust/capture/src/v1/constants.rs`); no SDK uses it by default.
pub fn json_v1(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Err(Refusal::bad("request body is empty"));
    }
    let unpacked = match encoding(headers).as_str() {
        "" => return parse(body),
        "gzip" => read_all(MultiGzDecoder::new(body), "gzip", LARGEST_UNPACKED_V1)?,
        "deflate" if body.first() == Some(&0x78) => {
            read_all(ZlibDecoder::new(body), "deflate", LARGEST_UNPACKED_V1)?
        }
        "deflate" => read_all(DeflateDecoder::new(body), "deflate", LARGEST_UNPACKED_V1)?,
        "zstd" => {
            let frames = ruzstd::decoding::StreamingDecoder::new(body)
                .map_err(|cause| Refusal::undecodable("zstd", cause))?;
            read_all(frames, "zstd", LARGEST_UNPACKED_V1)?
        }
        other => {
            return Err(Refusal::unsupported(format!(
                "unsupported content encoding: {other}"
            )));
        }
    };
    parse(&unpacked)
}

fn encoding(headers: &HeaderMap) -> String {
    headers
        .get(header::CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(value),
        // JavaScript can cut a string in the middle of an emoji. PostHog repairs such a string, and so does this code.
        Err(first) => repair_surrogates(bytes)
            .and_then(|repaired| serde_json::from_slice(&repaired).ok())
            .ok_or_else(|| Refusal::bad(format!("failed to parse request: {first}"))),
    }
}

/// Whether the bytes begin as gzip does.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    read_all(MultiGzDecoder::new(bytes), "gzip", LARGEST_UNPACKED)
}

/// Everything from a decoder, up to a limit in bytes.
pub fn read_all(reader: impl Read, encoding: &str, largest: u64) -> Result<Vec<u8>, Refusal> {
    let mut unpacked = Vec::new();
    reader
        .take(largest + 1)
        .read_to_end(&mut unpacked)
        .map_err(|cause| Refusal::undecodable(encoding, cause))?;
    if unpacked.len() as u64 > largest {
        let largest = largest / (1024 * 1024);
        return Err(Refusal::too_large(format!(
            "payload too large: more than {largest} MB when unpacked"
        )));
    }
    Ok(unpacked)
}

fn from_base64(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    // A form turns the plus signs of base64 into spaces.
    let text: Vec<u8> = bytes
        .trim_ascii()
        .iter()
        .map(|byte| if *byte == b' ' { b'+' } else { *byte })
        .collect();
    BASE64
        .decode(text)
        .map_err(|_| Refusal::bad("failed to decode request: neither JSON nor base64"))
}

fn form_field(form: &[u8], name: &str) -> Option<Vec<u8>> {
    form_urlencoded::parse(form)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned().into_bytes())
}

fn is_form(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| {
        value
            .as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

fn looks_like_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Replaces each unpaired surrogate (`\uD800`–`\uDFFF`) by `\uFFFD`. Returns `None` if there is none.
fn repair_surrogates(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut repaired = bytes.to_vec();
    let mut changed = false;
    let mut at = 0;
    while at < repaired.len() {
        match surrogate(&repaired, at) {
            Some(Surrogate::High)
                if matches!(surrogate(&repaired, at + 6), Some(Surrogate::Low)) =>
            {
                at += 12
            }
            Some(_) => {
                repaired[at + 2..at + 6].copy_from_slice(b"FFFD");
                changed = true;
                at += 6;
            }
            // Skip a backslash together with the character that it escapes, or `\\u` would be read as `\u`.
            None if repaired[at] == b'\\' => at += 2,
            None => at += 1,
        }
    }
    changed.then_some(repaired)
}

enum Surrogate {
    High,
    Low,
}

fn surrogate(bytes: &[u8], at: usize) -> Option<Surrogate> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    match u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()? {
        0xd800..=0xdbff => Some(Surrogate::High),
        0xdc00..=0xdfff => Some(Surrogate::Low),
        _ => None,
    }
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
