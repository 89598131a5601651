//! [`Request`]: the arguments of a command, after the checks that all kinds have in common.

use clap::ValueEnum;

use crate::generate::name::Name;

#[derive(Debug, Clone)]
pub struct Request {
    pub kind: Kind,
    pub name: Name,
    /// The arguments after the name: fields, the variants of an experiment, the cron expression of a schedule and its time
    /// zone, or the type of a setting.
    pub rest: Vec<String>,
    pub public: bool,
    pub plural: Option<Name>,
    /// The time for a migration's name, in UTC: `20261201_143000`.
    ///
    /// No other migration of the app has it.
    pub migration_time: String,
}

/// The doc comments are the descriptions in `hoglet generate --list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Kind {
    /// A table with its model, form, pages, navigation link, events and tests
    Resource,
    /// A table with its model and tests of its queries
    Model,
    /// A migration: add_X_to_T, remove_X_from_T, create_T, drop_T, or an empty one
    Migration,
    /// A page: its handler, view, route and test
    Page,
    /// An event in the tracking plan
    Event,
    /// A feature flag
    Flag,
    /// An experiment with its variants
    Experiment,
    /// A background job with its test
    Job,
    /// A job that runs at set times
    Schedule,
    /// A mail: both views, the job that sends it, and a test
    Mail,
    /// A setting that is read from the environment
    Setting,
}

impl Kind {
    /// The word that a user types: `resource`.
    pub fn word(self) -> &'static str {
        let words = self.example().split_once(' ');
        words.map_or("", |(kind, _)| kind)
    }

    /// An example of the arguments of `hoglet generate`.
    pub fn example(self) -> &'static str {
        match self {
            Self::Resource => "resource post title:string 'body:text?'",
            Self::Model => "model post title:string 'body:text?'",
            Self::Migration => "migration add_price_to_posts 'price:decimal(10,2)'",
            Self::Page => "page about",
            Self::Event => "event order_placed item_count:integer",
            Self::Flag => "flag free-shipping",
            Self::Experiment => "experiment headline control,bold",
            Self::Job => "job send_report user_id:uuid",
            Self::Schedule => "schedule cleanup '0 3 * * *'",
            Self::Mail => "mail welcome",
            Self::Setting => "setting stripe_key",
        }
    }

    /// Whether arguments may follow the name, such as fields.
    pub fn takes_more(self) -> bool {
        !matches!(self, Self::Page | Self::Flag | Self::Mail)
    }

    /// Whether the name has a plural, which names the table.
    pub fn has_plural(self) -> bool {
        matches!(self, Self::Resource | Self::Model)
    }
}
