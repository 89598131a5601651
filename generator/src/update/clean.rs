//! The check for uncommitted changes, which the user could not tell from those of an update.

use std::path::Path;

use crate::error::Error;
use crate::output;
use crate::update::arguments::Arguments;
use crate::update::unresolved::Unresolved;
use crate::write::git;
use crate::write::git::work_tree::WorkTree;

/// The repository of the app. With `--force`, a repository that git cannot read is ignored.
pub fn find_work_tree(app: &Path, force: bool) -> Result<Option<WorkTree>, Error> {
    match WorkTree::of(app) {
        Err(error) if force => {
            output::note(&error);
            Ok(None)
        }
        found => found,
    }
}

/// Refuses an app with unresolved conflicts or uncommitted changes.
pub fn require_clean(
    app: &Path,
    work_tree: Option<&WorkTree>,
    unresolved: Vec<Unresolved>,
    arguments: &Arguments,
) -> Result<(), Error> {
    if !unresolved.is_empty() {
        let files = unresolved.into_iter();
        return Err(Error::Unmerged {
            paths: files.map(|unresolved| unresolved.file).collect(),
        });
    }
    // A dry run changes nothing.
    if arguments.force || arguments.dry_run {
        return Ok(());
    }
    let Some(work_tree) = work_tree else {
        if git::is_inside_work_tree(app) {
            output::note("git is not installed, so hoglet cannot check for uncommitted changes");
        }
        return Ok(());
    };
    let paths = work_tree.uncommitted()?;
    match paths.is_empty() {
        true => Ok(()),
        false => Err(Error::Uncommitted { paths }),
    }
}
