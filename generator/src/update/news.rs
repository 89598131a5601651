//! The news of the target release: notes, settings and migrations.

use std::collections::BTreeSet;

use semver::Version;

use crate::base::Files;
use crate::releases::{Release, Releases};
use crate::update::outcome::{FileUpdate, Outcome};

const SETTINGS: &str = ".env.example";

/// The releases after the base, up to the target.
pub fn releases_between<'a>(
    releases: &'a Releases,
    base: &Version,
    target: &Version,
) -> impl Iterator<Item = &'a Release> {
    let all = releases.all().iter();
    all.filter(move |release| release.version > *base && release.version <= *target)
}

/// The variables that are new in `.env.example`.
pub fn settings(base: &Files, theirs: &Files) -> Vec<String> {
    let [old, new] = [base, theirs].map(|files| {
        let text = files.get(SETTINGS).map_or(&[][..], Vec::as_slice);
        variables(str::from_utf8(text).unwrap_or_default())
    });
    let new = new.into_iter().filter(|name| !old.contains(name));
    new.map(str::to_owned).collect()
}

/// The names of the variables, in the order of the file. A variable with a default is in a comment: `# PORT=8000`.
fn variables(text: &str) -> Vec<&str> {
    let names = text.lines().filter_map(|line| {
        let (name, _) = line.trim_start_matches(['#', ' ']).split_once('=')?;
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        (!name.is_empty() && name.chars().all(is_name)).then_some(name)
    });
    names.collect()
}

/// The names of the migrations that the update adds, in the order in which they run.
pub fn migrations(updates: &[FileUpdate]) -> Vec<String> {
    let created = updates
        .iter()
        .filter(|update| update.outcome == Outcome::Created);
    let names = created.filter_map(|update| migration(&update.path));
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    names.into_iter().collect()
}

/// The migration in a file of the app or of a crate in `vendor/`.
fn migration(path: &str) -> Option<&str> {
    let in_crate = match path.strip_prefix("vendor/") {
        Some(path) => path.split_once('/')?.1,
        None => path,
    };
    let name = in_crate.strip_prefix("src/migrations/")?;
    let name = name.strip_suffix(".rs")?;
    // A migration is such as `m20261121_143000_create_users`. The folder may contain other modules.
    let is_migration = name.starts_with('m') && name[1..].starts_with(|c: char| c.is_ascii_digit());
    is_migration.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_settings_are_found_in_comments_too() {
        let files = |text: &str| Files::from([(SETTINGS.to_owned(), text.as_bytes().to_vec())]);
        let old = files("# The port = the number.\n# PORT=8000\nHOST=a\n");
        let new = files("# HOST=b\n# PORT=1\n# CACHE_URL=\nKEY=\n");
        assert_eq!(settings(&old, &new), ["CACHE_URL", "KEY"]);
        assert_eq!(settings(&new, &new), [""; 0]);
        assert_eq!(settings(&Files::new(), &files("A=\n")), ["A"]);
    }

    #[test]
    fn migrations_run_in_the_order_of_their_names() {
        let update = |path: &str, outcome: Outcome| FileUpdate {
            path: path.to_owned(),
            moved_from: None,
            outcome,
            before: None,
            after: None,
        };
        let created = [
            "vendor/hoglet-jobs/src/migrations/m20270101_090000_jobs.rs",
            "src/migrations/m20260101_090000_posts.rs",
            "src/migrations/helper.rs",
            "src/migrations.rs",
            "vendor/notes.md",
        ];
        let mut updates: Vec<FileUpdate> = created
            .iter()
            .map(|path| update(path, Outcome::Created))
            .collect();
        updates.push(update(
            "src/migrations/m20250101_090000_users.rs",
            Outcome::Replaced,
        ));
        assert_eq!(
            migrations(&updates),
            ["m20260101_090000_posts", "m20270101_090000_jobs"]
        );
    }
}
