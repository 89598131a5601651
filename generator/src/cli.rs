//! The command line: commands and their help.

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::{colors, destroy, dev, diff, generate, new, posthog, update, vendor};

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
    /// Write a resource, a page, a job or another part into the app here
    #[command(visible_alias = "g")]
    Generate(generate::Arguments),
    /// Remove a part that `hoglet generate` wrote
    #[command(visible_alias = "d")]
    Destroy(destroy::Arguments),
    /// Update the app here to a newer release of the template, and keep your changes
    Update(update::Arguments),
    /// Show your changes to the files of the template
    Diff(diff::Arguments),
    /// Add Hoglet's own tests to the app here, for changes in vendor/
    Vendor(vendor::Arguments),
    /// Print a completion script for a shell
    Completions { shell: Shell },
}

/// Other tools' names for our commands.
const OTHER_COMMANDS: &[(&str, &str)] = &[
    ("create", "new"),
    ("init", "new"),
    ("run", "dev"),
    ("serve", "dev"),
    ("server", "dev"),
    ("start", "dev"),
    ("watch", "dev"),
    ("add", "generate"),
    ("make", "generate"),
    ("scaffold", "generate"),
    ("delete", "destroy"),
    ("remove", "destroy"),
    ("revert", "destroy"),
    ("rm", "destroy"),
    ("undo", "destroy"),
    ("pull", "update"),
    ("sync", "update"),
    ("upgrade", "update"),
    ("changes", "diff"),
    ("status", "diff"),
];

/// Other tools' names for our kinds.
const OTHER_KINDS: &[(&str, &str)] = &[
    ("controller", "page"),
    ("route", "page"),
    ("view", "page"),
    ("scaffold", "resource"),
    ("crud", "resource"),
    ("html", "resource"),
    ("entity", "model"),
    ("schema", "model"),
    ("table", "model"),
    ("column", "migration"),
    ("email", "mail"),
    ("mailer", "mail"),
    ("task", "job"),
    ("worker", "job"),
    ("cron", "schedule"),
    ("scheduler", "schedule"),
    ("config", "setting"),
    ("env", "setting"),
    ("variable", "setting"),
    ("feature", "flag"),
];

/// Suggests our word for another tool's word, and for swapped letters. Clap handles most other typing mistakes.
pub fn with_suggestion(mut usage: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(typed)) = usage.get(ContextKind::InvalidSubcommand) {
        let commands: Vec<String> = Cli::command()
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .collect();
        if let Some(ours) = our_word(typed, OTHER_COMMANDS, &commands) {
            let ours = ContextValue::Strings(vec![ours]);
            usage.insert(ContextKind::SuggestedSubcommand, ours);
        }
    } else if let (
        Some(ContextValue::String(typed)),
        Some(ContextValue::Strings(kinds)),
        Some(ContextValue::String(argument)),
    ) = (
        usage.get(ContextKind::InvalidValue),
        usage.get(ContextKind::ValidValue),
        usage.get(ContextKind::InvalidArg),
    ) && argument.contains("KIND")
        && let Some(ours) = our_word(typed, OTHER_KINDS, kinds)
    {
        usage.insert(ContextKind::SuggestedValue, ContextValue::String(ours));
    }
    usage
}

fn our_word(typed: &str, others: &[(&str, &str)], ours: &[String]) -> Option<String> {
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    match others.iter().find(|(other, _)| *other == typed) {
        Some((_, word)) => Some((*word).to_owned()),
        None => ours
            .iter()
            .find(|word| letters(word) == letters(typed))
            .cloned(),
    }
}
