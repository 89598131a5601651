//! Runs the binary in its own folder, and reports the result.

#![allow(
    dead_code,
    reason = "each test file uses its own part of this, and one uses it all"
)]

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// An empty folder to run in, with an invented author for git.
pub struct Sandbox {
    folder: TempDir,
    identity: TempDir,
}

/// The result of a run. When printed, it is the user's view, with the sandbox's path as `[here]`.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    pub fn new() -> Self {
        let identity = tempfile::tempdir().expect("a temporary folder");
        fs::write(
            identity.path().join("gitconfig"),
            "[user]\nname = Hedgehog\nemail = hedgehog@example.com\n",
        )
        .expect("a writable folder");
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            identity,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder
            .path()
            .canonicalize()
            .expect("the sandbox is there")
    }

    /// The binary, with arguments separated by spaces.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hoglet"));
        command
            .args(arguments.split(' ').filter(|argument| !argument.is_empty()))
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", self.identity.path().join("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &str) -> Outcome {
        self.outcome(&mut self.command(arguments))
    }

    /// Runs the binary in a folder of the sandbox.
    pub fn run_in(&self, folder: &str, arguments: &str) -> Outcome {
        self.outcome(&mut self.command_in(folder, arguments))
    }

    fn command_in(&self, folder: &str, arguments: &str) -> Command {
        let mut command = self.command(arguments);
        command.current_dir(self.path().join(folder));
        command
    }

    pub fn outcome(&self, command: &mut Command) -> Outcome {
        let output = command.output().expect("hoglet runs");
        let text = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .expect("UTF-8")
                .replace(self.path().to_str().expect("UTF-8"), "[here]")
        };
        Outcome {
            code: output.status.code().expect("an exit code"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Runs a command that must be refused, and checks that the disk is unchanged and stdout is empty.
    #[track_caller]
    pub fn refused(&self, arguments: &str) -> Outcome {
        self.refused_outcome(&mut self.command(arguments))
    }

    #[track_caller]
    pub fn refused_in(&self, folder: &str, arguments: &str) -> Outcome {
        self.refused_outcome(&mut self.command_in(folder, arguments))
    }

    #[track_caller]
    pub fn refused_outcome(&self, command: &mut Command) -> Outcome {
        let before = self.everything();
        let outcome = self.outcome(command);
        assert_ne!(outcome.code, 0, "refused: {command:?}");
        assert_eq!(outcome.stdout, "", "{command:?}");
        assert_eq!(
            self.everything(),
            before,
            "{command:?} left the disk as it was"
        );
        outcome
    }

    pub fn write(&self, name: &str, contents: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(path, contents).expect("a writable file");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Every folder, file and link with its contents.
    pub fn everything(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        list(&self.path(), &mut all);
        all
    }

    /// The output of git in a folder of the sandbox.
    pub fn git(&self, folder: &str, arguments: &str) -> String {
        let output = Command::new("git")
            .args(arguments.split(' '))
            .current_dir(self.path().join(folder))
            .env("GIT_CONFIG_GLOBAL", self.identity.path().join("gitconfig"))
            .output()
            .expect("git runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}{}exit code {}",
            self.stdout, self.stderr, self.code
        )
    }
}

fn list(folder: &Path, all: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let kind = path.symlink_metadata().expect("it is there").file_type();
        let contents = if kind.is_file() {
            fs::read(&path).expect("a readable file")
        } else {
            Vec::new()
        };
        all.insert(format!(
            "{} {kind:?} {}",
            path.display(),
            String::from_utf8_lossy(&contents)
        ));
        if kind.is_dir() {
            list(&path, all);
        }
    }
}
