//! [`stored`] and [`unless_in_use`]: answers for rows that the database refuses to change or delete.

use sea_orm::{DbErr, DeleteResult};

use super::errors::{Errors, error, form_error};
use crate::database::violation::{Violation, violation};
use crate::error::{AppError, Result};

/// The stored row, or the messages of the form.
pub type Stored<M> = std::result::Result<M, Errors>;

/// Turns the result of an insert or an update into the row, or into messages for the form.
///
/// A value that must be unique is an error of its field. A chosen row may have been deleted in the meantime,
/// which is an error of the form.
///
/// # Errors
///
/// A 404 if the row to change was deleted in the meantime. Other errors of the database stay as they are.
pub fn stored<M>(result: std::result::Result<M, DbErr>) -> Result<Stored<M>> {
    let error = match result {
        Ok(row) => return Ok(Ok(row)),
        Err(DbErr::RecordNotUpdated) => return Err(AppError::not_found()),
        Err(error) => error,
    };
    let errors = match violation(&error) {
        Some(Violation::Unique { column }) => taken(column.as_deref()),
        Some(Violation::ForeignKey) => {
            form_error("Something that you chose was deleted in the meantime. Choose again.")
        }
        None => return Err(error.into()),
    };
    Ok(Err(errors))
}

/// Returns whether a row was deleted. `false` if other rows still refer to it.
///
/// # Errors
///
/// A 404 if another request has deleted it, so that of two deletions at once only one succeeds. Other errors of
/// the database stay as they are.
pub fn unless_in_use(result: std::result::Result<DeleteResult, DbErr>) -> Result<bool> {
    match result {
        Ok(deleted) if deleted.rows_affected == 0 => Err(AppError::not_found()),
        Ok(_) => Ok(true),
        Err(error) if violation(&error) == Some(Violation::ForeignKey) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn taken(column: Option<&str>) -> Errors {
    match column {
        Some(field) => error(field, "This is in use already. Choose another."),
        None => form_error("One of these values is in use already."),
    }
}
