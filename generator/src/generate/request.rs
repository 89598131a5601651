//! [`Request`]: the arguments of a command, checked as far as every kind needs.

use crate::generate::name::Name;

#[derive(Debug, Clone)]
pub struct Request {
    pub kind: Kind,
    pub name: Name,
    /// What follows the name: fields, or the variants of an experiment, or the cron expression of a schedule.
    pub rest: Vec<String>,
    pub public: bool,
    pub plural: Option<Name>,
    /// The time for a migration's name, in UTC: `20261201_143000`. No other migration of the app has it.
    pub migration_time: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Kind {
    Resource,
    Model,
    Migration,
    Page,
    Event,
    Flag,
    Experiment,
    Job,
    Schedule,
    Mail,
    Setting,
}
