//! Assets: style sheets, scripts and images.
//!
//! The app has its own in `static/`, and Hoglet has some. The app's assets take precedence.

use minijinja::Value;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::files::Files;

/// Hoglet's assets: the loader of posthog-js, and assets for development.
#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// An asset.
pub struct Asset {
    file: EmbeddedFile,
}

impl Asset {
    /// Finds an asset by name, in the app or else in Hoglet.
    pub fn find(own: Files, name: &str) -> Option<Self> {
        let file = own.get_or(name, &Files::of::<Static>())?;
        Some(Self { file })
    }

    /// The content.
    pub fn into_data(self) -> std::borrow::Cow<'static, [u8]> {
        self.file.data
    }

    /// The first eight bytes of the SHA-256 of the content: enough to distinguish versions.
    pub fn hash(&self) -> String {
        let sha256 = self.file.metadata.sha256_hash();
        let first = sha256.first_chunk().expect("a SHA-256 has 32 bytes");
        format!("{:016x}", u64::from_be_bytes(*first))
    }
}

/// The address of an asset, with its hash: `/static/app.css?v=1f2e3d4c`. The template function `asset`.
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
