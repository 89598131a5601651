//! Assets: style sheets, scripts and images.
//!
//! The app has its own in `static/`, and Hoglet has some. The app's assets take precedence.

use std::borrow::Cow;
use std::collections::HashMap;

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
    pub fn into_data(self) -> Cow<'static, [u8]> {
        self.file.data
    }

    /// The first eight bytes of the SHA-256 of the content: enough to distinguish versions.
    pub fn hash(&self) -> String {
        let sha256 = self.file.metadata.sha256_hash();
        let first = sha256.first_chunk().expect("a SHA-256 has 32 bytes");
        format!("{:016x}", u64::from_be_bytes(*first))
    }
}

/// Makes the template function `asset`: the address of an asset, with its hash,
/// `/static/app.css?v=1f2e3d4c`.
pub(crate) fn addresses(own: Files) -> impl Fn(&str) -> Result<Value, minijinja::Error> {
    // In other builds, an asset may change at any time.
    let never_change = !cfg!(debug_assertions);
    let names = own.names().into_iter().chain(Static::iter());
    let known: HashMap<Cow<'static, str>, Value> = names
        .filter(|_| never_change)
        .filter_map(|name| Some((name.clone(), address(own, &name)?)))
        .collect();
    move |name| match known.get(name) {
        Some(address) => Ok(address.clone()),
        None => address(own, name).ok_or_else(|| {
            minijinja::Error::new(
                minijinja::ErrorKind::InvalidOperation,
                format!("static/{name} does not exist"),
            )
        }),
    }
}

fn address(own: Files, name: &str) -> Option<Value> {
    let hash = Asset::find(own, name)?.hash();
    Some(Value::from_safe_string(format!("/static/{name}?v={hash}")))
}
