//! What more than one test needs.

#![expect(dead_code, reason = "each test file uses its own part of this")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hoglet::answers::Answers;
use hoglet::project_name::ProjectName;
use hoglet::render::{self, File};
use hoglet::template::Template;

/// A tree of files: relative path with `/`, contents.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// The top of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the generator has a parent")
        .to_owned()
}

/// What git tracks below a folder of the repository, or would track if it were added.
pub fn tracked(folder: &str) -> Vec<String> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--deduplicate",
            "--",
        ])
        .arg(folder)
        .current_dir(repository())
        .output()
        .expect("git runs");
    let mut paths: Vec<String> = String::from_utf8(output.stdout)
        .expect("paths are UTF-8")
        .split_terminator('\0')
        // Removed, but not yet from git's index.
        .filter(|path| repository().join(path).exists())
        .map(|path| path[folder.len() + 1..].to_owned())
        .collect();
    paths.sort();
    paths
}

/// The template as it is on the disk now, which may be newer than the one in the binary.
pub fn template_on_disk() -> Template {
    let folder = repository().join("template");
    let tree = tracked("template").into_iter().map(|path| {
        let contents = fs::read(folder.join(&path)).expect("the template is readable");
        (path, Cow::Owned(contents))
    });
    Template::new(tree).expect("the template is sound")
}

/// The app of that name, with defaults for what is not answered.
pub fn render(template: &Template, name: &str, given: &[(&str, &str)]) -> Tree {
    let name = ProjectName::new(name, template.locked_crates()).expect("a good name");
    let given: Vec<(String, String)> = given
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let mut answers = Answers::given(&template.questions, &given).expect("good answers");
    answers.complete(&template.questions);
    let files = render::render(template, &name, &answers).expect("the template renders");
    files
        .into_iter()
        .map(|File { path, contents, .. }| (path, contents.into_owned()))
        .collect()
}

/// Every file below a folder, as it is on the disk.
pub fn read_tree(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    collect(folder, folder, &mut tree);
    tree
}

fn collect(root: &Path, folder: &Path, tree: &mut Tree) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            collect(root, &path, tree);
        } else {
            let name = path
                .strip_prefix(root)
                .expect("below the root")
                .to_str()
                .expect("UTF-8")
                .replace('\\', "/");
            tree.insert(name, fs::read(&path).expect("a readable file"));
        }
    }
}

/// Writes a tree into a folder.
pub fn write_tree(folder: &Path, tree: &Tree) {
    for (name, contents) in tree {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a writable folder");
        fs::write(path, contents).expect("a writable file");
    }
}

/// Fails with the names of the files that differ, instead of all their bytes.
#[track_caller]
pub fn assert_same(left: (&str, &Tree), right: (&str, &Tree)) {
    let mut differences = Vec::new();
    for name in left
        .1
        .keys()
        .chain(right.1.keys().filter(|name| !left.1.contains_key(*name)))
    {
        match (left.1.get(name), right.1.get(name)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(_), Some(_)) => differences.push(format!("{name} differs")),
            (Some(_), None) => differences.push(format!("{name} is in {} only", left.0)),
            _ => differences.push(format!("{name} is in {} only", right.0)),
        }
    }
    assert!(
        differences.is_empty(),
        "{} and {} should be the same:\n{}",
        left.0,
        right.0,
        differences.join("\n")
    );
}
