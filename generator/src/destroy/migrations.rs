//! The migrations of a part.
//!
//! Those that have not run are deleted. A new migration reverts the others.

use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::check;
use crate::generate::draft::Draft;
use crate::generate::facts::AppFacts;
use crate::generate::journal::Entry;
use crate::generate::report::ByHand;
use crate::generate::splice::{self, Place, Refusal};
use crate::generate::templates::Templates;

const LIST: &str = "src/migrations.rs";
const FOLDER: &str = "src/migrations/";

/// Keeps the migrations that may have run, and adds a migration that reverts each.
///
/// If `migrated` is set, the user says that they have run. Returns the next steps for the user.
pub fn revert(
    entry: &mut Entry,
    (app, migrated): (&AppFacts, bool),
    templates: &Templates,
    draft: &mut Draft,
    by_hand: &mut Vec<ByHand>,
) -> Result<Vec<String>, Error> {
    let files = entry.file.iter().map(|file| file.path.as_str());
    let ours: Vec<String> = files.filter_map(name).map(str::to_owned).collect();
    let mut next: Vec<String> = elsewhere(entry).map(still_in_the_database).collect();
    let mut taken = app.migrations.clone();
    // The newest migration is reverted first, as by `migrate down`.
    for migration in ours.iter().rev() {
        if !migrated && !is_followed(migration, &app.migrations, &ours) {
            next.push(still_in_the_database(migration) + ", or add --migrated");
            continue;
        }
        entry
            .file
            .retain(|file| name(&file.path) != Some(migration));
        entry
            .line
            .retain(|line| !(line.path == LIST && line.text.contains(migration.as_str())));
        let new = format!("m{}_{}", check::free_time(&taken), reverting(migration));
        let values = Object::from_iter([("migration".into(), Value::scalar(migration.clone()))]);
        let text = templates.render("destroy/migration.rs", &values)?;
        draft.write(&format!("{FOLDER}{new}.rs"), text)?;
        by_hand.extend(add_to_list(&new, draft)?);
        next.push(format!(
            "cargo run migrate up    # Runs {new}, which reverts {migration}"
        ));
        taken.push(new);
    }
    Ok(next)
}

/// Adds a migration to `src/migrations.rs`. Returns the lines that the user must add by hand.
fn add_to_list(migration: &str, draft: &mut Draft) -> Result<Vec<ByHand>, Error> {
    let function = "migrations";
    let mut by_hand = Vec::new();
    for (place, text) in [
        (Place::Modules, format!("mod {migration};")),
        (
            Place::Vec { function },
            format!("Box::new({migration}::Migration),"),
        ),
    ] {
        let list = draft.read(LIST)?.unwrap_or_default();
        let inserted = match str::from_utf8(list) {
            Ok(list) => splice::insert(list, &place, &text),
            Err(_) => Err(Refusal::not_utf8()),
        };
        match inserted {
            Ok(spliced) => draft.write(LIST, spliced.file)?,
            Err(refusal) => by_hand.push(ByHand {
                file: LIST.to_owned(),
                line: refusal.line,
                reason: refusal.reason,
                text,
            }),
        }
    }
    Ok(by_hand)
}

/// The migrations outside of `src/migrations/`, such as those of the demo.
///
/// They are deleted with the other files of the part.
fn elsewhere(entry: &Entry) -> impl Iterator<Item = &str> {
    let files = entry.file.iter().map(|file| file.path.as_str());
    let others = files.filter(|path| !path.starts_with(FOLDER));
    let names = others.filter_map(|path| path.rsplit('/').next()?.strip_suffix(".rs"));
    names
        .filter(|name| name.starts_with('m') && name[1..].starts_with(|c: char| c.is_ascii_digit()))
}

fn still_in_the_database(migration: &str) -> String {
    format!(
        "If {migration} has run, its changes are still in the database. To revert them, undo this command with git, \
         run `cargo run migrate down`, and repeat the command"
    )
}

/// The name of the migration in a file, such as `m20261201_143000_create_posts`.
fn name(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER)?.strip_suffix(".rs")
}

/// Whether a migration of another part comes after it. Then a database may have run both.
fn is_followed(migration: &str, all: &[String], ours: &[String]) -> bool {
    let mut after = all.iter().skip_while(|other| *other != migration);
    after.any(|other| !ours.contains(other))
}

/// `drop_posts` for `m20261201_143000_create_posts`.
fn reverting(migration: &str) -> String {
    let name = migration.splitn(3, '_').nth(2).unwrap_or(migration);
    match name.strip_prefix("create_") {
        Some(table) => format!("drop_{table}"),
        None => format!("revert_{name}"),
    }
}
