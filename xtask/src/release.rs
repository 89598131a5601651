//! Releases: the rule for versions, and the files of a frozen release.
//!
//! A release is a template that no longer changes. `generator/releases/VERSION/` has its archive, from which later versions of
//! the program restore it to update an app.

use std::time::SystemTime;

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use hoglet::releases::folder::Manifest;
use hoglet::releases::{Release, Releases, archive, hash};

use crate::Tree;

/// The folder of the releases, relative to the repository.
pub const FOLDER: &str = "generator/releases";

#[derive(Debug, PartialEq, Eq)]
pub enum Status {
    UnderWork,
    /// The template is equal to the frozen one.
    Frozen,
}

/// Compares the template with the frozen releases.
///
/// # Errors
///
/// Fails if the template has changed since its version was frozen, if its version is not the newest, or if it has no notes.
pub fn status(frozen: &Releases, template: &Release) -> anyhow::Result<Status> {
    let version = &template.version;
    if let Some(same) = frozen.get(version) {
        ensure!(
            same.hash == template.hash,
            "the template has changed, and {version} is frozen: raise `version` in Cargo.toml, write the changes to \
             {FOLDER}/VERSION/notes.md, then run `cargo xtask refresh`"
        );
        return Ok(Status::Frozen);
    }
    if let Some(newest) = frozen.all().last() {
        ensure!(
            *version > newest.version,
            "{version} is older than {}, which is frozen: raise `version` in Cargo.toml, then run `cargo xtask refresh`",
            newest.version
        );
    }
    ensure!(
        !template.notes.trim().is_empty(),
        "{version} has no notes: write its changes, their reasons, and what to do by hand to {FOLDER}/{version}/notes.md"
    );
    Ok(Status::UnderWork)
}

/// The files that freeze the newest of these releases, by their paths in the repository.
///
/// # Errors
///
/// Fails if the template has another hash than the release, because it changed after the program was built.
pub fn freeze(releases: &Releases, date: &str) -> anyhow::Result<Tree> {
    let (newest, before) = releases.all().split_last().context("there is no release")?;
    let before = before.last().map(|release| releases.tree(release));
    let before = before.transpose()?.unwrap_or_default();
    let tree = releases.tree(newest)?;
    ensure!(
        hash::of(&tree) == newest.hash,
        "the template was changed meanwhile: run `cargo xtask refresh`, then try again"
    );
    let manifest = Manifest {
        version: newest.version.to_string(),
        date: date.to_owned(),
        hash: newest.hash.clone(),
    };
    let folder = format!("{FOLDER}/{}", newest.version);
    Ok(Tree::from([
        (
            format!("{folder}/release.toml"),
            toml::to_string(&manifest)?.into_bytes(),
        ),
        (
            format!("{folder}/archive.gz"),
            archive::pack(&before, &tree),
        ),
    ]))
}

/// The day in UTC, such as `2026-12-01`.
pub fn day(time: SystemTime) -> String {
    DateTime::<Utc>::from(time).format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::time::Duration;

    use hoglet::template;
    use semver::Version;

    use super::*;

    fn tree(text: &'static str) -> template::Tree {
        template::Tree::from([("a".to_owned(), Cow::Borrowed(text.as_bytes()))])
    }

    /// Releases with notes: the minor version, and the text in the only file.
    fn releases(releases: &[(u64, &'static str)]) -> Releases {
        let releases = releases.iter().map(|(minor, text)| {
            let version = Version::new(0, *minor, 0);
            (version, "Notes\n".to_owned(), tree(text))
        });
        Releases::new(releases.collect())
    }

    /// The status of a template with this minor version and text, while 0.1.0 and 0.2.0 are frozen.
    fn status_of(minor: u64, text: &'static str) -> Result<Status, String> {
        let frozen = releases(&[(1, "one"), (2, "two")]);
        let template = releases(&[(minor, text)]);
        status(&frozen, template.newest()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_changed_template_needs_a_newer_version() {
        assert_eq!(status_of(2, "two"), Ok(Status::Frozen));
        assert_eq!(status_of(3, "three"), Ok(Status::UnderWork));
        // The generator alone may change.
        assert_eq!(status_of(3, "two"), Ok(Status::UnderWork));
        let error = status_of(2, "three").unwrap_err();
        assert!(error.contains("0.2.0 is frozen"), "{error}");
        assert!(error.contains("raise `version` in Cargo.toml"), "{error}");
        let error = status_of(0, "three").unwrap_err();
        assert!(error.contains("0.0.0 is older than 0.2.0"), "{error}");
    }

    #[test]
    fn a_version_needs_notes() {
        let notes = " \n".to_owned();
        let template = Releases::new(vec![(Version::new(0, 3, 0), notes, tree("three"))]);
        for frozen in [releases(&[]), releases(&[(2, "two")])] {
            let error = status(&frozen, template.newest()).unwrap_err().to_string();
            assert!(
                error.contains("generator/releases/0.3.0/notes.md"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_frozen_release_is_unpacked_to_the_same_template() {
        let releases = releases(&[(1, "one\n"), (2, "one\ntwo\n")]);
        let files = freeze(&releases, "2026-12-01").unwrap();
        let [(archive_path, archive), (manifest_path, manifest)] =
            files.into_iter().collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(archive_path, "generator/releases/0.2.0/archive.gz");
        assert_eq!(manifest_path, "generator/releases/0.2.0/release.toml");
        let unpacked = archive::unpack(&tree("one\n"), &archive).unwrap();
        assert_eq!(unpacked, tree("one\ntwo\n"));
        let manifest = String::from_utf8(manifest).unwrap();
        let hash = hash::of(&unpacked);
        assert_eq!(
            manifest,
            format!("version = \"0.2.0\"\ndate = \"2026-12-01\"\nhash = \"{hash}\"\n")
        );
        assert!(toml::from_str::<Manifest>(&manifest).is_ok());
    }

    #[test]
    fn a_day_is_written_as_in_toml() {
        let second = Duration::from_secs(1_796_115_600);
        assert_eq!(day(SystemTime::UNIX_EPOCH + second), "2026-12-01");
    }
}
