//! The commands of `AGENTS.md`, run as an agent would run them.

use std::path::Path;

use super::generated;
use super::process::Server;
use super::support::Tree;
use super::{AGENTS, blocks, hoglet, text};

/// This command runs until it is stopped.
const SERVE: &str = "cargo run";

/// Every command, without its comment.
pub fn commands(app: &Tree) -> Vec<String> {
    let blocks = blocks(text(app, AGENTS), "sh").concat();
    let commands = blocks.lines().map(|line| line.split('#').next());
    commands
        .map(|command| command.unwrap_or_default().trim().to_owned())
        .collect()
}

/// Runs each command in an app's folder.
pub fn run_all(folder: &Path, app: &Tree) {
    for command in commands(app) {
        if command.starts_with("hoglet ") {
            hoglet(folder, &command);
            continue;
        }
        let arguments = command.strip_prefix("cargo ").expect("cargo's commands");
        let mut cargo = generated::cargo(folder);
        cargo
            .args(arguments.split(' '))
            .env("CARGO_NET_OFFLINE", "true")
            .env("PORT", "0");
        if command == SERVE {
            assert!(Server::start(&mut cargo).stop().success());
        } else {
            generated::run(&mut cargo);
        }
    }
}
