//! [`AppFacts`]: what the generators must know of an app. Read from its files, even if it does not compile.

use std::collections::BTreeSet;

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
    /// Paths of routes, names of events, flags, jobs and tables that are taken.
    pub routes: BTreeSet<String>,
    pub events: BTreeSet<String>,
    pub flags: BTreeSet<String>,
    pub jobs: BTreeSet<String>,
    pub tables: BTreeSet<String>,
    /// The names of the migrations, oldest first.
    pub migrations: Vec<String>,
}
