//! `hoglet update` from outside: every rule for files, conflicts, git, and refusals.
//!
//! The releases are synthetic (`update/releases.rs`), the apps are changed as people change them (`update/users.rs`), and
//! the results are compared with those of `git merge` (`update/reference.rs`).

#![cfg(unix)]

#[path = "update/app.rs"]
mod app;
#[path = "update/carried.rs"]
mod carried;
#[path = "update/child.rs"]
mod child;
#[path = "update/conflicts.rs"]
mod conflicts;
#[path = "update/dry_run.rs"]
mod dry_run;
#[path = "update/interrupted.rs"]
mod interrupted;
#[path = "update/pairs.rs"]
mod pairs;
#[path = "update/random_edits.rs"]
mod random_edits;
#[path = "update/reference.rs"]
mod reference;
#[path = "update/refusals.rs"]
mod refusals;
#[path = "update/releases.rs"]
mod releases;
#[path = "update/steps.rs"]
mod steps;
#[path = "update/users.rs"]
mod users;
