//! Unmerged entries in git's index, so that `git status`, editors and `git mergetool` know the conflicts.

use super::work_tree::{WorkTree, entries};
use super::{Failed, output, run};

/// The mode of a file that is not executable.
const MODE: &str = "100644";

/// A file with a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmergedFile {
    /// Relative to the app, with `/` between its parts.
    pub path: String,
    /// The path that it had before.
    pub moved_from: Option<String>,
    /// The base, mine and theirs. A side without the file has none.
    pub stages: [Option<Vec<u8>>; 3],
}

/// Records the conflicts, all or none. Files that git ignores are left out.
///
/// The error says what failed.
pub fn record(work_tree: &WorkTree, files: &[UnmergedFile]) -> Result<(), String> {
    try_to_record(work_tree, files).map_err(|failed| {
        format!(
            "git does not know of the conflicts, because its index could not be changed{}",
            failed.explanation()
        )
    })
}

fn try_to_record(work_tree: &WorkTree, files: &[UnmergedFile]) -> Result<(), Failed> {
    if files.is_empty() {
        return Ok(());
    }
    let mut list_ignored = work_tree.git();
    list_ignored
        .args(["ls-files", "-z", "--others", "--ignored"])
        .args(["--exclude-standard", "--"])
        .args(files.iter().map(|file| &file.path));
    let ignored = entries(&output(&mut list_ignored, &[])?);

    // The lines of `git update-index --index-info`, each with a zero byte at its end.
    let mut lines = String::new();
    for file in files.iter().filter(|file| !ignored.contains(&file.path)) {
        let path = work_tree.path_of(&file.path);
        let mut stages = Vec::new();
        for (number, contents) in (1..).zip(&file.stages) {
            if let Some(contents) = contents {
                let hash = store(work_tree, &file.path, contents)?;
                stages.push((number, hash));
            }
        }
        // Git wants the entry without a conflict removed first. Its hash is all zeros.
        let length = stages.first().map_or(0, |(_, hash)| hash.len());
        let removed = file.moved_from.iter().map(|path| work_tree.path_of(path));
        for path in removed.chain([path.clone()]) {
            lines += &format!("0 {}\t{path}\0", "0".repeat(length));
        }
        for (number, hash) in stages {
            lines += &format!("{MODE} {hash} {number}\t{path}\0");
        }
    }
    let mut update = work_tree.git();
    update.args(["update-index", "-z", "--index-info"]);
    run(&mut update, lines.as_bytes())
}

/// Stores the contents as git would store this file, such as with other line ends. Returns the hash.
fn store(work_tree: &WorkTree, path: &str, contents: &[u8]) -> Result<String, Failed> {
    let mut command = work_tree.git();
    command.args(["hash-object", "-w", "--stdin"]);
    command.arg(format!("--path={path}"));
    let hash = output(&mut command, contents)?;
    Ok(String::from_utf8_lossy(&hash).trim().to_owned())
}
