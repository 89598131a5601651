//! The parts of manifests that decide which packages an app has.

use std::fs;
use std::path::Path;

use semver::Version;

use crate::base::Files;
use crate::shared::env_text::without_byte_order_mark;

const MANIFEST: &str = "Cargo.toml";
/// Parts of a manifest that do not change the lock file, apart from the name and the version.
const WITHOUT_EFFECT: &[&str] = &[
    "badges", "bench", "bin", "example", "lib", "lints", "package", "profile", "test",
];

/// Whether the app's manifests have the same dependencies and features as those of the base.
pub fn are_untouched(app: &Path, base: &Files) -> bool {
    let is_manifest = |path: &&String| Path::new(path).file_name() == Some(MANIFEST.as_ref());
    base.keys().filter(is_manifest).all(|path| {
        let mine = read(&app.join(path));
        mine.is_some() && mine.map(with_effect) == parse(&base[path]).map(with_effect)
    })
}

/// The name and the version in the app's manifest, if they are there.
pub fn of_app(app: &Path) -> (Option<String>, Option<Version>) {
    name_and_version(read(&app.join(MANIFEST)))
}

/// The name in the manifest of a release.
pub fn name_of(release: &Files) -> Option<String> {
    name_and_version(release.get(MANIFEST).and_then(|text| parse(text))).0
}

fn name_and_version(manifest: Option<toml::Table>) -> (Option<String>, Option<Version>) {
    let manifest = manifest.unwrap_or_default();
    let package = manifest.get("package");
    let text = |key: &str| package.and_then(|package| package.get(key)?.as_str());
    let version = text("version").and_then(|version| version.parse().ok());
    (text("name").map(str::to_owned), version)
}

fn with_effect(mut manifest: toml::Table) -> toml::Table {
    manifest.retain(|key, _| !WITHOUT_EFFECT.contains(&key));
    manifest
}

fn read(file: &Path) -> Option<toml::Table> {
    parse(&fs::read(file).ok()?)
}

fn parse(manifest: &[u8]) -> Option<toml::Table> {
    let text = str::from_utf8(manifest).ok()?;
    toml::from_str(without_byte_order_mark(text)).ok()
}
