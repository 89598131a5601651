//! The command line: commands and their help.

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::{colors, dev, new, posthog, vendor};

#[derive(Debug, Parser)]
#[command(name = "hoglet", version, about, styles = colors::HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new app
    New(new::Arguments),
    /// Run the app here beside a local stand-in for PostHog, and rebuild it at every change
    Dev(dev::Arguments),
    /// Run a local stand-in for PostHog and show what arrives
    Posthog(posthog::Arguments),
    /// Add Hoglet's own tests to the app here, for changes in vendor/
    Vendor(vendor::Arguments),
    /// Print a completion script for a shell
    Completions { shell: Shell },
}

/// Other tools' names for our commands.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("create", "new"),
    ("init", "new"),
    ("run", "dev"),
    ("serve", "dev"),
    ("server", "dev"),
    ("start", "dev"),
    ("watch", "dev"),
];

/// Suggests our command for another tool's name, and for swapped letters. Clap handles most other typing mistakes.
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
