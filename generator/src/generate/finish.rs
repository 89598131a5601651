//! The last step of a command: writes the changes, unless there is a conflict or a dry run, and reports them.

use std::path::Path;
use std::process::ExitCode;

use crate::error::Error;
use crate::generate::report::Report;
use crate::interrupt::Interrupt;
use crate::write::changes;

/// The exit code is 1 if the user must still do something.
pub fn finish(app: &Path, report: &Report, interrupt: &Interrupt) -> Result<ExitCode, Error> {
    if !report.conflicts.is_empty() {
        if report.output.json {
            report.print()?;
            return Ok(ExitCode::FAILURE);
        }
        let paths = report.conflicts.to_vec();
        return Err(Error::ChangedFiles { paths });
    }
    let written = match report.output.dry_run {
        true => None,
        false => Some(changes::apply(app, report.changes, interrupt)?),
    };
    // If the report cannot be printed, the command has failed, and dropping `written` undoes the changes.
    report.print()?;
    if let Some(written) = written {
        written.keep();
    }
    Ok(match report.is_complete() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
