//! Finds the cargo workspaces around a new app. Reads the disk and changes nothing.
//!
//! An app is a workspace of its own. Cargo allows it inside another workspace only if the outer workspace does not include
//! it. If a pattern in the outer `members` includes the app, cargo refuses to build both until the app is excluded. Cargo
//! also refuses an included folder without a manifest, such as a folder above the app or inside it.

use std::fs;
use std::path::Path;

use glob::{MatchOptions, Pattern};

use crate::file::File;
use crate::shared::env_text::without_byte_order_mark;

const MANIFEST: &str = "Cargo.toml";

/// A note for each workspace that includes the app, with the line it needs.
pub fn notes(app: &Path, files: &[File]) -> Vec<String> {
    let around = app.ancestors().skip(1);
    around
        .filter_map(|folder| note(folder, app, files))
        .collect()
}

fn note(folder: &Path, app: &Path, files: &[File]) -> Option<String> {
    let file = folder.join(MANIFEST);
    let manifest = fs::read_to_string(&file).ok()?;
    // Cargo itself reports a broken manifest.
    let manifest: toml::Table = toml::from_str(without_byte_order_mark(&manifest)).ok()?;
    let workspace = manifest.get("workspace")?;
    let (members, excluded) = (list(workspace, "members"), list(workspace, "exclude"));
    let app = with_slashes(app.strip_prefix(folder).ok()?);
    let is_included = |place: &String| members.iter().any(|member| includes(member, place));
    let above = folders_above(&app).filter(|place| !folder.join(place).join(MANIFEST).exists());
    let inside = files.iter().flat_map(|file| folders_above(&file.path));
    let inside = inside.map(|place| format!("{app}/{place}"));
    let place = above.chain([app.clone()]).chain(inside).find(is_included)?;
    let member = members.iter().find(|member| includes(member, &place))?;
    // Excluding a folder also excludes everything in it.
    let place = if place.starts_with(&app) { app } else { place };

    let file = file.display();
    let begins = |other: &String| Path::new(&place).starts_with(other);
    // `exclude` has no effect on a path that `members` names.
    if let Some(named) = members.iter().find(|member| begins(member)) {
        return Some(format!(
            "the workspace of `{file}` has `{named}` among its members, but the app is a workspace of its own: \
             remove it from `members` there"
        ));
    }
    if excluded.iter().any(begins) {
        return None;
    }
    let mut line = excluded;
    line.push(place.clone());
    let line = serde_json::to_string(&line).unwrap_or_default();
    let line = line.replace("\",\"", "\", \"");
    Some(format!(
        "the workspace of `{file}` includes `{place}` by its members `{member}`, but the app is a workspace of its own: \
         write `exclude = {line}` into its [workspace]"
    ))
}

/// `a` and `a/b` for `a/b/c`.
fn folders_above(path: &str) -> impl Iterator<Item = String> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    ends.map(|at| path[..at].to_owned())
}

/// The paths of a list in a manifest, without `./` at the start and `/` at the end.
fn list(workspace: &toml::Value, key: &str) -> Vec<String> {
    let paths = workspace.get(key).and_then(toml::Value::as_array);
    let paths = paths
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
        .map(|path| path.trim_start_matches("./").trim_end_matches('/'));
    paths.map(str::to_owned).collect()
}

/// Whether a pattern matches a path by cargo's rules.
///
/// `*` matches within one part of a path, and `**` matches across parts.
fn includes(member: &str, path: &str) -> bool {
    let options = MatchOptions {
        require_literal_separator: true,
        ..MatchOptions::new()
    };
    Pattern::new(member).is_ok_and(|pattern| pattern.matches_with(path, options))
}

fn with_slashes(path: &Path) -> String {
    let parts = path.components().map(|part| part.as_os_str());
    let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
