//! The packages of a `Cargo.lock`, read and written in cargo's format.

use std::fmt::Write;

use semver::Version;
use serde::Deserialize;

use super::package::{Id, Package, Slot};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packages {
    /// The comment, and the version of the format.
    head: String,
    /// Sorted by their identities.
    all: Vec<Package>,
    /// Packages of `[patch]` that nothing uses.
    unused: Vec<Package>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    package: Vec<Entry>,
    #[serde(default)]
    patch: Patch,
}

#[derive(Default, Deserialize)]
struct Patch {
    #[serde(default)]
    unused: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    version: Version,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Packages {
    pub fn parse(text: &str) -> Result<Self, String> {
        let in_words = |cause: toml::de::Error| cause.message().to_owned();
        let file: File = toml::from_str(text).map_err(in_words)?;
        let mut packages = Self {
            head: text
                .split("[[")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned(),
            all: file.package.iter().map(Entry::alone).collect(),
            unused: file.patch.unused.iter().map(Entry::alone).collect(),
        };
        packages.sort();
        for entry in &file.package {
            let dependencies = entry
                .dependencies
                .iter()
                .map(|text| packages.named_by(text));
            let dependencies = dependencies.collect::<Result<_, _>>()?;
            let id = entry.id();
            let found = packages.all.iter_mut().find(|package| package.id == id);
            found.expect("it was added above").dependencies = dependencies;
        }
        Ok(packages)
    }

    /// A lock file with other packages, and with the same comment and format version.
    pub fn with(&self, all: Vec<Package>, unused: Vec<Package>) -> Self {
        let head = self.head.clone();
        let mut packages = Self { head, all, unused };
        packages.sort();
        packages
    }

    pub fn all(&self) -> &[Package] {
        &self.all
    }

    pub fn unused(&self) -> &[Package] {
        &self.unused
    }

    /// The crates in folders.
    pub fn local(&self) -> impl Iterator<Item = &Package> {
        self.all.iter().filter(|package| package.id.is_local())
    }

    /// The crate of this name in a folder.
    pub fn local_named(&self, name: &str) -> Option<&Package> {
        let mut named = self.named(name).iter();
        named.find(|package| package.id.is_local())
    }

    /// All packages of this name.
    pub fn named(&self, name: &str) -> &[Package] {
        let start = self.all.partition_point(|package| *package.id.name < *name);
        let end = self
            .all
            .partition_point(|package| *package.id.name <= *name);
        &self.all[start..end]
    }

    pub fn at(&self, slot: Slot) -> Option<&Package> {
        let mut named = self.named(slot.name).iter();
        named.find(|package| package.id.slot() == slot)
    }

    /// Gives a crate in a folder another name and version.
    pub fn rename(&mut self, name: &str, new_name: &str, new_version: &Version) {
        let rename = |id: &mut Id| {
            if id.is_local() && id.name == name {
                new_name.clone_into(&mut id.name);
                id.version = new_version.clone();
            }
        };
        for package in &mut self.all {
            rename(&mut package.id);
            package.dependencies.iter_mut().for_each(rename);
        }
        self.sort();
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.head);
        for package in &self.all {
            text += "\n[[package]]\n";
            self.push(package, &mut text);
        }
        for package in &self.unused {
            text += "\n[[patch.unused]]\n";
            self.push(package, &mut text);
        }
        text
    }

    fn push(&self, package: &Package, text: &mut String) {
        let Package {
            id,
            checksum,
            dependencies,
        } = package;
        // Names, versions and sources have no characters to escape.
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(text, "{key} = \"{value}\"");
        };
        line("name", &id.name);
        line("version", &id.version.to_string());
        if let Some(source) = &id.source {
            line("source", source);
        }
        if let Some(checksum) = checksum {
            line("checksum", checksum);
        }
        let mut dependencies: Vec<_> = dependencies.iter().map(|id| self.reference(id)).collect();
        dependencies.sort();
        dependencies.dedup();
        if !dependencies.is_empty() {
            let dependencies: Vec<_> = dependencies.iter().map(|parts| parts.join(" ")).collect();
            let _ = writeln!(
                text,
                "dependencies = [\n \"{}\",\n]",
                dependencies.join("\",\n \"")
            );
        }
    }

    /// The name. If other packages have the same name, also the version, and the source if the version is the same, too.
    fn reference(&self, id: &Id) -> Vec<String> {
        let mut parts = vec![id.name.clone()];
        let named = self.named(&id.name);
        if named.len() > 1 {
            parts.push(id.version.to_string());
        }
        let same_version = named.iter().filter(|other| other.id.version == id.version);
        if let (Some(source), true) = (&id.source, same_version.count() > 1) {
            parts.push(format!("({source})"));
        }
        parts
    }

    /// The package to which a text in `dependencies` refers.
    fn named_by(&self, text: &str) -> Result<Id, String> {
        let mut parts = text.splitn(3, ' ');
        let named = self.named(parts.next().unwrap_or_default());
        let (version, source) = (parts.next(), parts.next());
        let fits = |id: &Id| {
            version.is_none_or(|version| id.version.to_string() == version)
                && source.is_none_or(|source| {
                    id.source
                        .as_ref()
                        .is_some_and(|own| format!("({own})") == source)
                })
        };
        let found = named.iter().find(|package| fits(&package.id));
        let id = found.map(|package| package.id.clone());
        id.ok_or_else(|| format!("it has no package `{text}`"))
    }

    fn sort(&mut self) {
        self.all.sort_by(|one, other| one.id.cmp(&other.id));
    }
}

impl Entry {
    fn id(&self) -> Id {
        Id {
            name: self.name.clone(),
            version: self.version.clone(),
            source: self.source.clone(),
        }
    }

    /// The package without its dependencies, which are added later.
    fn alone(&self) -> Package {
        Package {
            id: self.id(),
            checksum: self.checksum.clone(),
            dependencies: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    #[test]
    fn a_lock_file_of_cargo_keeps_every_byte() {
        let template = Template::embedded().unwrap();
        let carried = str::from_utf8(&template.files["Cargo.lock"]).unwrap();
        let carried = carried.replace("{{ project-name }}", "my-app");
        assert!(carried.contains("getrandom 0.3"), "two versions of a crate");
        assert_eq!(Packages::parse(&carried).unwrap().text(), carried);
        assert_eq!(Packages::parse(AMBIGUOUS).unwrap().text(), AMBIGUOUS);
    }

    #[test]
    fn a_broken_lock_file_is_refused() {
        let refused = |text: &str| Packages::parse(text).unwrap_err();
        assert!(!refused("<<<<<<< yours\n").is_empty());
        let missing = AMBIGUOUS.replace(" \"log 0.4.1\",", " \"log 0.4.9\",");
        assert_eq!(refused(&missing), "it has no package `log 0.4.9`");
    }

    /// Two crates with one name and one version, and a patch that nothing uses.
    const AMBIGUOUS: &str = r#"# This file is automatically @generated by Cargo.
# It is not intended for manual editing.
version = 4

[[package]]
name = "hedge"
version = "0.1.0"
dependencies = [
 "log 0.4.1",
 "log 0.4.1 (registry+https://github.com/rust-lang/crates.io-index)",
 "time",
]

[[package]]
name = "log"
version = "0.4.1"

[[package]]
name = "log"
version = "0.4.1"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "ab"

[[package]]
name = "time"
version = "0.3.1"
source = "git+https://example.com/time?branch=main#0123"

[[patch.unused]]
name = "serde"
version = "1.0.0"
"#;
}
