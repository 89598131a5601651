//! An app in a sandbox, and functions that run commands in it.

use std::process::Command;

use serde_json::Value;

use crate::command::{Outcome, Sandbox};

pub const EVENTS: &str = "hedge/src/posthog/events.rs";
pub const JOURNAL: &str = "hedge/.hoglet/generated.toml";

/// A sandbox with the app `hedge`, which is committed to git.
pub fn app() -> Sandbox {
    let sandbox = Sandbox::new();
    let outcome = sandbox.run("new hedge --yes");
    assert_eq!(outcome.code, 0, "{outcome}");
    sandbox
}

/// The command `hoglet` in the app. Words are separated by spaces; those in single quotes may contain spaces.
pub fn command(sandbox: &Sandbox, words: &str) -> Command {
    let mut command = sandbox.command("");
    for (number, part) in words.split('\'').enumerate() {
        match number % 2 {
            0 => command.args(part.split_whitespace()),
            _ => command.arg(part),
        };
    }
    command.current_dir(sandbox.path().join("hedge"));
    command
}

pub fn hoglet(sandbox: &Sandbox, words: &str) -> Outcome {
    sandbox.outcome(&mut command(sandbox, words))
}

/// Runs a command, which must leave nothing to do by hand.
#[track_caller]
pub fn done(sandbox: &Sandbox, words: &str) -> String {
    let outcome = hoglet(sandbox, words);
    assert_eq!(
        (outcome.code, &*outcome.stderr),
        (0, ""),
        "{words}: {outcome}"
    );
    outcome.stdout
}

/// Runs a command with `--json`, and returns its exit code and its report.
#[track_caller]
pub fn json(sandbox: &Sandbox, words: &str) -> (i32, Value) {
    let outcome = hoglet(sandbox, &format!("{words} --json"));
    let report = serde_json::from_str(&outcome.stdout);
    (
        outcome.code,
        report.unwrap_or_else(|error| panic!("{error}: {outcome}")),
    )
}

/// The files that differ from the last commit, including new files.
pub fn status(sandbox: &Sandbox) -> String {
    sandbox.git("hedge", "status --porcelain --untracked-files=all")
}

#[track_caller]
pub fn assert_clean(sandbox: &Sandbox, after: &str) {
    assert_eq!(
        status(sandbox),
        "",
        "{after}\n{}",
        sandbox.git("hedge", "diff")
    );
}
