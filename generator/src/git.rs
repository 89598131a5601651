//! A repository with one first commit, as far as git is there to make it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::render::File;

/// Whether a repository is at the path or above it.
pub fn is_inside_work_tree(path: &Path) -> bool {
    path.ancestors().any(|folder| folder.join(".git").exists())
}

/// Makes the repository, or says in a sentence how far it came.
pub fn start_repository(directory: &Path, files: &[File]) -> Result<(), &'static str> {
    let made = run(git(directory).args(["init", "--quiet"]), &[]);
    match made {
        Ok(true) => {}
        Ok(false) => return Err("no repository was made: `git init` failed"),
        Err(_) => return Err("no repository was made: git is not installed"),
    }
    // By name and by force: what the author's own ignore rules say is no matter of the first commit.
    let mut names = Vec::new();
    for file in files.iter().filter(|file| !file.secret) {
        names.extend_from_slice(file.path.as_bytes());
        names.push(0);
    }
    let mut add = git(directory);
    add.args([
        "add",
        "--force",
        "--pathspec-from-file=-",
        "--pathspec-file-nul",
    ]);
    let message = concat!("Start from hoglet ", env!("CARGO_PKG_VERSION"));
    let mut commit = git(directory);
    // A signing key may ask for a passphrase, and a hook for anything.
    commit.args([
        "commit",
        "--quiet",
        "--no-verify",
        "--no-gpg-sign",
        "--message",
        message,
    ]);
    match run(&mut add, &names).and_then(|added| Ok(added && run(&mut commit, &[])?)) {
        Ok(true) => Ok(()),
        _ => Err(
            "git made no first commit: tell it your user.name and user.email, then `git commit`",
        ),
    }
}

/// Git in that directory, whatever repository a calling hook or script has set.
fn git(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(directory);
    for variable in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_COMMON_DIR",
        "GIT_PREFIX",
    ] {
        command.env_remove(variable);
    }
    command
}

fn run(command: &mut Command, input: &[u8]) -> std::io::Result<bool> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A git that ended early tells so by its status.
        let _ = stdin.write_all(input);
    }
    Ok(child.wait()?.success())
}
