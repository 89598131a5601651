//! Whether the template needs a file that the user deleted. It does if it added a line elsewhere that names the file.

use std::collections::HashMap;

use regex::bytes::Regex;

use crate::base::Files;
use crate::line_ends;

/// The lines that the template added to a file.
pub struct Additions<'a> {
    path: &'a str,
    text: String,
}

impl<'a> Additions<'a> {
    /// `None` for a file that is not text, and for documentation. Comments are left out, because they need no other file.
    pub fn of(path: &'a str, base: Option<&[u8]>, theirs: &[u8]) -> Option<Self> {
        if path.ends_with(".md") {
            return None;
        }
        let base = line_ends::text(base.unwrap_or_default())?;
        let theirs = line_ends::text(theirs)?;
        let mut kept: HashMap<&str, usize> = HashMap::new();
        for line in base.lines() {
            *kept.entry(line).or_default() += 1;
        }
        let mut text = String::new();
        for line in theirs.lines() {
            if let Some(count) = kept.get_mut(line).filter(|count| **count > 0) {
                *count -= 1;
            } else if !line.trim_start().starts_with("//") {
                text += line;
                text.push('\n');
            }
        }
        Some(Self { path, text })
    }
}

/// The ways in which other files can name a file.
pub struct Names<'a> {
    path: &'a str,
    /// Its path, or the end of its path, in quotes.
    quoted_path: Option<Regex>,
    /// Its name in quotes. This counts only in the same folder, or everywhere if no other file has this name.
    quoted_name: Regex,
    is_only_one: bool,
    module: Option<Module>,
}

/// The module of a Rust file.
struct Module {
    /// The files that may declare it.
    parents: Vec<String>,
    declared: Regex,
    named_by_parent: Regex,
    named_by_sibling: Regex,
}

impl<'a> Names<'a> {
    pub fn of(path: &'a str, theirs: &Files) -> Self {
        let (folder, name) = split(path);
        let mut others = theirs.keys().filter(|other| *other != path);
        Self {
            path,
            quoted_path: (!folder.is_empty()).then(|| quoted(&ends(folder), name)),
            quoted_name: quoted("", name),
            is_only_one: !others.any(|other| split(other).1 == name),
            module: Module::of(path, theirs),
        }
    }

    pub fn are_in(&self, additions: &Additions) -> bool {
        let is_in = |pattern: &Regex| pattern.is_match(additions.text.as_bytes());
        let folder = split(self.path).0;
        let is_sibling = split(additions.path).0 == folder;
        if additions.path == self.path {
            return false;
        }
        if self.quoted_path.as_ref().is_some_and(is_in)
            || (self.is_only_one || is_sibling) && is_in(&self.quoted_name)
        {
            return true;
        }
        let Some(module) = self.module.as_ref().filter(|_| is_rust(additions.path)) else {
            return false;
        };
        let is_parent = module.parents.iter().any(|path| path == additions.path);
        is_in(&module.named_by_parent)
            || is_parent && is_in(&module.declared)
            || is_sibling && is_in(&module.named_by_sibling)
    }
}

impl Module {
    fn of(path: &str, theirs: &Files) -> Option<Self> {
        let (mut folder, file) = split(path);
        let mut name = file.strip_suffix(".rs")?;
        if name == "mod" {
            (folder, name) = split(folder);
        }
        if name.is_empty() || ["build", "lib", "main"].contains(&name) {
            return None;
        }
        let file = |name: &str| join(folder, name);
        let parents = vec![
            format!("{folder}.rs"),
            file("mod.rs"),
            file("lib.rs"),
            file("main.rs"),
        ];
        let is_root = theirs.contains_key(&file("lib.rs")) || theirs.contains_key(&file("main.rs"));
        let mut parent_names = vec![split(folder).1.to_owned()];
        if is_root {
            parent_names.push("crate".to_owned());
            parent_names.extend(crate_name(split(folder).0, theirs));
        }
        let name = regex::escape(name);
        Some(Self {
            parents,
            declared: pattern(&format!(
                r"\bmod {name};|(?m:^|[^\w:]){name}::|\bself::{name}\b"
            )),
            named_by_parent: below(&parent_names, &name),
            named_by_sibling: below(&["super".to_owned()], &name),
        })
    }
}

/// `parent::name` and `parent::{other, name}`.
fn below(parents: &[String], name: &str) -> Regex {
    let parents: Vec<String> = parents.iter().map(|name| regex::escape(name)).collect();
    let parents = parents.join("|");
    pattern(&format!(
        r"\b(?:{parents})::(?:{name}\b|\{{(?:[^{{}}]*,)?\s*{name}\b)"
    ))
}

/// The name of the crate in a folder, as Rust code writes it.
fn crate_name(folder: &str, theirs: &Files) -> Option<String> {
    let manifest = theirs.get(&join(folder, "Cargo.toml"))?;
    let lines = str::from_utf8(manifest).ok()?.lines();
    let mut names = lines.filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    names.next().map(|name| name.replace('-', "_"))
}

/// A pattern for a path in quotes. `folders` is itself a pattern.
fn quoted(folders: &str, name: &str) -> Regex {
    let name = regex::escape(name);
    pattern(&format!(r#"["'](?:\.{{0,2}}/)*{folders}{name}["']"#))
}

/// A pattern for the last folders of a path. For `a/b` it matches `a/b/` and `b/`.
fn ends(folder: &str) -> String {
    let mut pattern = String::new();
    for part in folder.split('/') {
        let part = regex::escape(part);
        pattern = if pattern.is_empty() {
            format!("{part}/")
        } else {
            format!("(?:{pattern})?{part}/")
        };
    }
    pattern
}

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?-u){text}")).expect("the names in it are escaped")
}

fn is_rust(path: &str) -> bool {
    split(path).1.ends_with(".rs")
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}
