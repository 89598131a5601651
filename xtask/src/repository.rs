//! The files of this repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::Tree;

/// The top of the repository.
pub fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate is in a folder of the repository")
}

/// The files below a folder that git tracks, or would track if they were added.
///
/// Paths are relative to the folder.
pub fn tracked(folder: &str) -> anyhow::Result<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others"])
        .args(["--exclude-standard", "--deduplicate", "--", folder])
        .current_dir(top());
    let mut paths: Vec<String> = output(&mut git)?
        .split_terminator('\0')
        // Leave out files that are deleted but still in git's index. A link counts even if its target is missing.
        .filter(|path| top().join(path).is_symlink() || top().join(path).exists())
        .filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'))
        .map(str::to_owned)
        .collect();
    paths.sort();
    Ok(paths)
}

/// The tracked files below a folder, as they are on the disk.
pub fn read(folder: &str) -> anyhow::Result<Tree> {
    let mut tree = Tree::new();
    for name in tracked(folder)? {
        let path = top().join(folder).join(&name);
        let contents = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        tree.insert(name, contents);
    }
    Ok(tree)
}

/// All files below a folder, as they are on the disk.
///
/// Paths are relative to the folder.
pub fn files(folder: &Path) -> anyhow::Result<Tree> {
    let mut tree = Tree::new();
    collect(folder, "", &mut tree).with_context(|| format!("reading {}", folder.display()))?;
    Ok(tree)
}

fn collect(folder: &Path, prefix: &str, tree: &mut Tree) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().context("a file's name is not UTF-8")?;
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), tree)?;
        } else {
            tree.insert(format!("{prefix}{name}"), fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Runs a command and returns what it prints.
///
/// # Errors
///
/// Fails with the text that the command prints on stderr.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .output()
        .with_context(|| format!("{command:?} does not start"))?;
    ensure!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).context("the output is not UTF-8")
}

/// Writes a tree into a folder.
pub fn write(folder: &Path, tree: &Tree) -> anyhow::Result<()> {
    for (name, contents) in tree {
        write_file(&folder.join(name), contents)?;
    }
    Ok(())
}

/// Writes a file, and creates its folders if they are missing.
pub fn write_file(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, contents))
        .with_context(|| format!("writing {}", path.display()))
}
