//! Names that a generated part cannot have, each with the reason.
//!
//! SQL has no part in it: SeaORM quotes every identifier, so a table `orders` and a column `order` work.

mod lists;

use crate::generate::name::Name;
use crate::keywords::{is_keyword, is_windows_device};
use lists::{
    COLUMNS, CRATES, HANDLER_VARIABLES, INSTEAD_OF_KEYWORDS, POSTGRESQL_COLUMNS, PRIMITIVE_TYPES,
    TABLES, TEMPLATE_NAMES, TYPES,
};

/// Checks the name of a module with its file: a page, a job, a mail.
pub fn module(name: &Name) -> Result<(), String> {
    let snake = name.snake();
    not_a_keyword(name)?;
    if is_windows_device(&snake) {
        return Err("Windows has a device of this name, so no file can have it".to_owned());
    }
    if ["main", "support"].contains(&snake.as_str()) {
        return Err(format!("`tests/web/{snake}.rs` has another purpose"));
    }
    Ok(())
}

/// Checks the names of a table, its modules, and its rows in handlers and templates.
pub fn table(singular: &Name, plural: &Name) -> Result<(), String> {
    for name in [singular, plural] {
        module(name)?;
        let name = name.snake();
        let name = name.as_str();
        if PRIMITIVE_TYPES.contains(&name) {
            return Err(format!("`{name}` is a type of Rust"));
        }
        if CRATES.contains(&name) {
            return Err(format!("`{name}` is the name of a crate that the app uses"));
        }
        if TEMPLATE_NAMES.contains(&name) {
            return Err(format!("every template has `{name}` already"));
        }
        if HANDLER_VARIABLES.contains(&name) {
            return Err(format!("handlers use `{name}` for something else"));
        }
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

/// Checks the name of a struct: an event, a job. It stands in CamelCase beside the names of the preludes.
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

/// Checks the name of a column that is not a reference. [`struct_field`] is checked before.
pub fn column(column: &str) -> Result<(), String> {
    if let Some((_, reason)) = COLUMNS.iter().find(|(taken, _)| *taken == column) {
        return Err((*reason).to_owned());
    }
    if POSTGRESQL_COLUMNS.contains(&column) {
        return Err("every table of PostgreSQL has a hidden column of this name".to_owned());
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
