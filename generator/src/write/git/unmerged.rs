//! Unmerged entries in git's index, by which `git status`, editors and `git mergetool` find the conflicts.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::work_tree::{WorkTree, entries};
use super::{Failed, output, run};

const MODE: &str = "100644";
const EXECUTABLE: &str = "100755";

/// A file with a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmergedFile {
    /// Relative to the app, with `/` between its parts.
    pub path: String,
    /// The old path, if the file moved.
    pub moved_from: Option<String>,
    /// Base, mine and theirs. `None` for a version without the file.
    pub stages: [Option<Vec<u8>>; 3],
}

/// Records all conflicts or none. Files that git ignores are left out.
///
/// The error explains the failure.
pub fn record(work_tree: &WorkTree, files: &[UnmergedFile]) -> Result<(), String> {
    try_to_record(work_tree, files).map_err(|failed| {
        format!(
            "git does not list the conflicts as unmerged, because its index could not be changed{}",
            failed.explanation()
        )
    })
}

fn try_to_record(work_tree: &WorkTree, files: &[UnmergedFile]) -> Result<(), Failed> {
    if files.is_empty() {
        return Ok(());
    }
    let paths = files.iter().map(|file| behind_links(work_tree, &file.path));
    let paths: Vec<String> = paths.collect();
    let before = files.iter().zip(&paths);
    let before = before.map(|(file, path)| file.moved_from.as_ref().unwrap_or(path));
    let before: Vec<&String> = before.collect();
    let list_ignored = ["--others", "--ignored", "--exclude-standard"];
    let ignored = list(work_tree, &list_ignored, &paths)?;
    let executable = executable(work_tree, &before)?;

    // The lines of `git update-index --index-info`, each with a zero byte at its end.
    let mut lines = String::new();
    for ((file, path), before) in files.iter().zip(&paths).zip(before) {
        if ignored.contains(path) {
            continue;
        }
        let mut stages = Vec::new();
        for (number, contents) in (1..).zip(&file.stages) {
            if let Some(contents) = contents {
                let hash = store(work_tree, path, contents)?;
                stages.push((number, hash));
            }
        }
        let path = work_tree.path_of(path);
        // The merged entry must be removed first. For git, this is a line with mode 0 and a hash of zeros.
        let length = stages.first().map_or(0, |(_, hash)| hash.len());
        let removed = file.moved_from.iter().map(|path| work_tree.path_of(path));
        for path in removed.chain([path.clone()]) {
            lines += &format!("0 {}\t{path}\0", "0".repeat(length));
        }
        let mode = match executable.contains(before) {
            true => EXECUTABLE,
            false => MODE,
        };
        for (number, hash) in stages {
            lines += &format!("{mode} {hash} {number}\t{path}\0");
        }
    }
    let mut update = work_tree.git();
    update.args(["update-index", "-z", "--index-info"]);
    // Ctrl+C ends the processes of one group. If git wrote the index and was then ended, the update would be undone, but not
    // the index.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut update, 0);
    run(&mut update, lines.as_bytes())
}

/// The path of the file that a link leads to. Git can have no entry behind a link.
fn behind_links(work_tree: &WorkTree, path: &str) -> String {
    let real_path = || {
        let app = work_tree.app().canonicalize().ok()?;
        let real = app.join(path).canonicalize().ok()?;
        let has_link = real != app.join(path);
        let inside = real.strip_prefix(app).ok().filter(|_| has_link)?;
        Some(inside.to_str()?.replace('\\', "/"))
    };
    real_path().unwrap_or_else(|| path.to_owned())
}

/// Those of these files that are executable in git.
fn executable(work_tree: &WorkTree, paths: &[&String]) -> Result<BTreeSet<String>, Failed> {
    // `mode hash stage<tab>path`.
    let staged = list(work_tree, &["--stage"], paths)?;
    let executable = staged.iter().filter(|entry| entry.starts_with(EXECUTABLE));
    let paths = executable.filter_map(|entry| entry.split_once('\t'));
    Ok(paths.map(|(_, path)| path.to_owned()).collect())
}

/// What `git ls-files` lists of these files.
fn list(
    work_tree: &WorkTree,
    options: &[&str],
    paths: &[impl AsRef<OsStr>],
) -> Result<Vec<String>, Failed> {
    let mut list = work_tree.git();
    list.args(["ls-files", "-z"]).args(options).arg("--");
    Ok(entries(&output(list.args(paths), &[])?))
}

/// Stores the contents in git, with the filters for this path, such as for line ends. Returns the hash.
fn store(work_tree: &WorkTree, path: &str, contents: &[u8]) -> Result<String, Failed> {
    let mut command = work_tree.git();
    command.args(["hash-object", "-w", "--stdin"]);
    command.arg(format!("--path={path}"));
    let hash = output(&mut command, contents)?;
    Ok(String::from_utf8_lossy(&hash).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    use crate::write::git::git;

    fn run(folder: &Path, arguments: &[&str]) -> String {
        let mut command = git(folder);
        command.args(["-c", "user.name=Hedgehog"]);
        command.args(["-c", "user.email=hedgehog@example.com"]);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn file(path: &str, sides: [Option<&str>; 3]) -> UnmergedFile {
        UnmergedFile {
            path: path.to_owned(),
            moved_from: None,
            stages: sides.map(|side| side.map(|text| text.as_bytes().to_vec())),
        }
    }

    /// A repository with an app in a folder.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("app");
        fs::create_dir(&app).unwrap();
        for name in ["ü a.rs", "old.rs", "gone.rs"] {
            fs::write(app.join(name), "mine\n").unwrap();
        }
        fs::write(app.join(".gitattributes"), "*.rs text\n").unwrap();
        fs::write(app.join(".gitignore"), "ignored.rs\n").unwrap();
        run(folder.path(), &["init", "-q"]);
        run(folder.path(), &["add", "."]);
        run(folder.path(), &["commit", "-q", "-m", "first"]);
        folder
    }

    #[test]
    fn git_knows_the_conflicts() {
        let folder = repository();
        let app = folder.path().join("app");
        fs::rename(app.join("old.rs"), app.join("new.rs")).unwrap();
        fs::write(app.join("ignored.rs"), "mine\n").unwrap();
        let work_tree = WorkTree::of(&app).unwrap().unwrap();
        let three = [Some("base\n"), Some("mine\r\n"), Some("theirs\n")];
        let moved = UnmergedFile {
            moved_from: Some("old.rs".to_owned()),
            ..file("new.rs", three)
        };
        let files = [
            file("ü a.rs", three),
            moved,
            file("gone.rs", [Some("base\n"), Some("mine\n"), None]),
            file("ignored.rs", three),
        ];
        record(&work_tree, &files).unwrap();

        let staged = run(folder.path(), &["ls-files", "--stage", "-z"]);
        let staged: Vec<String> = staged
            .split_terminator('\0')
            .map(|entry| {
                let parts: Vec<&str> = entry.splitn(3, [' ', '\t']).collect();
                let text = run(folder.path(), &["cat-file", "blob", parts[1]]);
                format!(
                    "{} {} {}",
                    parts[0],
                    parts[2].replace('\t', " "),
                    text.trim_end_matches('\n')
                )
            })
            .filter(|entry| !entry.contains(".git"))
            .collect();
        // With the attribute `text`, git stores `mine` with LF.
        assert_eq!(
            staged,
            [
                "100644 1 app/gone.rs base",
                "100644 2 app/gone.rs mine",
                "100644 1 app/new.rs base",
                "100644 2 app/new.rs mine",
                "100644 3 app/new.rs theirs",
                "100644 1 app/ü a.rs base",
                "100644 2 app/ü a.rs mine",
                "100644 3 app/ü a.rs theirs",
            ]
        );
        assert_eq!(
            work_tree.unmerged().unwrap(),
            ["gone.rs", "new.rs", "ü a.rs"]
        );
        // `git add` resolves them, as after a merge.
        run(folder.path(), &["add", "."]);
        assert_eq!(work_tree.unmerged().unwrap(), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn an_executable_file_stays_one_and_a_link_is_followed() {
        let folder = repository();
        let app = folder.path().join("app");
        let git = |arguments: &[&str]| run(&app, arguments);
        git(&["update-index", "--chmod=+x", "old.rs", "ü a.rs"]);
        fs::rename(app.join("old.rs"), app.join("new.rs")).unwrap();
        std::os::unix::fs::symlink("gone.rs", app.join("link.rs")).unwrap();
        std::os::unix::fs::symlink(".", app.join("linked")).unwrap();
        let three = [Some("base\n"), Some("mine\n"), Some("theirs\n")];
        let moved = UnmergedFile {
            moved_from: Some("old.rs".to_owned()),
            ..file("new.rs", three)
        };
        let files = [moved, file("link.rs", three), file("linked/ü a.rs", three)];
        let work_tree = WorkTree::of(&app).unwrap().unwrap();
        record(&work_tree, &files).unwrap();

        let unmerged = git(&["ls-files", "--unmerged", "-z"]);
        let unmerged: Vec<String> = unmerged
            .split_terminator('\0')
            .filter_map(|entry| {
                let (numbers, path) = entry.split_once('\t')?;
                let mode = numbers.split(' ').next()?;
                numbers.ends_with(" 2").then(|| format!("{mode} {path}"))
            })
            .collect();
        assert_eq!(
            unmerged,
            ["100644 gone.rs", "100755 new.rs", "100755 ü a.rs"]
        );
    }

    #[test]
    fn an_index_that_cannot_be_changed_is_said() {
        let folder = repository();
        let app = folder.path().join("app");
        let work_tree = WorkTree::of(&app).unwrap().unwrap();
        fs::write(folder.path().join(".git/index.lock"), "").unwrap();
        let three = [Some("base\n"), Some("mine\n"), Some("theirs\n")];
        let reason = record(&work_tree, &[file("old.rs", three)]).unwrap_err();
        assert!(
            reason.starts_with("git does not list the conflicts as unmerged"),
            "{reason}"
        );
        assert_eq!(record(&work_tree, &[]), Ok(()));
    }
}
