//! Merges the packages of three lock files: those of the release, and the user's own.
//!
//! The merge begins with the crates in folders, which are the app itself and the crates in `vendor/`. It follows their
//! dependencies, so packages that nothing needs are left out. Requirements such as `"1.2"` are not in a lock file, so cargo
//! must check the result.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::package::{Id, Package, Slot};
use super::packages::Packages;
use super::sides::Sides;

/// Which version to take if mine and theirs have a package in two compatible versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// The version that the release was tested with.
    Tested,
    Newer,
}

pub fn merge(sides: &Sides, preference: Preference) -> Packages {
    let merge = Merge { sides, preference };
    let mut merged: BTreeMap<Id, Package> = BTreeMap::new();
    let mut waiting = merge.beginnings();
    while let Some(package) = waiting.pop() {
        if merged.contains_key(&package.id) {
            continue;
        }
        let dependencies = merge.dependencies(package);
        waiting.extend(&dependencies);
        let ids = dependencies.iter().map(|package| package.id.clone());
        let package = Package {
            dependencies: ids.collect(),
            ..package.clone()
        };
        merged.insert(package.id.clone(), package);
    }
    let unused = sides.mine.unused().to_vec();
    sides.theirs.with(merged.into_values().collect(), unused)
}

struct Merge<'a> {
    sides: &'a Sides,
    preference: Preference,
}

impl<'a> Merge<'a> {
    /// The crates in folders that neither side removed.
    fn beginnings(&self) -> Vec<&'a Package> {
        let Sides { base, mine, theirs } = self.sides;
        let has = |side: &Packages, package: &Package| side.local_named(&package.id.name).is_some();
        let of_both = theirs
            .local()
            .filter(|theirs| has(mine, theirs) || !has(base, theirs));
        let of_user = mine
            .local()
            .filter(|mine| !has(base, mine) && !has(theirs, mine));
        of_both.chain(of_user).collect()
    }

    /// The dependencies of a package, each in the version of the merge.
    fn dependencies(&self, package: &'a Package) -> Vec<&'a Package> {
        let slot = package.id.slot();
        let Sides { base, mine, theirs } = self.sides;
        let other = match theirs.at(slot) {
            Some(theirs) if theirs.id == package.id => mine.at(slot),
            theirs => theirs,
        };
        let ids = with_changes(package, base.at(slot), other);
        ids.into_iter().filter_map(|id| self.choose(id)).collect()
    }

    /// The package of the merge for a dependency that mine or theirs names.
    fn choose(&self, wanted: &Id) -> Option<&'a Package> {
        let slot = wanted.slot();
        let Sides { mine, theirs, .. } = self.sides;
        if let Some(replacement) = self.replacement(wanted) {
            return Some(replacement);
        }
        match (mine.at(slot), theirs.at(slot)) {
            (Some(mine), Some(theirs)) => {
                let is_newer = mine.id.version > theirs.id.version;
                let takes_mine = self.preference == Preference::Newer && is_newer;
                Some(if takes_mine { mine } else { theirs })
            }
            (mine, theirs) => theirs.or(mine),
        }
    }

    /// The package from another source with which the user replaced this one, by `[patch]` or in a manifest.
    fn replacement(&self, wanted: &Id) -> Option<&'a Package> {
        let Sides { base, mine, .. } = self.sides;
        let slot = wanted.slot();
        if base.at(slot).is_none() || mine.at(slot).is_some() {
            return None;
        }
        let mut named = mine.named(&wanted.name).iter();
        named.find(|package| package.id.can_replace(wanted))
    }
}

/// The dependencies of a package, with the changes that the other side made since base.
///
/// A different set of features enables different dependencies. A different version may also need different dependencies. The
/// second case is not a change by the user or by the template, so it is ignored.
fn with_changes<'a>(
    package: &'a Package,
    base: Option<&'a Package>,
    other: Option<&'a Package>,
) -> Vec<&'a Id> {
    let mut ids: Vec<&Id> = package.dependencies.iter().collect();
    let Some(other) = other else { return ids };
    let has = |package: &Package, slot: Slot| {
        let mut dependencies = package.dependencies.iter();
        dependencies.any(|id| id.slot() == slot)
    };
    let is_like_base = base.is_some_and(|base| is_comparable(base, other));
    if is_like_base || is_comparable(package, other) {
        let is_new = |id: &&Id| !base.is_some_and(|base| has(base, id.slot()));
        let added = other.dependencies.iter().filter(is_new);
        ids.extend(added.filter(|id| !has(package, id.slot())));
    }
    if let (Some(base), true) = (base, is_like_base) {
        ids.retain(|id| has(other, id.slot()) || !has(base, id.slot()));
    }
    ids
}

/// Whether a difference in the dependencies means that the user or the template changed a manifest.
fn is_comparable(one: &Package, other: &Package) -> bool {
    one.id.is_local() || one.id.version == other.id.version
}
