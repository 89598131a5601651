//! Names that a generated part cannot have, each with the reason.
//!
//! Keywords of SQL are allowed: SeaORM quotes every identifier, so a table `orders` and a column `order` work.

mod lists;

use crate::generate::name::Name;
use crate::keywords::{is_keyword, is_windows_device};
use lists::{
    COLUMNS, CRATES, HANDLER_NAMES, INSTEAD_OF_KEYWORDS, POSTGRESQL_COLUMNS, PRIMITIVE_TYPES,
    TABLES, TEMPLATE_NAMES, TYPES,
};

/// Checks the name of a module with its file and its tests: a page, a job, a mail.
pub fn module(name: &Name) -> Result<(), String> {
    file(name)?;
    let snake = name.snake();
    match snake.as_str() {
        "main" | "support" => Err(format!("`tests/web/{snake}.rs` has another purpose")),
        _ => Ok(()),
    }
}

/// Checks the names of a table, its modules, and its rows in handlers and templates.
pub fn table(singular: &Name, plural: &Name) -> Result<(), String> {
    file(singular)?;
    module(plural)?;
    let row = singular.snake();
    let row = row.as_str();
    if PRIMITIVE_TYPES.contains(&row) {
        return Err(format!("`{row}` is a type of Rust"));
    }
    if CRATES.contains(&row) {
        return Err(format!("`{row}` is the name of a crate that the app uses"));
    }
    if TEMPLATE_NAMES.contains(&row) {
        return Err(format!("every page has a variable `{row}` already"));
    }
    if HANDLER_NAMES.contains(&row) {
        return Err(format!(
            "the code of a resource uses `{row}` for something else"
        ));
    }
    let table = plural.snake();
    if TABLES.contains(&table.as_str()) {
        return Err(format!("Hoglet has a table `{table}`"));
    }
    if table.starts_with("sqlite_") {
        return Err("SQLite reserves names that begin with `sqlite_`".to_owned());
    }
    Ok(())
}

/// Checks the name of a struct: an event, a job.
///
/// It must not be the same as a name of the preludes.
pub fn type_name(name: &Name) -> Result<(), String> {
    let camel = name.camel();
    if is_keyword(&camel) {
        return Err(format!("`{camel}` is a keyword of Rust"));
    }
    if TYPES.contains(&camel.as_str()) {
        return Err(format!(
            "`{camel}` is a name that most files of the app use for something else"
        ));
    }
    Ok(())
}

/// Checks the name of a struct's field.
pub fn struct_field(name: &Name) -> Result<(), String> {
    not_a_keyword(name)
}

/// Checks the name of a column that is not a reference.
///
/// [`struct_field`] must have accepted the name.
pub fn column(column: &str) -> Result<(), String> {
    if let Some((_, reason)) = COLUMNS.iter().find(|(taken, _)| *taken == column) {
        return Err((*reason).to_owned());
    }
    if POSTGRESQL_COLUMNS.contains(&column) {
        return Err("every table of PostgreSQL has a hidden column of this name".to_owned());
    }
    Ok(())
}

fn file(name: &Name) -> Result<(), String> {
    not_a_keyword(name)?;
    if is_windows_device(&name.snake()) {
        return Err("Windows has a device of this name, so no file can have it".to_owned());
    }
    Ok(())
}

fn not_a_keyword(name: &Name) -> Result<(), String> {
    let snake = name.snake();
    if !is_keyword(&snake) {
        return Ok(());
    }
    let known = INSTEAD_OF_KEYWORDS.iter().find(|(word, _)| *word == snake);
    let instead = known.map_or_else(
        || format!("{snake}_value"),
        |(_, instead)| (*instead).to_owned(),
    );
    Err(format!(
        "`{snake}` is a keyword of Rust; take another word, such as `{instead}`"
    ))
}

#[cfg(test)]
mod tests;
