//! The files that are derived from the template, and whether they are up to date.
//!
//! The template is a crate, and its real files are the files to edit. Others are derived from them, with one module each:
//!
//! ```text
//! template/ ─┬→ vendor/hoglet-web/INDEX.md, the public interface   index
//!            ├→ .hoglet/generated.toml, the journal with the demo demo
//!            ├→ X.liquid for each X that has an answer in it      twins
//!            ├→ Cargo.lock.liquid, the versions we tested         lock
//!            ├→ .hoglet.toml.liquid, with the template's hash     origin
//!            ├→ the links that embed it in the generator          links
//!            ├→ examples/burrito, the default output              app
//!            └→ examples/reading-list, made by commands           example
//! ```
//!
//! All derived files are made in memory, in this order. [`stale`] returns those that differ on the disk. `cargo xtask
//! refresh` writes them, and the test `refresh` fails if there are any. `cargo xtask release` freezes the template, see
//! [`release`].

pub mod app;
pub mod demo;
pub mod derived;
pub mod embedded;
pub mod example;
pub mod index;
mod link;
pub mod links;
pub mod lock;
pub mod origin;
pub mod release;
pub mod repository;
pub mod rustdoc;
pub mod twins;

use std::collections::BTreeMap;

use crate::derived::{Derived, State};

/// A tree of files: the contents by relative path, with `/` between its parts.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// Folders in which every file is derived. Other files there are deleted.
const DERIVED_FOLDERS: &[&str] = &["examples/burrito", example::FOLDER, "generator/embed"];

/// All derived files that are out of date.
///
/// Deletions come first, because a new folder may replace a file.
pub fn stale() -> anyhow::Result<Vec<Derived>> {
    let wanted = wanted()?;
    let mut stale = Vec::new();
    for folder in DERIVED_FOLDERS {
        for name in repository::tracked(folder)? {
            let path = format!("{folder}/{name}");
            if !wanted.contains_key(&path) {
                stale.push(Derived::new(path, State::Gone));
            }
        }
    }
    let wanted = wanted.into_iter();
    let wanted = wanted.map(|(path, state)| Derived::new(path, state));
    stale.extend(wanted.filter(|derived| !derived.is_up_to_date()));
    Ok(stale)
}

fn wanted() -> anyhow::Result<BTreeMap<String, State>> {
    let mut tree = repository::read("template")?;
    let index = index::derive()?;
    tree.insert(index::PATH.to_owned(), index.clone());
    let journal = demo::derive(&tree)?;
    tree.insert(demo::PATH.to_owned(), journal.clone());
    let mut twins = twins::derive(&tree)?;
    tree.extend(twins.clone());
    let lock = lock::derive(&app::template(&tree)?)?;
    twins.insert("Cargo.lock.liquid".to_owned(), lock);
    tree.extend(twins.clone());
    let questions = app::template(&tree)?.questions;
    // After all other files of the template, because it has their hash.
    let origin = origin::derive(&tree, &questions)?;
    tree.insert(origin::PATH.to_owned(), origin.clone());
    let template = app::template(&tree)?;

    let mut wanted = BTreeMap::new();
    for (name, contents) in [
        (index::PATH, index),
        (demo::PATH, journal),
        (origin::PATH, origin),
    ] {
        wanted.insert(format!("template/{name}"), State::File(contents));
    }
    for (name, contents) in twins {
        wanted.insert(format!("template/{name}"), State::File(contents));
    }
    for (name, target) in links::derive(&tree, &questions) {
        wanted.insert(format!("generator/embed/{name}"), State::Link(target));
    }
    for (name, contents) in app::render(&template, "burrito", &[])? {
        wanted.insert(format!("examples/burrito/{name}"), State::File(contents));
    }
    for (name, contents) in example::derive(&template)? {
        let path = format!("{}/{name}", example::FOLDER);
        wanted.insert(path, State::File(contents));
    }
    Ok(wanted)
}
