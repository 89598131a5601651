//! The scripts of posthog-js: those in this crate, or those of a folder.
//!
//! `posthog-js/refresh` fetches them. The licences and the version are in the same folder.

use std::io::Read;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use tower_http::services::ServeDir;

use crate::error::Error;

/// The first script that a page loads.
const ARRAY: &str = "array.js";

/// The name and the gzipped contents of each script.
macro_rules! carried {
    ($($name:literal)+) => {
        &[$(($name, include_bytes!(concat!("../posthog-js/", $name, ".gz")))),+]
    };
}

static CARRIED: &[(&str, &[u8])] = carried! {
    "array.js"
    "dead-clicks-autocapture.js"
    "exception-autocapture.js"
    "lazy-recorder.js"
    "logs.js"
    "posthog-recorder.js"
    "surveys.js"
    "tracing-headers.js"
    "web-vitals.js"
    "web-vitals-soft-navs.js"
    "web-vitals-with-attribution.js"
    "web-vitals-with-attribution-soft-navs.js"
};

/// The source of posthog-js.
#[derive(Debug)]
pub enum Scripts {
    Carried,
    Folder(PathBuf),
}

impl Scripts {
    /// The crate's own scripts, or those of a folder, which must contain posthog-js.
    pub fn find(folder: Option<&Path>) -> Result<Self, Error> {
        match folder {
            None => Ok(Self::Carried),
            Some(folder) if folder.join(ARRAY).is_file() => Ok(Self::Folder(folder.to_owned())),
            Some(folder) => Err(Error::NoScripts {
                folder: folder.to_owned(),
            }),
        }
    }

    /// The answer for a script, if the script exists.
    pub async fn serve(&self, name: &str, headers: &HeaderMap) -> Option<Response> {
        match self {
            Self::Carried if accepts_gzip(headers) => {
                let gzip = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
                Some((gzip, javascript(carried(name)?)).into_response())
            }
            Self::Carried => Some(javascript(unpacked(name)?)),
            Self::Folder(folder) => {
                let mut request = Request::new(Body::empty());
                *request.uri_mut() = Uri::try_from(format!("/{name}")).ok()?;
                let served = ServeDir::new(folder)
                    .append_index_html_on_directories(false)
                    .try_call(request)
                    .await;
                let response = served.ok()?;
                response
                    .status()
                    .is_success()
                    .then(|| response.map(Body::new))
            }
        }
    }

    /// `array.js` as text, to be appended to a project's settings.
    pub async fn array(&self) -> Option<String> {
        match self {
            Self::Carried => String::from_utf8(unpacked(ARRAY)?).ok(),
            Self::Folder(folder) => tokio::fs::read_to_string(folder.join(ARRAY)).await.ok(),
        }
    }
}

pub fn javascript(script: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::VARY, "accept-encoding"),
    ];
    (headers, script.into()).into_response()
}

fn carried(name: &str) -> Option<&'static [u8]> {
    let (_, gzip) = CARRIED.iter().find(|(known, _)| *known == name)?;
    Some(gzip)
}

fn unpacked(name: &str) -> Option<Vec<u8>> {
    let mut script = Vec::new();
    GzDecoder::new(carried(name)?)
        .read_to_end(&mut script)
        .ok()?;
    Some(script)
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = matches!(
            quality.trim().strip_prefix("q="),
            Some("0" | "0.0" | "0.00" | "0.000")
        );
        matches!(name.trim(), "gzip" | "x-gzip" | "*") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_that_was_fetched_is_carried_whole_and_of_one_version() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("posthog-js");
        let version = std::fs::read_to_string(folder.join("VERSION")).unwrap();
        let version = version.split([' ', ',']).nth(1).unwrap();
        let mut fetched: Vec<String> = std::fs::read_dir(&folder)
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_suffix(".gz")?.to_owned()))
            .collect();
        fetched.sort();
        let mut known: Vec<&str> = CARRIED.iter().map(|(name, _)| *name).collect();
        known.sort_unstable();
        assert_eq!(fetched, known);
        for name in known {
            let script = String::from_utf8(unpacked(name).unwrap()).unwrap();
            assert!(script.contains(&format!("//# sourceMappingURL={name}.map")));
        }
        let array = String::from_utf8(unpacked(ARRAY).unwrap()).unwrap();
        assert!(array.contains(&format!("\"{version}\"")), "{version}");
    }

    #[test]
    fn gzip_is_sent_if_the_client_accepts_it() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, gzip;q=0.8", true),
            ("*", true),
            ("identity", false),
            ("gzip;q=0, br", false),
            ("", false),
        ] {
            let value = HeaderValue::from_static(accepted);
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]);
            assert_eq!(accepts_gzip(&headers), expected, "{accepted}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
