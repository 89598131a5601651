//! `examples/reading-list`: an app that commands alone made.
//!
//! The commands are in `examples/reading-list.sh`. They run here in a temporary folder, without a shell.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use clap::Parser;
use hoglet::cli::{Cli, Command};
use hoglet::generate;
use hoglet::template::Template;

use crate::{Tree, app, repository};

/// The app, relative to the repository.
pub const FOLDER: &str = "examples/reading-list";

const SCRIPT: &str = include_str!("../../examples/reading-list.sh");

/// The app that the script makes.
///
/// # Errors
///
/// Fails if a command fails.
pub fn derive(template: &Template) -> anyhow::Result<Tree> {
    let temporary = tempfile::tempdir()?;
    for (number, line) in commands(SCRIPT).enumerate() {
        let words = words(line)?;
        let command = Cli::try_parse_from(&words)?.command;
        run(template, temporary.path(), command, number).context(line.to_owned())?;
    }
    repository::files(temporary.path())
}

/// Runs a command. `number` counts the commands, and gives each migration a time of its own.
fn run(template: &Template, folder: &Path, command: Command, number: usize) -> anyhow::Result<()> {
    match command {
        Command::New(arguments) => {
            let directory = arguments.directory.as_deref().unwrap_or(Path::new(""));
            let name = directory.to_str().context("the app has a name")?;
            let answers = arguments.answers();
            let answers: Vec<(&str, &str)> = answers
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect();
            repository::write(folder, &app::render(template, name, &answers)?)
        }
        other => bail!("{other:?} makes no app"),
    }
}

/// The lines of the script that run `hoglet`.
fn commands(script: &str) -> impl Iterator<Item = &str> {
    script.lines().filter(|line| line.starts_with("hoglet "))
}

/// The words of a command, as a shell splits them. Only quotes are special.
fn words(line: &str) -> anyhow::Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    ensure!(quote.is_none(), "a quote is open in: {line}");
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        let line =
            r#"hoglet generate schedule tidy "0 3 * * *" 'price:decimal(10,2)?' --set a="b c""#;
        let words = words(line).unwrap();
        assert_eq!(
            words,
            [
                "hoglet",
                "generate",
                "schedule",
                "tidy",
                "0 3 * * *",
                "price:decimal(10,2)?",
                "--set",
                "a=b c"
            ]
        );
        assert!(super::words("hoglet generate page 'about").is_err());
    }

    #[test]
    fn only_lines_with_our_commands_are_run() {
        let script =
            "#!/bin/sh\n# hoglet destroy demo\nset -eu\nhoglet new a\ncd a\nhoglet destroy demo\n";
        let commands: Vec<&str> = commands(script).collect();
        assert_eq!(commands, ["hoglet new a", "hoglet destroy demo"]);
    }
}
