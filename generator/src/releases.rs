//! The templates of all releases, carried by this program.
//!
//! Every release has a folder in `releases/` with its notes and its archive. The last release is the template that `hoglet
//! new` uses. Nothing is decompressed before it is needed.

pub mod archive;
pub mod delta;
pub mod hash;

use std::borrow::Cow;

use semver::Version;

use crate::error::Error;
use crate::template::Tree;

/// All releases, the oldest first.
#[derive(Debug)]
pub struct Releases(Vec<Release>);

#[derive(Debug)]
pub struct Release {
    pub version: Version,
    /// The hash of its template, as in the `.hoglet.toml` of its apps.
    pub hash: String,
    /// In Markdown: the changes, their reasons, and what to do by hand.
    pub notes: Cow<'static, str>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// The archive has the difference to the release before.
    Archive(&'static [u8]),
    /// The template of this program.
    Embedded,
    /// For tests.
    Tree(Tree),
}

impl Releases {
    /// The releases that this program carries.
    pub fn carried() -> Result<Self, Error> {
        let _ = (Source::Archive(&[]), Source::Embedded);
        todo!()
    }

    /// Other releases, the oldest first: the version, the notes and the template of each.
    ///
    /// The hash of each is computed.
    pub fn new(releases: Vec<(Version, String, Tree)>) -> Self {
        let release = |(version, notes, tree): (Version, String, Tree)| Release {
            hash: hash::of(&tree),
            version,
            notes: Cow::Owned(notes),
            source: Source::Tree(tree),
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

    /// The release whose template has this hash.
    pub fn with_hash(&self, hash: &str) -> Option<&Release> {
        self.0.iter().find(|release| release.hash == hash)
    }

    /// The template of a release, unpacked, before rendering.
    pub fn tree(&self, release: &Release) -> Result<Tree, Error> {
        match &release.source {
            Source::Archive(_) => todo!(),
            Source::Embedded => todo!(),
            Source::Tree(tree) => Ok(tree.clone()),
        }
    }
}
