//! An app of an earlier release, as its author has it: in a git repository, and changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hoglet::releases::Releases;
use serde_json::Value;
use tempfile::TempDir;
use xtask::Tree;

use crate::child;
use crate::releases;

pub const NAME: &str = "yard";

/// An app keeps its answers when a default changes.
pub const ANSWERS: &[(&str, &str)] = &[("posthog_region", "us")];

/// What a command printed, and its exit code.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub struct App {
    pub folder: PathBuf,
    /// The names of the changes of each release after 1.0.0.
    changes: Vec<String>,
    releases: Releases,
    _temporary: TempDir,
}

impl App {
    /// A committed app of release 1.0.0. Each text has the changes of a release after it.
    pub fn new(changes: &[&str]) -> Self {
        Self::of("1.0.0", changes)
    }

    /// A committed app of one of the releases.
    pub fn of(version: &str, changes: &[&str]) -> Self {
        Self::without_git(version, changes).in_git()
    }

    pub fn without_git(version: &str, changes: &[&str]) -> Self {
        Self::in_temporary_folder(changes).filled(version)
    }

    /// Replaces a folder with a committed app of a real release, to which the releases 1.0.0 and so on are the next.
    #[allow(
        dead_code,
        reason = "only an app that is compiled needs a lasting folder"
    )]
    pub fn at(folder: PathBuf, changes: &[&str]) -> Self {
        // A file of an earlier run must not be left here.
        let _ = fs::remove_dir_all(&folder);
        let changes = [&[releases::AFTER_A_REAL_RELEASE], changes].concat();
        let app = Self {
            folder,
            ..Self::in_temporary_folder(&changes)
        };
        let oldest = app.releases.all()[0].version.to_string();
        app.filled(&oldest).in_git()
    }

    /// An app of the releases that the program carries.
    pub fn with_files(files: &Tree) -> Self {
        let app = Self::in_temporary_folder(&[]);
        app.fill(files);
        app.in_git()
    }

    fn in_temporary_folder(changes: &[&str]) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary
            .path()
            .canonicalize()
            .expect("it is there")
            .join(NAME);
        let changes: Vec<String> = changes.iter().map(|&changes| changes.to_owned()).collect();
        let releases = releases::releases(&changes);
        Self {
            folder,
            changes,
            releases,
            _temporary: temporary,
        }
    }

    fn filled(self, version: &str) -> Self {
        self.fill(&self.rendered(version));
        self
    }

    fn fill(&self, files: &Tree) {
        xtask::repository::write(&self.folder, files).expect("a writable folder");
        self.write(".env", format!("SECRET_KEY={}\n", "5e".repeat(64)));
    }

    fn in_git(self) -> Self {
        self.git(&["init", "--quiet"]);
        // All files in one pack, which is faster than hundreds of objects.
        self.git(&["-c", "core.bigFileThreshold=1", "add", "--all"]);
        self.commit();
        self
    }

    /// The files that a release renders for this app.
    pub fn rendered(&self, version: &str) -> Tree {
        let template = releases::template_of(&self.releases, &version.parse().expect("a version"));
        xtask::app::render(&template, NAME, ANSWERS).expect("the template renders")
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub fn has(&self, file: &str) -> bool {
        self.path(file).exists()
    }

    #[track_caller]
    pub fn bytes(&self, file: &str) -> Vec<u8> {
        fs::read(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    #[track_caller]
    pub fn read(&self, file: &str) -> String {
        String::from_utf8(self.bytes(file)).expect("a text")
    }

    pub fn write(&self, file: &str, contents: impl AsRef<[u8]>) {
        xtask::repository::write_file(&self.path(file), contents.as_ref())
            .expect("a writable folder");
    }

    #[track_caller]
    pub fn remove(&self, file: &str) {
        fs::remove_file(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    }

    #[track_caller]
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} contains {from}:\n{text}");
        self.write(file, text.replacen(from, to, 1));
    }

    /// Every file but git's own.
    pub fn files(&self) -> Tree {
        let mut files = xtask::repository::files(&self.folder).expect("a readable folder");
        files.retain(|path, _| !path.starts_with(".git/"));
        files
    }

    /// Every file that git tracks or would track.
    pub fn tracked(&self) -> Tree {
        let mut files = self.files();
        files.remove(".env");
        files
    }

    /// Updates to the newest release.
    #[track_caller]
    pub fn update(&self, arguments: &str) -> Outcome {
        outcome(&mut self.update_command(arguments))
    }

    pub fn update_command(&self, arguments: &str) -> Command {
        self.update_command_in("", arguments)
    }

    pub fn update_command_in(&self, folder: &str, arguments: &str) -> Command {
        let arguments = format!("update {arguments}");
        let mut command = child::command(&self.path(folder), &self.changes, &arguments);
        isolate(&mut command);
        command
    }

    /// Updates, and returns the report and the exit code.
    #[track_caller]
    pub fn report(&self, arguments: &str) -> (Value, i32) {
        let outcome = self.update(&format!("--json {arguments}"));
        let report = serde_json::from_str(&outcome.stdout);
        (
            report.unwrap_or_else(|error| panic!("{error}: {outcome:?}")),
            outcome.code,
        )
    }

    /// Runs the real program, which must leave nothing to do by hand.
    #[track_caller]
    pub fn hoglet(&self, arguments: &[&str]) -> String {
        let outcome = outcome(&mut self.hoglet_command(arguments));
        assert_eq!(outcome.code, 0, "{arguments:?}: {outcome:?}");
        outcome.stdout
    }

    /// Runs the real program. Returns its report.
    #[track_caller]
    pub fn hoglet_report(&self, arguments: &[&str]) -> Value {
        let outcome = outcome(&mut self.hoglet_command(arguments));
        let report = serde_json::from_str(&outcome.stdout);
        report.unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
    }

    fn hoglet_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hoglet"));
        isolate(command.args(arguments).current_dir(&self.folder));
        command
    }

    /// Commits `.hoglet.toml` with this text, as apps from before the hashes have it.
    pub fn commit_origin_without_hash(&self, origin: &str) {
        let lines = origin
            .lines()
            .filter(|line| !line.starts_with("template_hash"));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        self.write(".hoglet.toml", text);
        self.commit();
    }

    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            "A day's work",
        ]);
    }

    /// The output of git, which must succeed.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.folder, arguments)
    }

    /// The lines of `git status`.
    pub fn status(&self) -> Vec<String> {
        let status = self.git(&["status", "--porcelain", "--untracked-files=all"]);
        status.lines().map(str::to_owned).collect()
    }
}

/// Fails with the first file that differs.
#[track_caller]
pub fn assert_same(label: &str, left: &Tree, right: &Tree) {
    let text = |tree: &Tree, path| {
        let contents = tree.get(path);
        contents.map(|contents| String::from_utf8_lossy(contents).into_owned())
    };
    for path in left.keys().chain(right.keys()) {
        assert_eq!(text(left, path), text(right, path), "{label}: {path}");
    }
}

#[track_caller]
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    isolate(command.args(arguments).current_dir(folder));
    let outcome = outcome(&mut command);
    assert_eq!(outcome.code, 0, "git {arguments:?}: {outcome:?}");
    outcome.stdout
}

/// Hides this machine's settings of git, and names an author.
pub fn isolate(command: &mut Command) {
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        // A repository of a test need not survive a power cut.
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.fsync")
        .env("GIT_CONFIG_VALUE_0", "none")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "Hedgehog")
            .env(format!("GIT_{role}_EMAIL"), "hedgehog@example.com");
    }
}

#[track_caller]
pub fn outcome(command: &mut Command) -> Outcome {
    outcome_of(command.output().expect("it starts"))
}

pub fn outcome_of(output: Output) -> Outcome {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let stdout = text(output.stdout);
    let (_, own) = stdout.split_once(child::BEGIN).unwrap_or(("", &stdout));
    Outcome {
        code: output.status.code().expect("an exit code"),
        stdout: own.to_owned(),
        stderr: text(output.stderr),
    }
}
