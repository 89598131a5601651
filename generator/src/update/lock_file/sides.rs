//! [`Sides`]: the three lock files of an update.

use std::collections::BTreeSet;
use std::path::Path;

use super::manifests;
use super::package::{Id, Package};
use super::packages::Packages;
use crate::base::Files;

#[derive(Debug)]
pub struct Sides {
    pub base: Packages,
    pub mine: Packages,
    pub theirs: Packages,
}

impl Sides {
    /// Gives the crates in folders the names and versions that the user chose. Returns whether this changed theirs.
    pub fn take_names(&mut self, app: &Path, base: &Files) -> bool {
        let before = self.theirs.clone();
        if let Some(name) = manifests::name_of(base) {
            self.take_name_of_app(app, &name);
        }
        let local = self.base.local().map(|package| package.id.clone());
        let local: Vec<Id> = local.collect();
        for Id { name, version, .. } in local {
            let mine = self.mine.local_named(&name);
            let mine = mine.map(|package| package.id.version.clone());
            if let Some(mine) = mine.filter(|mine| *mine != version) {
                self.theirs.rename(&name, &name, &mine);
            }
        }
        self.theirs != before
    }

    /// Takes the name and the version from the manifest. After the user renamed the app, the lock file may still have the old
    /// name.
    fn take_name_of_app(&mut self, app: &Path, base_name: &str) {
        let (name, version) = manifests::of_app(app);
        let name = name.as_deref().unwrap_or(base_name);
        let mut names = [name, base_name].into_iter();
        let mine = names.find_map(|name| self.mine.local_named(name));
        let Some(id) = mine.map(|package| package.id.clone()) else {
            return;
        };
        let version = version.unwrap_or(id.version);
        self.mine.rename(&id.name, name, &version);
        for side in [&mut self.base, &mut self.theirs] {
            if let Some(package) = side.local_named(base_name) {
                let version = package.id.version.clone();
                side.rename(base_name, name, &version);
            }
        }
    }

    /// Whether mine has the same crates in folders as base, with the same dependencies, and the same sources.
    pub fn have_same_dependencies(&self) -> bool {
        let local = |packages: &Packages| -> BTreeSet<(String, Vec<String>)> {
            let names = |package: &Package| {
                let names = package.dependencies.iter().map(|id| id.name.clone());
                (package.id.name.clone(), names.collect())
            };
            packages.local().map(names).collect()
        };
        let sources = |packages: &Packages| -> BTreeSet<Option<String>> {
            let all = packages.all().iter();
            let sources = all.map(|package| package.id.source_without_commit().map(str::to_owned));
            sources.collect()
        };
        local(&self.base) == local(&self.mine) && sources(&self.base) == sources(&self.mine)
    }
}
