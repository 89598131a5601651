//! The kinds that `hoglet generate` can write. Each has a module with one function, `plan`, which reads no disk.

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::name::Name;
use crate::generate::plan::Plan;
use crate::generate::templates::Templates;

/// The arguments of a command, checked as far as every kind needs.
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

/// Plans what a command writes.
pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let _ = (app, templates);
    todo!("{:?}", request.kind)
}
