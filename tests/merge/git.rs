//! Merges of many files by git itself.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

pub type Files = BTreeMap<String, Vec<u8>>;

/// Three versions of a folder.
#[derive(Clone, Default)]
pub struct Trees {
    pub base: Files,
    pub mine: Files,
    pub theirs: Files,
}

/// Shows texts instead of bytes.
impl fmt::Debug for Trees {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        for (name, files) in [
            ("base", &self.base),
            ("mine", &self.mine),
            ("theirs", &self.theirs),
        ] {
            for (path, contents) in files {
                let text = String::from_utf8_lossy(contents);
                writeln!(formatter, "--- {name}: {path}\n{text}")?;
            }
        }
        Ok(())
    }
}

#[derive(Debug)]
pub struct Merge {
    /// With markers around conflicts.
    pub files: Files,
    /// The stages of each unmerged path: 1 is base, 2 is mine, 3 is theirs.
    pub conflicts: BTreeMap<String, Vec<u8>>,
}

/// Merges as `git merge theirs` does on the branch `mine`, but without a work tree.
pub fn merge_tree(trees: &Trees) -> Merge {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repository = folder.path();
    git(repository, &["init", "--quiet", "--bare", "."], b"");
    git(repository, &["fast-import", "--quiet"], &history(trees));

    let rename = "merge.directoryRenames=true";
    let merge = [
        "-c",
        rename,
        "merge-tree",
        "--write-tree",
        "-z",
        "--no-messages",
        "mine",
        "theirs",
    ];
    let merged = git(repository, &merge, b"");
    let mut merged = merged.split('\0');
    let tree = merged.next().expect("the merged tree");
    let mut conflicts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in merged.filter(|entry| !entry.is_empty()) {
        let (stage, path) = entry
            .split_once('\t')
            .expect("mode, object, stage and path");
        let stage = stage.bytes().last().expect("a stage") - b'0';
        conflicts.entry(path.to_owned()).or_default().push(stage);
    }

    let list = git(repository, &["ls-tree", "-r", "-z", tree], b"");
    let mut paths = Vec::new();
    let mut objects = String::new();
    for entry in list.split_terminator('\0') {
        let (object, path) = entry.split_once('\t').expect("mode, type, object and path");
        let object = object.rsplit(' ').next().expect("an object");
        paths.push(path.to_owned());
        writeln!(objects, "{object}").expect("a text");
    }
    let contents = git_bytes(repository, &["cat-file", "--batch"], objects.as_bytes());
    let files = paths.into_iter().zip(blobs(&contents)).collect();
    Merge { files, conflicts }
}

/// The commits `base`, `mine` and `theirs` for `git fast-import`.
fn history(trees: &Trees) -> Vec<u8> {
    let mut history = Vec::new();
    let mut commit = |name: &str, parent: &str, files: &Files| {
        history.extend(format!("commit refs/heads/{name}\ncommitter A <a@example.com> 0 +0000\ndata 0\n{parent}deleteall\n").bytes());
        for (path, contents) in files {
            history.extend(format!("M 100644 inline {path}\ndata {}\n", contents.len()).bytes());
            history.extend(contents);
            history.push(b'\n');
        }
    };
    commit("base", "", &trees.base);
    commit("mine", "from refs/heads/base\n", &trees.mine);
    commit("theirs", "from refs/heads/base\n", &trees.theirs);
    history
}

/// Splits the output of `git cat-file --batch`.
fn blobs(mut printed: &[u8]) -> Vec<Vec<u8>> {
    let mut blobs = Vec::new();
    while !printed.is_empty() {
        let end = printed
            .iter()
            .position(|byte| *byte == b'\n')
            .expect("a header");
        let header = str::from_utf8(&printed[..end]).expect("UTF-8");
        let length = header.rsplit(' ').next().expect("a length");
        let length: usize = length.parse().expect("a number");
        blobs.push(printed[end + 1..][..length].to_vec());
        printed = &printed[end + 1 + length + 1..];
    }
    blobs
}

fn git(repository: &Path, arguments: &[&str], input: &[u8]) -> String {
    String::from_utf8(git_bytes(repository, arguments, input)).expect("UTF-8")
}

/// The input is in a file. With a pipe, git would stop reading as soon as the pipe of its output is full.
fn git_bytes(repository: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let path = repository.join("input");
    std::fs::write(&path, input).expect("a writable file");
    let output = Command::new("git")
        .args(arguments)
        .current_dir(repository)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(File::open(&path).expect("a readable file"))
        .stderr(Stdio::inherit())
        .output()
        .expect("git is installed");
    // The exit code of a merge with conflicts is 1.
    let code = output.status.code();
    assert!(
        code == Some(0) || code == Some(1),
        "git {arguments:?}: {code:?}"
    );
    output.stdout
}
