//! Git's own merge of the three trees of an update, which has to give the same.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use xtask::Tree;

use crate::app::{git, isolate};

/// The result of `git merge`.
pub struct Reference {
    pub files: Tree,
    pub conflicts: BTreeSet<String>,
}

/// Merges with LF as line ends, as an update does.
pub fn merge(base: &Tree, mine: &Tree, theirs: &Tree) -> Reference {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "--quiet"]);
    let mut stream = Vec::new();
    commit(&mut stream, "base", None, base);
    commit(&mut stream, "mine", Some("base"), mine);
    commit(&mut stream, "theirs", Some("base"), theirs);
    import(folder.path(), &stream);
    git(folder.path(), &["checkout", "--quiet", "mine"]);
    let mut merge = Command::new("git");
    let arguments = [
        "-c",
        "merge.directoryRenames=true",
        "merge",
        "--quiet",
        "theirs",
    ];
    isolate(merge.args(arguments).current_dir(folder.path()));
    // A conflict is no success.
    merge.output().expect("git runs");
    let conflicts = git(
        folder.path(),
        &["diff", "--name-only", "--diff-filter=U", "-z"],
    );
    let mut files = xtask::repository::files(folder.path()).expect("a readable folder");
    files.retain(|path, _| !path.starts_with(".git/"));
    Reference {
        files,
        conflicts: conflicts
            .split_terminator('\0')
            .map(str::to_owned)
            .collect(),
    }
}

/// A commit for `git fast-import`.
fn commit(stream: &mut Vec<u8>, branch: &str, parent: Option<&str>, tree: &Tree) {
    let mut say = |text: String| stream.extend_from_slice(text.as_bytes());
    say(format!("commit refs/heads/{branch}\n"));
    say("committer Hedgehog <hedgehog@example.com> 1796115600 +0000\ndata 0\n".to_owned());
    if let Some(parent) = parent {
        say(format!("from refs/heads/{parent}\ndeleteall\n"));
    }
    for (path, contents) in tree {
        let contents = with_lf(contents);
        stream.extend_from_slice(
            format!("M 644 inline {path}\ndata {}\n", contents.len()).as_bytes(),
        );
        stream.extend_from_slice(&contents);
        stream.push(b'\n');
    }
}

fn import(folder: &std::path::Path, stream: &[u8]) {
    let mut import = Command::new("git");
    isolate(import.args(["fast-import", "--quiet"]).current_dir(folder));
    let mut import = import.stdin(Stdio::piped()).spawn().expect("git runs");
    let mut stdin = import.stdin.take().expect("a pipe");
    stdin.write_all(stream).expect("git reads");
    drop(stdin);
    assert!(import.wait().expect("git ends").success());
}

/// A text with LF as line ends. Other bytes stay.
pub fn with_lf(contents: &[u8]) -> Vec<u8> {
    match str::from_utf8(contents) {
        Ok(text) => text.replace("\r\n", "\n").into_bytes(),
        Err(_) => contents.to_owned(),
    }
}
