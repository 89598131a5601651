//! `Cargo.lock` after an update: the versions that the release was tested with, and the user's own crates.
//!
//! If the user has not changed the dependencies, the lock file of the release is right as it is. Otherwise
//! [`merge`](mod@merge) makes one, and cargo completes it.

mod candidate;
mod complete;
mod manifests;
mod merge;
mod package;
mod packages;

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

pub use candidate::{LockFile, PATH};
pub use complete::{Completion, complete};

use merge::{Preference, Sides, merge};
use package::{Id, Package};
use packages::Packages;

use crate::base::Files;
use crate::error::Error;
use crate::shared::env_text::without_byte_order_mark;

/// Makes the lock file from the three versions. `None` if it stays as it is.
///
/// Reads the app before the update.
pub fn lock_file(app: &Path, base: &Files, theirs: &Files) -> Result<Option<LockFile>, Error> {
    let mine = match fs::read(app.join(PATH)) {
        Ok(mine) => mine,
        // An app without one stays without one.
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(Error::disk("read", app.join(PATH))(cause)),
    };
    let (base_text, Some(theirs_text)) = (base.get(PATH), theirs.get(PATH)) else {
        return Ok(None);
    };
    if base_text == Some(theirs_text) {
        return Ok(None);
    }
    let template = Error::template(PATH);
    let theirs_packages = parse(theirs_text).map_err(template)?;
    let base_packages = base_text.and_then(|text| parse(text).ok());
    let base_packages = base_packages.unwrap_or_default();
    let mut packages = Three {
        // A broken lock file has nothing to keep.
        mine: parse(&mine).unwrap_or_else(|_| base_packages.clone()),
        base: base_packages,
        theirs: theirs_packages,
    };
    let names_changed = packages.take_names(app, base);

    let is_untouched = manifests::are_untouched(app, base) && packages.have_same_dependencies();
    let text = match (is_untouched, names_changed) {
        (true, false) => String::from_utf8_lossy(theirs_text).into_owned(),
        (true, true) => packages.theirs.text(),
        (false, _) => packages.merge(Preference::Tested),
    };
    let second_choice = (!is_untouched).then(|| packages.merge(Preference::Newer));
    let has_crlf = mine.windows(2).any(|bytes| bytes == b"\r\n");
    let with_line_ends = |text: String| match has_crlf {
        true => text.replace('\n', "\r\n"),
        false => text,
    };
    Ok(Some(LockFile {
        second_choice: second_choice
            .filter(|second| *second != text)
            .map(with_line_ends),
        text: with_line_ends(text),
        is_complete: is_untouched,
    }))
}

fn parse(text: &[u8]) -> Result<Packages, String> {
    let text = str::from_utf8(text).map_err(|cause| cause.to_string())?;
    Packages::parse(without_byte_order_mark(text))
}

/// The packages of the three lock files.
struct Three {
    base: Packages,
    mine: Packages,
    theirs: Packages,
}

impl Three {
    /// Gives the crates in folders the names and versions that the user chose. Returns whether theirs changed.
    fn take_names(&mut self, app: &Path, base: &Files) -> bool {
        let before = self.theirs.clone();
        if let Some(name) = manifests::name_of(base) {
            self.take_name_of_app(app, &name);
        }
        let locals: Vec<Id> = self
            .base
            .local()
            .map(|package| package.id.clone())
            .collect();
        for Id { name, version, .. } in locals {
            let mine = self.mine.local_named(&name);
            let mine = mine.map(|package| package.id.version.clone());
            if let Some(mine) = mine.filter(|mine| *mine != version) {
                self.theirs.rename(&name, &name, &mine);
            }
        }
        self.theirs != before
    }

    /// The name and the version of the app itself may be newer in its manifest than in its lock file.
    fn take_name_of_app(&mut self, app: &Path, base_name: &str) {
        let (name, version) = manifests::of_app(app);
        let name = name.as_deref().unwrap_or(base_name);
        let mut names = [name, base_name].into_iter();
        let mine = names.find_map(|name| self.mine.local_named(name));
        let Some(id) = mine.map(|package| package.id.clone()) else {
            return;
        };
        self.mine
            .rename(&id.name, name, version.as_ref().unwrap_or(&id.version));
        for side in [&mut self.base, &mut self.theirs] {
            if let Some(package) = side.local_named(base_name) {
                let version = package.id.version.clone();
                side.rename(base_name, name, &version);
            }
        }
    }

    /// Whether the user has the crates in folders, their dependencies and the sources of the base.
    fn have_same_dependencies(&self) -> bool {
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

    fn merge(&self, preference: Preference) -> String {
        let sides = Sides {
            base: &self.base,
            mine: &self.mine,
            theirs: &self.theirs,
        };
        merge(sides, preference).text()
    }
}
