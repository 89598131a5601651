//! Stylesheets, scripts and pictures: what they are called, and how they are served.
//!
//! The app's are in its `static/`, Hoglet's in its own; the app's come first.

use minijinja::Value;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::files::Files;

/// Hoglet's own: posthog-js's loader, and what only development needs.
#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// An asset, and the hash of its content.
pub struct Asset {
    file: EmbeddedFile,
}

impl Asset {
    /// The asset of this name: the app's, else Hoglet's.
    pub fn find(own: Files, name: &str) -> Option<Self> {
        let file = own.get_or(name, &Files::of::<Static>())?;
        Some(Self { file })
    }

    /// Its content.
    pub fn into_data(self) -> std::borrow::Cow<'static, [u8]> {
        self.file.data
    }

    /// The first eight bytes of a SHA-256 tell any two versions apart.
    pub fn hash(&self) -> String {
        let sha256 = self.file.metadata.sha256_hash();
        let first = sha256.first_chunk().expect("a SHA-256 has 32 bytes");
        format!("{:016x}", u64::from_be_bytes(*first))
    }
}

/// The address of an asset, with its content's hash: `/static/app.css?v=1f2e3d4c`. In templates it is
/// the function `asset`.
pub(crate) fn url(own: Files, name: &str) -> Result<Value, minijinja::Error> {
    let asset = Asset::find(own, name).ok_or_else(|| {
        minijinja::Error::new(
            minijinja::ErrorKind::InvalidOperation,
            format!("static/{name} does not exist"),
        )
    })?;
    let hash = asset.hash();
    Ok(Value::from_safe_string(format!("/static/{name}?v={hash}")))
}
