//! `examples/reading-list`: an app that is made only with commands.
//!
//! The commands are in `xtask/reading-list.sh`. They run here in a temporary folder, without a shell.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Parser;
use hoglet::cli::{Cli, Command};
use hoglet::template::Template;
use hoglet::{destroy, generate, new};

use crate::{Tree, app, repository};

/// The app, relative to the repository.
pub const FOLDER: &str = "examples/reading-list";

const SCRIPT: &str = include_str!("../reading-list.sh");

/// The time of the first command, in seconds since 1970: 1 December 2026, 09:00 UTC.
///
/// Each further command is a minute later.
const FIRST_SECOND: u64 = 1_796_115_600;

/// Runs the script, and returns the files of the app.
///
/// # Errors
///
/// Fails if a command fails, or if it leaves something to do by hand.
pub fn derive(template: &Template) -> anyhow::Result<Tree> {
    let temporary = tempfile::tempdir()?;
    let mut second = FIRST_SECOND;
    for line in commands(SCRIPT) {
        let mut command = Cli::try_parse_from(words(line)?)?.command;
        if let Command::Generate(arguments) = &mut command {
            arguments.second = Some(second);
        }
        run(template, temporary.path(), &command).context(line)?;
        second += 60;
    }
    repository::files(temporary.path())
}

fn run(template: &Template, app: &Path, command: &Command) -> anyhow::Result<()> {
    let code = match command {
        Command::New(arguments) => {
            return repository::write(app, &new_app(template, arguments)?);
        }
        Command::Generate(arguments) => generate::run(app, arguments)?,
        Command::Destroy(arguments) => destroy::run(app, arguments)?,
        other => bail!("{other:?} makes no app"),
    };
    ensure!(code == ExitCode::SUCCESS, "something is left to do by hand");
    Ok(())
}

/// The app as `hoglet new` writes it, from the template on the disk.
fn new_app(template: &Template, arguments: &new::Arguments) -> anyhow::Result<Tree> {
    let name = arguments.directory.as_ref().and_then(|name| name.to_str());
    let answers = arguments.answers();
    let answers: Vec<(&str, &str)> = answers
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    app::render(template, name.context("the app has no name")?, &answers)
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

    #[test]
    fn the_script_makes_the_same_app_every_time() {
        let mut tree = repository::read("template").unwrap();
        let journal = crate::demo::derive(&tree).unwrap();
        tree.insert(crate::demo::PATH.to_owned(), journal);
        let template = app::template(&tree).unwrap();
        let app = derive(&template).unwrap();
        for path in [
            "src/models/book.rs",
            "src/migrations/m20261201_090200_create_books.rs",
        ] {
            assert!(app.contains_key(path), "{path}");
        }
        assert!(!app.contains_key("src/demo.rs"), "the script removes it");
        assert!(derive(&template).unwrap() == app);
    }
}
