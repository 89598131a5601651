//! The arguments of `hoglet destroy`.

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use crate::generate::Output;
use crate::generate::request::Kind;

/// The demo is in the journal of every new app. It is the only part of its kind, so it needs no name.
pub const DEMO: &str = "demo";

/// The end of `hoglet destroy --help`.
const EXAMPLES: &str = "\
Files that were changed by hand are listed and kept, unless there is --force.

A migration may have run if another one follows it in src/migrations.rs, or if you add --migrated.
Then it stays, and a new migration reverts it.

Examples:
  hoglet destroy resource post
  hoglet destroy page about --dry-run
  hoglet destroy migration add_price_to_posts --migrated
  hoglet destroy demo";

#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Arguments {
    /// A kind from `hoglet generate --list`, or `demo`
    #[arg(value_parser = PossibleValuesParser::new(kinds()), hide_possible_values = true)]
    pub kind: String,

    /// The name with which it was generated
    #[arg(required_if_eq_any = named())]
    pub name: Option<String>,

    /// Its migrations have run elsewhere, such as in production: keep them, and add one that reverts them
    #[arg(long)]
    pub migrated: bool,

    #[command(flatten)]
    pub output: Output,
}

fn kinds() -> Vec<&'static str> {
    let kinds = Kind::value_variants().iter().map(|kind| kind.word());
    kinds.chain([DEMO]).collect()
}

/// The kinds whose parts have names.
fn named() -> Vec<(&'static str, &'static str)> {
    let kinds = kinds().into_iter().filter(|kind| *kind != DEMO);
    kinds.map(|kind| ("kind", kind)).collect()
}
