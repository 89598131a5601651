//! Git: a new repository with the files in its first commit, and the repository that an app is in.

pub mod unmerged;
pub mod work_tree;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::file::File;

/// Turns off the author's own git settings that could disturb this commit.
///
/// Hooks, the file watcher, checks of line endings, and signatures could make it fail, or make git ask a question.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.safecrlf=false",
    "commit.gpgSign=false",
    // It would continue in the background while the folder is moved.
    "gc.auto=0",
    "maintenance.auto=false",
];

/// Git writes all files into one pack, instead of a compressed object for each.
///
/// Compression would take a third of the time, for one megabyte. After a crash of the machine, `hoglet new` can be run again.
const ONE_PACK: &[&str] = &[
    "core.bigFileThreshold=1",
    "pack.compression=0",
    "core.fsync=none",
];

/// Whether the path or a folder above it contains a repository.
pub fn is_inside_work_tree(path: &Path) -> bool {
    path.ancestors().any(|folder| folder.join(".git").exists())
}

/// Makes an empty repository. The error names the reason.
pub fn init(directory: &Path) -> Result<(), String> {
    if let Err(reason) = run(git(directory).args(["init", "--quiet"]), &[]) {
        // With half a repository here, git would not search the folders above.
        let _ = fs::remove_dir_all(directory.join(".git"));
        return Err(match reason {
            Failed::NotStarted(cause) if cause.kind() == io::ErrorKind::NotFound => {
                "no repository was made: git is not installed".to_owned()
            }
            reason => format!(
                "no repository was made: `git init` failed{}",
                reason.explanation()
            ),
        });
    }
    Ok(())
}

/// Commits all files but the secret ones. The error names the reason and the remedy.
pub fn first_commit(directory: &Path, files: &[File]) -> Result<(), String> {
    let mut add = git(directory);
    for setting in ONE_PACK {
        add.args(["-c", setting]);
    }
    // With `--force`, the author's own ignore rules do not apply to the first commit.
    add.args(["add", "--force", "--all", "--", "."]);
    let secrets = files.iter().filter(|file| file.secret);
    add.args(secrets.map(|file| format!(":(exclude){}", file.path)));
    let message = concat!("Start from hoglet ", env!("CARGO_PKG_VERSION"));
    let mut commit = git(directory);
    commit.args(["commit", "--quiet", "--no-verify", "--message", message]);
    let made = run(&mut add, &[]).and_then(|()| run(&mut commit, &[]));
    made.map_err(|reason| {
        format!(
            "git made no first commit; correct what it says, then `git add --all` and `git commit` in the app's folder{}",
            reason.explanation()
        )
    })
}

/// A git command for this directory, even if `hoglet` runs in a git hook, which sets these variables.
fn git(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(directory);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    // Without this, the GNU allocator returns git's memory to the system after each file, and asks for it again.
    command.env("MALLOC_TOP_PAD_", "16777216");
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_LITERAL_PATHSPECS",
    ] {
        command.env_remove(variable);
    }
    command
}

enum Failed {
    NotStarted(io::Error),
    /// Git failed; the text is its output.
    Refused(String),
}

impl Failed {
    /// Git's own message, with each line indented below the sentence that it explains.
    fn explanation(&self) -> String {
        let words = match self {
            Self::NotStarted(cause) => cause.to_string(),
            Self::Refused(words) => words.trim().to_owned(),
        };
        let lines = words.lines().filter(|line| !line.trim().is_empty());
        let lines: String = lines.map(|line| format!("\n  {line}")).collect();
        if lines.is_empty() {
            return lines;
        }
        format!(":{lines}")
    }
}

fn run(command: &mut Command, input: &[u8]) -> Result<(), Failed> {
    output(command, input).map(drop)
}

/// What git prints on standard output.
fn output(command: &mut Command, input: &[u8]) -> Result<Vec<u8>, Failed> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Failed::NotStarted)?;
    if let Some(mut stdin) = child.stdin.take() {
        // If git ended before it read the input, its exit status shows the failure.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().map_err(Failed::NotStarted)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(Failed::Refused(words.into_owned()))
}
