//! The kinds that `hoglet generate` can write. Each has a module with one function, `plan`, which reads no disk.

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::templates::Templates;

/// Plans what a command writes.
pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let _ = (app, templates);
    todo!("{:?}", request.kind)
}
