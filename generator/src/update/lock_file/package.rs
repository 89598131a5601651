//! A package of a `Cargo.lock`, and its identity.

use semver::Version;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub id: Id,
    pub checksum: Option<String>,
    pub dependencies: Vec<Id>,
}

/// The identity of a package. The order is that of cargo.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    pub name: String,
    pub version: Version,
    /// A registry or a repository. `None` for a crate in a folder of the app.
    pub source: Option<String>,
}

/// The place of a package in a lock file. Cargo allows one package in each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot<'a> {
    pub name: &'a str,
    compatible: Option<Compatible>,
    source: Option<&'a str>,
}

/// The part that is the same in all compatible versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compatible {
    Major(u64),
    Minor(u64),
    Patch(u64),
}

impl Id {
    /// Whether it is a crate in a folder, such as the app itself and the crates in `vendor/`.
    pub fn is_local(&self) -> bool {
        self.source.is_none()
    }

    pub fn slot(&self) -> Slot<'_> {
        Slot {
            name: &self.name,
            // The version does not count for a crate in a folder, because an app has only one of each.
            compatible: (!self.is_local()).then(|| self.compatible()),
            source: self.source_without_commit(),
        }
    }

    /// Whether it can be used in place of `other`, which comes from another source. `[patch]` has the same rule.
    pub fn can_replace(&self, other: &Id) -> bool {
        self.name == other.name
            && self.source_without_commit() != other.source_without_commit()
            && self.compatible() == other.compatible()
    }

    /// The source. In the URL of a repository, the commit after the `#` is left out.
    pub fn source_without_commit(&self) -> Option<&str> {
        let source = self.source.as_deref()?;
        Some(source.split_once('#').map_or(source, |(url, _)| url))
    }

    fn compatible(&self) -> Compatible {
        let version = &self.version;
        match (version.major, version.minor) {
            (0, 0) => Compatible::Patch(version.patch),
            (0, minor) => Compatible::Minor(minor),
            (major, _) => Compatible::Major(major),
        }
    }
}
