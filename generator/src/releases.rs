//! The templates of all releases, which this program contains.
//!
//! Every release has a folder in `releases/` with its notes and its archive. The last release is the template that `hoglet
//! new` uses. An archive is decompressed only when it is needed.

pub mod archive;
pub mod delta;
pub mod folder;
pub mod hash;

use std::borrow::Cow;
use std::sync::OnceLock;

use semver::Version;

use crate::error::Error;
use crate::releases::folder::{FOLDERS, Manifest};
use crate::template::{self, Tree};

/// The version of this program, and of the template that is embedded in it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// All releases, the oldest first.
#[derive(Debug)]
pub struct Releases(Vec<Release>);

#[derive(Debug)]
pub struct Release {
    pub version: Version,
    /// The hash of the template. The `.hoglet.toml` of an app contains it.
    pub hash: String,
    /// In Markdown: the changes, their reasons, and what to do by hand.
    pub notes: Cow<'static, str>,
    source: Source,
    unpacked: OnceLock<Tree>,
}

#[derive(Debug)]
enum Source {
    /// The archive contains the difference from the previous release.
    Archive(&'static [u8]),
    /// The template that is embedded in this program.
    Embedded,
    /// For tests.
    Tree(Tree),
}

impl Releases {
    /// The releases that this program contains.
    pub fn carried() -> Result<Self, Error> {
        let version = parse_version(VERSION)?;
        let mut releases = Self::frozen()?.0;
        releases.retain(|release| release.version != version);

        let origin = template::embedded_file(hash::ORIGIN).unwrap_or_default();
        let hash = str::from_utf8(origin).ok().and_then(hash::named_in);
        let hash = hash.ok_or("it has no template_hash");
        let folder = FOLDERS.iter().find(|folder| folder.version == VERSION);
        releases.push(Release {
            version,
            hash: hash.map_err(Error::template(hash::ORIGIN))?.to_owned(),
            notes: folder.map_or("", |folder| folder.notes).into(),
            source: Source::Embedded,
            unpacked: OnceLock::new(),
        });
        Ok(Self(releases))
    }

    /// The releases that have an archive. The template of this program may be one of them.
    pub fn frozen() -> Result<Self, Error> {
        let mut releases = Vec::new();
        for folder in FOLDERS {
            let Some(frozen) = &folder.frozen else {
                continue;
            };
            let manifest = toml::from_str::<Manifest>(frozen.manifest);
            let file = format!("releases/{}/release.toml", folder.version);
            releases.push(Release {
                version: parse_version(folder.version)?,
                hash: manifest.map_err(Error::template(file))?.hash,
                notes: folder.notes.into(),
                source: Source::Archive(frozen.archive),
                unpacked: OnceLock::new(),
            });
        }
        releases.sort_by(|one, other| one.version.cmp(&other.version));
        Ok(Self(releases))
    }

    /// Makes releases from their versions, notes and templates, the oldest first. For tests.
    pub fn new(releases: Vec<(Version, String, Tree)>) -> Self {
        let release = |(version, notes, tree): (Version, String, Tree)| Release {
            hash: hash::of(&tree),
            version,
            notes: Cow::Owned(notes),
            source: Source::Tree(tree),
            unpacked: OnceLock::new(),
        };
        Self(releases.into_iter().map(release).collect())
    }

    pub fn all(&self) -> &[Release] {
        &self.0
    }

    pub fn newest(&self) -> &Release {
        self.0.last().expect("the embedded template is a release")
    }

    pub fn get(&self, version: &Version) -> Option<&Release> {
        self.0.iter().find(|release| release.version == *version)
    }

    /// The release whose template has this hash. If two have the same template, this is the newer one.
    pub fn with_hash(&self, hash: &str) -> Option<&Release> {
        self.0.iter().rev().find(|release| release.hash == hash)
    }

    /// The template of a release, unpacked, before rendering.
    ///
    /// # Panics
    ///
    /// Panics if `self` does not contain the release.
    pub fn tree(&self, release: &Release) -> Result<Tree, Error> {
        let mut releases = self.0.iter();
        let index = releases.position(|one| one.version == release.version);
        let index = index.expect("it is one of these releases");
        self.unpacked(index).cloned()
    }

    /// The template of the release at this index. It stays in memory, because the next archive needs it.
    fn unpacked(&self, index: usize) -> Result<&Tree, Error> {
        let release = &self.0[index];
        if let Some(tree) = release.unpacked.get() {
            return Ok(tree);
        }
        let tree = match &release.source {
            Source::Archive(archive) => {
                let before = match index {
                    0 => &Tree::new(),
                    _ => self.unpacked(index - 1)?,
                };
                let file = format!("releases/{}/archive.gz", release.version);
                archive::unpack(before, archive).map_err(Error::template(file))?
            }
            Source::Embedded => template::embedded_tree(),
            Source::Tree(tree) => tree.clone(),
        };
        Ok(release.unpacked.get_or_init(|| tree))
    }
}

fn parse_version(version: &str) -> Result<Version, Error> {
    Version::parse(version).map_err(Error::template(format!("releases/{version}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &'static str) -> Tree {
        Tree::from([("a".to_owned(), Cow::Borrowed(text.as_bytes()))])
    }

    /// Releases `0.0.0`, `0.0.1` and so on, each with an archive.
    fn archived(trees: &[Tree]) -> Releases {
        let mut before = Tree::new();
        let release = |(patch, tree): (usize, &Tree)| {
            let archive = archive::pack(&before, tree);
            before.clone_from(tree);
            Release {
                version: Version::new(0, 0, patch as u64),
                hash: hash::of(tree),
                notes: "".into(),
                source: Source::Archive(archive.leak()),
                unpacked: OnceLock::new(),
            }
        };
        Releases(trees.iter().enumerate().map(release).collect())
    }

    #[test]
    fn each_archive_is_unpacked_from_the_release_before_and_only_if_asked() {
        let trees = ["one\n", "one\ntwo\n", "two\n", "two\nthree\n"].map(tree);
        let releases = archived(&trees);
        assert_eq!(releases.tree(&releases.all()[2]).unwrap(), trees[2]);
        let unpacked: Vec<bool> = releases
            .all()
            .iter()
            .map(|release| release.unpacked.get().is_some())
            .collect();
        assert_eq!(unpacked, [true, true, true, false]);
        for (release, tree) in releases.all().iter().zip(&trees) {
            assert_eq!(releases.tree(release).unwrap(), *tree);
        }
    }

    #[test]
    fn a_broken_archive_is_named() {
        let mut releases = archived(&[tree("one\n")]);
        releases.0[0].source = Source::Archive(b"broken");
        let error = releases.tree(releases.newest()).unwrap_err().to_string();
        assert!(
            error.starts_with("the template's `releases/0.0.0/archive.gz` is broken"),
            "{error}"
        );
    }

    #[test]
    fn releases_are_found_by_version_and_by_hash() {
        let trees = ["one\n", "two\n", "two\n"].map(tree);
        let releases = archived(&trees);
        let patch = |release: Option<&Release>| release.map(|release| release.version.patch);
        assert_eq!(patch(releases.get(&Version::new(0, 0, 1))), Some(1));
        assert_eq!(patch(releases.get(&Version::new(0, 1, 0))), None);
        assert_eq!(patch(releases.with_hash(&hash::of(&trees[0]))), Some(0));
        assert_eq!(patch(releases.with_hash(&hash::of(&trees[1]))), Some(2));
        assert_eq!(patch(releases.with_hash("")), None);
        assert_eq!(releases.newest().version, Version::new(0, 0, 2));
    }

    #[test]
    fn the_template_of_this_program_is_the_last_release_and_nothing_is_unpacked() {
        let carried = Releases::carried().unwrap();
        assert_eq!(carried.newest().version.to_string(), VERSION);
        let versions = carried.all().iter().map(|release| &release.version);
        assert!(versions.is_sorted_by(|one, other| one < other));
        let mut all = carried.all().iter();
        assert!(all.all(|release| release.unpacked.get().is_none()));
        let tree = carried.tree(carried.newest()).unwrap();
        assert_eq!(tree, template::embedded_tree());
    }
}
