//! The kinds that `hoglet generate` can write. Each has a module with one function, `plan`, which reads no disk.

pub mod event;
pub mod flag;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::plan::Plan;
use crate::generate::request::{Kind, Request};
use crate::generate::templates::Templates;

/// Plans what a command writes.
pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    match request.kind {
        Kind::Event => event::plan(request, app, templates),
        Kind::Flag => flag::plan(request, app, templates),
        kind => todo!("{kind:?}"),
    }
}
