//! The plan of an update: the outcome for every file. Reads the app and changes nothing.

mod absent;
mod needed;
mod own;
mod pairs;
mod present;

use std::path::Path;

use self::pairs::Pair;
use crate::base::Files;
use crate::error::Error;
use crate::generate::journal;
use crate::update::merge::Labels;
use crate::update::mine::Mine;
use crate::update::outcome::FileUpdate;
use crate::update::renames::Renames;

/// Files that are not merged. `Cargo.lock` is created again, and `.env` belongs only to the user.
pub const EXCLUDED: [&str; 2] = ["Cargo.lock", ".env"];

/// The three trees of an update. Mine is the folder `app` on the disk.
#[derive(Debug)]
pub struct Trees<'a> {
    pub app: &'a Path,
    pub base: &'a Files,
    pub theirs: &'a Files,
    pub renames: &'a Renames,
    pub labels: &'a Labels,
}

/// The updates of all files except `Cargo.lock`, sorted by path.
pub fn plan(trees: &Trees) -> Result<Vec<FileUpdate>, Error> {
    let mine = Mine::of(trees.app)?;
    let mut pairs = pairs::pairs(trees.base, trees.theirs, trees.renames, &mine);
    pairs.retain(|pair| !EXCLUDED.contains(&pair.to));

    let mut updates = Vec::new();
    let (mut present, mut absent) = (Vec::new(), Vec::new());
    for pair in pairs.iter().filter(|pair| !pair.is_unchanged()) {
        let contents = match pair.from {
            Some(from) => mine.read(from)?,
            None => None,
        };
        match (contents, pair.theirs) {
            (None, None) => {}
            (None, Some(_)) => absent.push(*pair),
            (Some(contents), None) => updates.push(present::without_theirs(pair, contents)),
            (Some(contents), Some(theirs)) => {
                present.push(*pair);
                let (labels, renames) = (trees.labels, trees.renames);
                let update = present::with_theirs(pair, contents, theirs, labels, renames);
                updates.extend(update);
            }
        }
    }
    if !absent.is_empty() {
        let absent = absent::updates(&absent, &present, &pairs, trees.theirs, &mine)?;
        updates.extend(absent);
    }
    let is_merged = pairs
        .iter()
        .any(|pair| pair.to == journal::PATH && !pair.is_unchanged());
    if !is_merged && !trees.renames.is_empty() {
        updates.extend(journal_with_new_paths(trees, &mine)?);
    }
    let is_of_template = |path: &str| {
        trees.base.contains_key(path) || trees.theirs.contains_key(path) || EXCLUDED.contains(&path)
    };
    updates.extend(own::updates(trees.renames, &mine, is_of_template)?);
    updates.sort_by(|one, other| one.path.cmp(&other.path));
    refuse_links_between(&updates, &mine)?;
    Ok(updates)
}

/// The journal with the new paths of files that moved.
///
/// It names the user's own files, too, so it may change even if the template has the same journal as before.
fn journal_with_new_paths(trees: &Trees, mine: &Mine) -> Result<Option<FileUpdate>, Error> {
    let Some(contents) = mine.read(journal::PATH)? else {
        return Ok(None);
    };
    let pair = Pair {
        from: Some(journal::PATH),
        to: journal::PATH,
        base: trees.base.get(journal::PATH).map(Vec::as_slice),
        theirs: None,
    };
    Ok(present::merged_with_its_base(
        &pair,
        contents,
        trees.labels,
        trees.renames,
    ))
}

/// Refuses a link if the update changes both the link and its file. Both changes would be written to the same file.
fn refuse_links_between(updates: &[FileUpdate], mine: &Mine) -> Result<(), Error> {
    for update in updates.iter().filter(|update| update.before.is_some()) {
        let path = update.moved_from.as_ref().unwrap_or(&update.path);
        let changes = |path: &str| updates.iter().any(|update| update.path == path);
        if mine.link(path).is_some_and(|target| changes(&target)) {
            return Err(mine.in_the_way(path));
        }
    }
    Ok(())
}
