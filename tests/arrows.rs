//! Arrows between modules point one way: neither the app nor `hoglet-web` has a circle of modules, and the generator none of
//! its parts.
//!
//! A module points to another one where it names it or something in it: in a `use`, in a type, in a function's body. That a
//! module contains another one is no arrow, and what only tests need is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, File, Item, UseTree};

/// A module as its path in the crate; the crate itself is empty.
type Module = Vec<String>;
type Arrows = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn the_app_has_no_circle_of_modules() {
    assert_acyclic("template/src");
}

#[test]
fn hoglet_web_has_no_circle_of_modules() {
    assert_acyclic("template/vendor/hoglet-web/src");
}

#[test]
fn the_generator_has_no_circle_of_parts() {
    let parts = at_the_top(&arrows_of("generator/src"));
    assert_none("generator/src", circle(&parts));
}

#[test]
fn a_circle_is_found_wherever_it_is_written() {
    let of = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(module, code)| {
            let file: File = syn::parse_str(code).expect("Rust");
            (path(module), file)
        });
        arrows(&files.collect())
    };
    let circles = |files: &[(&str, &str)]| circle(&of(files)).is_some();
    let a = ("a", "use crate::b::B; pub struct A;");
    assert!(circles(&[a, ("b", "use super::a::A; pub struct B;")]));
    assert!(circles(&[a, ("b", "fn b() { crate::a::f(); }")]));
    assert!(circles(&[a, ("b", "struct B(Vec<crate::a::A>);")]));
    assert!(circles(&[
        ("a", "use crate::c; mod b;"),
        ("c", "use crate::{a::b::{self}};"),
        ("a::b", "use super::Thing;"),
    ]));
    // No circle of single modules, but one of `a` and `b` with all that is in them.
    let folders = [
        ("a", ""),
        ("a::one", "use crate::b;"),
        ("b", ""),
        ("b::one", "use crate::a;"),
    ];
    assert!(!circles(&folders));
    assert!(circle(&at_the_top(&of(&folders))).is_some());
    assert!(!circles(&[a, ("b", "pub struct B;")]));
    assert!(!circles(&[
        a,
        ("b", "#[cfg(test)] mod tests { use crate::a::A; }")
    ]));
    assert!(!circles(&[
        ("a", "pub mod b; pub use b::B;"),
        ("a::b", "use super::c;"),
        ("a::c", "")
    ]));
}

#[track_caller]
fn assert_acyclic(source: &str) {
    let arrows = arrows_of(source);
    assert_none(
        source,
        circle(&arrows).or_else(|| circle(&at_the_top(&arrows))),
    );
}

#[track_caller]
fn assert_none(source: &str, circle: Option<Vec<Module>>) {
    if let Some(circle) = circle {
        let circle: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
        panic!("{source}: a circle of modules: {}", circle.join(" → "));
    }
}

#[track_caller]
fn arrows_of(source: &str) -> Arrows {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(source);
    let mut files = BTreeMap::new();
    read(&folder, &Module::new(), &mut files);
    let arrows = arrows(&files);
    assert!(arrows.len() > 10, "{source}: {} modules", arrows.len());
    arrows
}

/// Every module of a folder, parsed.
fn read(folder: &Path, module: &Module, files: &mut BTreeMap<Module, File>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let mut inner = module.clone();
        match name.expect("UTF-8") {
            "main" => continue,
            tests if tests.ends_with("_tests") => continue,
            "lib" => {}
            name => inner.push(name.to_owned()),
        }
        if path.is_dir() {
            read(&path, &inner, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let code = fs::read_to_string(&path).expect("a readable file");
            let file = syn::parse_file(&code);
            files.insert(
                inner,
                file.unwrap_or_else(|error| panic!("{path:?}: {error}")),
            );
        }
    }
}

fn arrows(files: &BTreeMap<Module, File>) -> Arrows {
    let arrows = files.iter().map(|(module, file)| {
        let mut names = Names::default();
        names.visit_file(file);
        let targets = names
            .0
            .iter()
            .filter_map(|name| target(files, module, name));
        (
            module.clone(),
            targets.filter(|target| target != module).collect(),
        )
    });
    arrows.collect()
}

/// The arrows between the crate's top modules, each with all that is in it.
fn at_the_top(arrows: &Arrows) -> Arrows {
    let top = |module: &Module| module[..module.len().min(1)].to_vec();
    let mut tops = Arrows::new();
    for (module, targets) in arrows {
        let from = top(module);
        let targets = targets.iter().map(top).filter(|target| *target != from);
        tops.entry(from.clone()).or_default().extend(targets);
    }
    tops
}

/// The module that a name leads to; none for other crates.
fn target(files: &BTreeMap<Module, File>, module: &Module, name: &[String]) -> Option<Module> {
    let mut at = module.clone();
    let mut rest = name;
    match name.first()?.as_str() {
        "crate" => {
            at.clear();
            rest = &name[1..];
        }
        "self" => rest = &name[1..],
        "super" => {}
        child => {
            let child = [module.as_slice(), &[child.to_owned()]].concat();
            files.get(&child)?;
        }
    }
    while let Some(("super", more)) = rest
        .split_first()
        .map(|(first, more)| (first.as_str(), more))
    {
        at.pop();
        rest = more;
    }
    for segment in rest {
        at.push(segment.clone());
        if !files.contains_key(&at) {
            at.pop();
            break;
        }
    }
    Some(at)
}

/// A circle, where there is one.
fn circle(arrows: &Arrows) -> Option<Vec<Module>> {
    let mut done = BTreeSet::new();
    let mut found = None;
    for module in arrows.keys() {
        found = found.or_else(|| follow(arrows, module, &mut Vec::new(), &mut done));
    }
    found
}

fn follow(
    arrows: &Arrows,
    module: &Module,
    way: &mut Vec<Module>,
    done: &mut BTreeSet<Module>,
) -> Option<Vec<Module>> {
    if let Some(begin) = way.iter().position(|before| before == module) {
        let back = [module.clone()];
        return Some([&way[begin..], &back].concat());
    }
    if !done.insert(module.clone()) {
        return None;
    }
    way.push(module.clone());
    for target in &arrows[module] {
        if let Some(circle) = follow(arrows, target, way, done) {
            return Some(circle);
        }
    }
    way.pop();
    None
}

/// The names in a file that may lead to a module, one word an entry.
#[derive(Default)]
struct Names(Vec<Vec<String>>);

impl Names {
    fn add_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |word: String| [before, &[word]].concat();
        match tree {
            UseTree::Path(path) => self.add_tree(&with(path.ident.to_string()), &path.tree),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(before, tree);
                }
            }
            UseTree::Name(name) if name.ident == "self" => self.0.push(before.to_vec()),
            UseTree::Name(name) => self.0.push(with(name.ident.to_string())),
            UseTree::Rename(rename) => self.0.push(with(rename.ident.to_string())),
            UseTree::Glob(_) => self.0.push(before.to_vec()),
        }
    }
}

impl Visit<'_> for Names {
    fn visit_item(&mut self, item: &Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !attributes.iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    /// `pub(super)` names who may look, not what is used.
    fn visit_visibility(&mut self, _: &syn::Visibility) {}

    fn visit_path(&mut self, path: &syn::Path) {
        let words = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.0.push(words.collect());
        visit::visit_path(self, path);
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let test = |meta: &syn::Meta| matches!(meta, syn::Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test");
    test(&attribute.meta)
}

fn path(module: &str) -> Module {
    module.split("::").map(str::to_owned).collect()
}
