//! Shared by the kinds `job`, `schedule` and `mail`: a file in `src/jobs/` and a line in `src/jobs.rs`.

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::name::Name;
use crate::generate::plan::Plan;
use crate::generate::reserved;
use crate::generate::splice::Place;

const TABLE: &str = "src/jobs.rs";

/// `src/jobs.rs` imports these names, and a module of the same name would hide the import.
const IMPORTED: &[&str] = &["hoglet_web", "mail"];

/// Checks that a new job can have this name.
pub fn is_free(name: &Name, app: &AppFacts) -> Result<(), Error> {
    let snake = name.snake();
    let refuse = |reason: String| Error::unfit_name(&snake, reason);
    reserved::module(name).map_err(refuse)?;
    reserved::type_name(name).map_err(refuse)?;
    if IMPORTED.contains(&snake.as_str()) {
        return Err(refuse(format!("`{TABLE}` imports another `{snake}`")));
    }
    if app.jobs.contains(&snake) {
        return Err(refuse("the app has a job of this name".to_owned()));
    }
    Ok(())
}

/// Adds the job's file, its test and its lines.
///
/// `line` is its call in the table, such as `.job::<tidy::Tidy>()`.
pub fn add(plan: &mut Plan, name: &Name, job: String, test: String, line: String) {
    let snake = name.snake();
    plan.file(format!("src/jobs/{snake}.rs"), job);
    plan.file(format!("tests/web/{snake}.rs"), test);
    plan.insert(TABLE, Place::Modules, format!("pub mod {snake};"));
    plan.insert(
        TABLE,
        Place::Chain {
            function: "jobs",
            root: "Jobs::default()",
        },
        line,
    );
    plan.insert("tests/web/main.rs", Place::Modules, format!("mod {snake};"));
}

/// The path of the job's type in `src/jobs.rs`: `send_report::SendReport`.
pub fn path(name: &Name) -> String {
    format!("{}::{}", name.snake(), name.camel())
}
