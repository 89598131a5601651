//! The kinds that `hoglet generate` can write.
//!
//! Each kind has a module with a function `plan`, which does not read the disk.

pub mod event;
pub mod experiment;
pub mod flag;
pub mod job;
pub mod mail;
pub mod migration;
pub mod model;
pub mod page;
pub mod resource;
pub mod schedule;
pub mod setting;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::plan::Plan;
use crate::generate::request::{Kind, Request};
use crate::generate::templates::Templates;

/// Plans the files and lines that a command writes.
pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    match request.kind {
        Kind::Event => event::plan(request, app, templates),
        Kind::Flag => flag::plan(request, app, templates),
        Kind::Migration => migration::plan(request, app, templates),
        Kind::Page => page::plan(request, app, templates),
        Kind::Experiment => experiment::plan(request, app, templates),
        Kind::Job => job::plan(request, app, templates),
        Kind::Schedule => schedule::plan(request, app, templates),
        Kind::Mail => mail::plan(request, app, templates),
        Kind::Setting => setting::plan(request, app, templates),
        Kind::Model => model::plan(request, app, templates),
        Kind::Resource => resource::plan(request, app, templates),
    }
}

#[cfg(test)]
mod tests;
