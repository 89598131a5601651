//! The app that a command works on: its folder and its name.

use std::fs;
use std::path::{Path, PathBuf};

use semver::Version;

use crate::shared::env_text::without_byte_order_mark;

/// Every generated app has this file.
pub const MARK: &str = ".hoglet.toml";
const MANIFEST: &str = "Cargo.toml";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{}` is in no app made by hoglet (there is no .hoglet.toml); change into an app's folder, or make one with `hoglet new my-app`", .folder.display())]
    NoProject { folder: PathBuf },

    #[error("`{}` could not be read ({cause}); correct it, then try again", .file.display())]
    Manifest { file: PathBuf, cause: String },
}

#[derive(Debug)]
pub struct Project {
    pub root: PathBuf,
    /// The name of the app's package and program.
    pub name: String,
}

impl Project {
    /// Searches the folder and the folders above it, as cargo does.
    pub fn find(folder: &Path) -> Result<Self, Error> {
        let root = find_root(folder)?;
        let name = read_name(root).map_err(|cause| Error::Manifest {
            file: root.join(MANIFEST),
            cause,
        })?;
        Ok(Self {
            root: root.to_owned(),
            name,
        })
    }

    /// Finds an app even if its manifest is broken, as by a conflict. Then the name is that of the folder.
    pub fn find_with_any_manifest(folder: &Path) -> Result<Self, Error> {
        let root = find_root(folder)?;
        let folder = root.file_name().unwrap_or_default();
        let name = read_name(root).unwrap_or_else(|_| folder.to_string_lossy().into_owned());
        Ok(Self {
            root: root.to_owned(),
            name,
        })
    }

    /// Reads the name again, because it may have changed.
    ///
    /// If the manifest is broken, cargo reports the error.
    pub fn reread(&mut self) {
        if let Ok(name) = read_name(&self.root) {
            self.name = name;
        }
    }

    /// The version of the app's template, if its file names one. [`Origin`](crate::origin::Origin) says what is wrong there.
    pub fn template_version(&self) -> Option<Version> {
        let text = fs::read_to_string(self.root.join(MARK)).ok()?;
        let origin: toml::Table = toml::from_str(without_byte_order_mark(&text)).ok()?;
        origin.get("template_version")?.as_str()?.parse().ok()
    }
}

fn find_root(folder: &Path) -> Result<&Path, Error> {
    let mut folders = folder.ancestors();
    let root = folders.find(|folder| folder.join(MARK).is_file());
    root.ok_or_else(|| Error::NoProject {
        folder: folder.to_owned(),
    })
}

fn read_name(root: &Path) -> Result<String, String> {
    fs::read_to_string(root.join(MANIFEST))
        .map_err(|cause| cause.to_string())
        .and_then(|text| name(&text))
}

fn name(manifest: &str) -> Result<String, String> {
    let manifest: toml::Table = toml::from_str(without_byte_order_mark(manifest))
        .map_err(|cause| cause.message().to_owned())?;
    let name = manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(toml::Value::as_str);
    name.map(str::to_owned)
        .ok_or_else(|| "it names no package".to_owned())
}
