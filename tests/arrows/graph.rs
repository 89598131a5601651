//! Modules, their dependencies (arrows), and the circles that these form.

use std::collections::{BTreeMap, BTreeSet};

/// A module, as its path in the crate. The path of the crate's root is empty.
pub type Module = Vec<String>;
pub type Arrows = BTreeMap<Module, BTreeSet<Module>>;

/// A circle of modules, or of the parts of a folder. A part is a module with everything in it.
pub fn circle(arrows: &Arrows) -> Option<Vec<Module>> {
    let folders: BTreeSet<&[String]> = arrows
        .keys()
        .filter_map(|module| module.split_last().map(|(_, folder)| folder))
        .collect();
    circle_of_modules(arrows).or_else(|| {
        let mut folders = folders.into_iter();
        folders.find_map(|folder| circle_of_modules(&parts(arrows, folder)))
    })
}

/// The arrows between the parts of a folder.
fn parts(arrows: &Arrows, folder: &[String]) -> Arrows {
    let part = |module: &Module| module[..module.len().min(folder.len() + 1)].to_vec();
    let mut parts = Arrows::new();
    for (module, targets) in arrows
        .iter()
        .filter(|(module, _)| module.starts_with(folder))
    {
        let from = part(module);
        let targets = targets.iter().filter(|target| target.starts_with(folder));
        let targets = targets.map(part).filter(|target| *target != from);
        parts.entry(from.clone()).or_default().extend(targets);
    }
    parts
}

fn circle_of_modules(arrows: &Arrows) -> Option<Vec<Module>> {
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
    path: &mut Vec<Module>,
    done: &mut BTreeSet<Module>,
) -> Option<Vec<Module>> {
    if let Some(start) = path.iter().position(|before| before == module) {
        let back = [module.clone()];
        return Some([&path[start..], &back].concat());
    }
    if !done.insert(module.clone()) {
        return None;
    }
    path.push(module.clone());
    for target in &arrows[module] {
        if let Some(circle) = follow(arrows, target, path, done) {
            return Some(circle);
        }
    }
    path.pop();
    None
}
