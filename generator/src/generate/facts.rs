//! [`AppFacts`]: the facts about an app that the generators need.
//!
//! They are read from the app's files, so the app need not compile. Names that are taken are found in the tokens of the
//! Rust files, so comments and formatting do not matter. A file whose tokens cannot be read is skipped.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use crate::error::Error;
use crate::generate::tokens::{self, Declared};
use crate::project::{MARK, Project};
use crate::shared::env_text::without_byte_order_mark;

const THREADS: usize = 4;
const MIGRATIONS: &str = "src/migrations.rs";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppFacts {
    /// The package's name.
    pub name: String,
    /// Whether the feature `posthog` is among the app's default features.
    pub posthog: bool,
    /// Whether the app's database is PostgreSQL (`database` in `.hoglet.toml`).
    pub postgres: bool,
    /// All files of `src/`, `templates/` and `tests/`, relative to the app.
    pub files: BTreeSet<String>,
    /// Paths of routes that are taken. Like the next four lists, it includes the names in `vendor/`.
    pub routes: BTreeSet<String>,
    pub events: BTreeSet<String>,
    pub flags: BTreeSet<String>,
    pub jobs: BTreeSet<String>,
    pub tables: BTreeSet<String>,
    /// The names of the variables in `.env.example`.
    pub variables: BTreeSet<String>,
    /// The names of the migrations, oldest first.
    pub migrations: Vec<String>,
}

impl AppFacts {
    /// Reads them from the files of the app.
    pub fn read(project: &Project) -> Result<Self, Error> {
        let root = &project.root;
        let mut files = BTreeSet::new();
        for folder in ["src", "templates", "tests"] {
            list(root, folder, &mut files)?;
        }
        let vendored = vendored(root)?;
        let code = files.iter().filter(|path| path.ends_with(".rs"));
        let code: Vec<&String> = code.chain(&vendored).collect();
        let declared = declared(root, &code);
        let migrations = fs::read_to_string(root.join(MIGRATIONS)).unwrap_or_default();
        let default_features = default_features(root);
        Ok(Self {
            name: project.name.clone(),
            posthog: default_features.iter().any(|feature| feature == "posthog"),
            postgres: database(root).as_deref() == Some("postgres"),
            files,
            routes: declared.routes,
            events: declared.events,
            flags: declared.flags,
            jobs: declared.jobs,
            tables: declared.tables,
            variables: variables(&root.join(".env.example")),
            migrations: tokens::migrations(&migrations),
        })
    }
}

/// The names that the files declare.
///
/// Several threads read the files, because some hundred files take longer than the rest of a command.
fn declared(root: &Path, paths: &[&String]) -> Declared {
    let read = |paths: &[&String]| {
        let mut declared = Declared::default();
        for path in paths {
            if let Ok(code) = fs::read_to_string(root.join(path)) {
                declared.read(without_byte_order_mark(&code));
            }
        }
        declared
    };
    thread::scope(|scope| {
        let parts = paths.chunks(paths.len().div_ceil(THREADS).max(1));
        let threads: Vec<_> = parts.map(|part| scope.spawn(move || read(part))).collect();
        let mut all = Declared::default();
        for thread in threads {
            all.extend(thread.join().expect("reading a file does not panic"));
        }
        all
    })
}

/// The Rust files of the crates in `vendor/`, without their tests.
fn vendored(root: &Path) -> Result<BTreeSet<String>, Error> {
    let mut files = BTreeSet::new();
    let Ok(crates) = fs::read_dir(root.join("vendor")) else {
        return Ok(files);
    };
    for vendored in crates.flatten() {
        if let Some(name) = vendored.file_name().to_str() {
            list(root, &format!("vendor/{name}/src"), &mut files)?;
        }
    }
    files.retain(|path| path.ends_with(".rs"));
    Ok(files)
}

/// Adds the files of a folder and of the folders in it. A missing folder has none.
fn list(root: &Path, folder: &str, files: &mut BTreeSet<String>) -> Result<(), Error> {
    let path = root.join(folder);
    if !path.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(&path).map_err(Error::disk("read", &path))? {
        let entry = entry.map_err(Error::disk("read", &path))?;
        // A name that is not UTF-8 cannot be the name of a generated file.
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        let name = format!("{folder}/{name}");
        // Links to folders are not followed, because they could lead in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            list(root, &name, files)?;
        } else {
            files.insert(name);
        }
    }
    Ok(())
}

/// The names of the variables in `.env.example`: `# NAME=default`.
fn variables(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let names = text.lines().filter_map(|line| {
        let (name, _) = line.trim_start_matches(['#', ' ']).split_once('=')?;
        let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        name.chars().all(is_part).then(|| name.to_owned())
    });
    names.collect()
}

fn table(file: &Path) -> toml::Table {
    let text = fs::read_to_string(file).unwrap_or_default();
    toml::from_str(without_byte_order_mark(&text)).unwrap_or_default()
}

fn database(root: &Path) -> Option<String> {
    let origin = table(&root.join(MARK));
    let database = origin.get("answers")?.get("database")?;
    database.as_str().map(str::to_owned)
}

fn default_features(root: &Path) -> Vec<String> {
    let manifest = table(&root.join("Cargo.toml"));
    let features = manifest.get("features");
    let default = features.and_then(|features| features.get("default"));
    let default = default.and_then(toml::Value::as_array);
    let names = default
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str());
    names.map(str::to_owned).collect()
}
