//! The command line, and nothing else.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::{colors, dev, posthog};

#[derive(Debug, Parser)]
#[command(name = "hoglet", version, about, styles = colors::HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new app
    New(NewArguments),
    /// Run the app here beside a local stand-in for PostHog, and rebuild it at every change
    Dev(dev::Arguments),
    /// Run a local stand-in for PostHog and show what arrives
    Posthog(posthog::Arguments),
    /// Print a completion script for a shell
    Completions { shell: Shell },
}

#[derive(Debug, Clone, Args)]
pub struct NewArguments {
    /// Where the app is written; its last part names the project, `.` means here. Asked for where it is left out
    pub directory: Option<PathBuf>,

    /// The project's name, where it is not the directory's
    #[arg(long)]
    pub name: Option<String>,

    /// Answer a question of the template, such as `database=postgres`
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub set: Vec<(String, String)>,

    /// Take the default for everything not answered; never ask
    #[arg(long)]
    pub yes: bool,

    /// Write nothing; print the files that would be written
    #[arg(long)]
    pub dry_run: bool,

    /// Print one JSON document on stdout
    #[arg(long)]
    pub json: bool,

    /// Make no git repository
    #[arg(long)]
    pub no_git: bool,

    /// Write into a directory that is not empty, over files of the same name
    #[arg(long)]
    pub force: bool,

    /// Build and start the app afterwards, as `hoglet dev` does
    #[arg(long, conflicts_with = "dry_run")]
    pub run: bool,
}

/// What other tools call our commands.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("create", "new"),
    ("init", "new"),
    ("run", "dev"),
    ("serve", "dev"),
    ("server", "dev"),
    ("start", "dev"),
    ("watch", "dev"),
];

/// Suggests our command to who typed another tool's name for it, or swapped letters. Clap itself suggests for most
/// other slips.
pub fn with_suggestion(mut usage: clap::Error) -> clap::Error {
    let typed = match usage.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) => typed.as_str(),
        _ => return usage,
    };
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let ours = match OTHER_NAMES.iter().find(|(other, _)| *other == typed) {
        Some((_, ours)) => Some((*ours).to_owned()),
        None => Cli::command()
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .find(|name| letters(name) == letters(typed)),
    };
    if let Some(ours) = ours {
        let ours = ContextValue::Strings(vec![ours]);
        usage.insert(ContextKind::SuggestedSubcommand, ours);
    }
    usage
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("write it as KEY=VALUE, such as `database=postgres`")?;
    Ok((key.to_owned(), value.to_owned()))
}
