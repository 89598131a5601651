//! Reads the modules of a crate, and the other modules that each module names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Attribute, File, Item, UseTree};

use crate::graph::{Arrows, Module};

/// Every module of a folder, parsed.
pub fn read(folder: &Path, module: &Module, files: &mut BTreeMap<Module, File>) {
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

pub fn arrows(files: &BTreeMap<Module, File>) -> Arrows {
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

/// The module that a name refers to; `None` for other crates.
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

/// The names in a file that may refer to a module, each as a list of its parts.
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

    /// Ignores `pub(super)`, which names a module but uses nothing of it.
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
