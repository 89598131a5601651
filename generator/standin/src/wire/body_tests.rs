//! The encodings of bodies.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::*;

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn read(body: &[u8]) -> Result<Value, Refusal> {
    json("", &HeaderMap::new(), body)
}

#[test]
fn every_wrapping_gives_the_same_json() {
    let text = r#"{"event":"a+b","distinct_id":"ü"}"#;
    let expected: Value = serde_json::from_str(text).unwrap();
    let base64 = BASE64.encode(text);
    let packed = BASE64.encode(gzip(text));
    let form: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("data", &base64)
        .finish();
    for (name, body) in [
        ("plain", text.as_bytes().to_vec()),
        ("gzip", gzip(text)),
        ("base64", base64.clone().into_bytes()),
        ("gzip in base64", packed.into_bytes()),
        ("form", form.clone().into_bytes()),
        (
            "form with raw plus signs",
            format!("data={base64}").into_bytes(),
        ),
    ] {
        assert_eq!(read(&body).unwrap(), expected, "{name}");
    }
    assert_eq!(
        json(&form, &HeaderMap::new(), b"").unwrap(),
        expected,
        "query"
    );
}

#[test]
fn v1_unpacks_what_its_header_says() {
    use flate2::write::{DeflateEncoder, ZlibEncoder};
    let text = r#"{"batch":[]}"#;
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
    deflate.write_all(text.as_bytes()).unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(text.as_bytes()).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(
        text.as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    for (encoding, body, status) in [
        ("", text.as_bytes().to_vec(), 200),
        ("GZIP", gzip(text), 200),
        ("deflate", deflate.finish().unwrap(), 200),
        ("deflate", zlib.finish().unwrap(), 200),
        ("zstd", zstd.clone(), 200),
        ("zstd", text.as_bytes().to_vec(), 400),
        ("zstd", zstd[..zstd.len() - 4].to_vec(), 400),
        ("", zstd, 400),
        ("gzip", Vec::new(), 400),
        ("lz4", text.as_bytes().to_vec(), 415),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, encoding.parse().unwrap());
        let read = json_v1(&headers, &body).map_err(|refusal| refusal.status.as_u16());
        match status {
            200 => assert_eq!(read, Ok(json!({"batch": []})), "{encoding}"),
            status => assert_eq!(read, Err(status), "{encoding}"),
        }
    }
    let bomb = ruzstd::encoding::compress_to_vec(
        std::io::repeat(b' ').take(65 * 1024 * 1024),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_ENCODING, "zstd".parse().unwrap());
    assert_eq!(json_v1(&headers, &bomb).unwrap_err().status.as_u16(), 413);
}

#[test]
fn half_an_emoji_is_mended() {
    assert_eq!(
        read(br#"{"a":"\ud83d","b":"\ud83d\ude00","c":"\\ud83d"}"#).unwrap(),
        json!({"a": "\u{fffd}", "b": "😀", "c": "\\ud83d"})
    );
}

#[test]
fn a_bomb_is_refused() {
    let bomb = gzip(&" ".repeat(26 * 1024 * 1024));
    assert_eq!(read(&bomb).unwrap_err().status.as_u16(), 413);
}

#[test]
fn nonsense_is_refused_with_a_reason() {
    for body in [
        &b""[..],
        b"hello world!",
        b"{\"event\":",
        b"\x1f\x8bxx",
        b"data=%%%",
    ] {
        assert_eq!(read(body).unwrap_err().status.as_u16(), 400);
    }
}

#[test]
fn what_is_called_gzip_has_to_be_it() {
    let text = r#"{"event":"seen"}"#;
    let base64 = BASE64.encode(text);
    let packed = BASE64.encode(gzip(text));
    let encoded = |encoding: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, encoding.parse().unwrap());
        headers
    };
    let none = HeaderMap::new();
    for (query, headers, body, fits) in [
        ("compression=gzip", &none, gzip(text), true),
        ("compression=gzip-js", &none, gzip(text), true),
        (
            "compression=gzip-js",
            &none,
            packed.clone().into_bytes(),
            true,
        ),
        ("", &encoded("gzip"), gzip(text), true),
        ("compression=gzip", &none, text.into(), false),
        (
            "compression=gzip-js",
            &none,
            base64.clone().into_bytes(),
            false,
        ),
        ("", &encoded("gzip"), text.into(), false),
        (
            "",
            &none,
            format!("compression=gzip&data={base64}").into_bytes(),
            false,
        ),
        (
            "compression=base64",
            &none,
            base64.clone().into_bytes(),
            true,
        ),
        ("", &encoded("deflate"), text.into(), true),
    ] {
        let mut headers = headers.clone();
        if body.starts_with(b"compression=") {
            let form = "application/x-www-form-urlencoded";
            headers.insert(header::CONTENT_TYPE, form.parse().unwrap());
        }
        let status = json(query, &headers, &body).map_err(|refusal| refusal.status.as_u16());
        let shown = String::from_utf8_lossy(&body);
        match fits {
            true => assert_eq!(status, Ok(json!({"event": "seen"})), "{query} {shown}"),
            false => assert_eq!(status, Err(400), "{query} {shown}"),
        }
    }
}

#[test]
fn the_older_endpoints_know_no_deflate() {
    use flate2::write::ZlibEncoder;
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(b"{}").unwrap();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_ENCODING, "deflate".parse().unwrap());
    let refusal = json("", &headers, &zlib.finish().unwrap()).unwrap_err();
    assert_eq!(refusal.status.as_u16(), 400);
}
