//! The steps of a migration, as values for its template.
//!
//! Each step is one statement, because SQLite adds only one column in a statement.

use liquid::Object;
use liquid::model::Value;

use super::column::{definition, for_existing_rows, index, on_delete, referred_table};
use crate::generate::field::Field;

/// The values of existing rows in a column that is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Rows get the default of the type. [`for_existing_rows`] must have one.
    GetDefault,
    /// The column was dropped, and its values are lost.
    ///
    /// If the type has no default, the new column can be empty.
    HaveLostTheirs,
}

pub fn create_table(table: &str, fields: &[Field]) -> Vec<Value> {
    let columns = fields.iter().map(|field| {
        let mut column = object(&[
            ("name", &field.column()),
            ("definition", &definition(field)),
        ]);
        if let Some(to) = referred_table(field) {
            column.insert("references".into(), Value::scalar(to));
        }
        if let Some(action) = on_delete(field) {
            column.insert("on_delete".into(), Value::scalar(action));
        }
        Value::Object(column)
    });
    let columns = Value::array(columns);
    let create = Object::from_iter([("create_table".into(), columns)]);
    let indexes = fields.iter().filter_map(|field| create_index(table, field));
    [Value::Object(create)].into_iter().chain(indexes).collect()
}

pub fn drop_table() -> Vec<Value> {
    vec![Value::Object(Object::from_iter([(
        "drop_table".into(),
        Value::scalar(true),
    )]))]
}

pub fn add_columns(table: &str, fields: &[Field], rows: Rows) -> Vec<Value> {
    let steps = |field| [Some(add_column(field, rows)), create_index(table, field)];
    fields.iter().flat_map(steps).flatten().collect()
}

/// Drops the columns in reverse order, each after its index.
///
/// SQLite cannot drop a column that an index uses.
pub fn drop_columns(table: &str, fields: &[Field]) -> Vec<Value> {
    let steps = |field: &Field| {
        let index = index(table, field).map(|name| object(&[("drop_index", &name)]));
        let column = object(&[("drop_column", &field.column())]);
        [index, Some(column)]
    };
    let steps = fields.iter().rev().flat_map(steps).flatten();
    steps.map(Value::Object).collect()
}

fn add_column(field: &Field, rows: Rows) -> Value {
    let mut optional = field.clone();
    optional.optional = true;
    let (code, comment) = match for_existing_rows(field) {
        _ if field.optional => (definition(field), None),
        Some(value) => (
            format!("{}.default({})", definition(field), value.code),
            Some(format!("Existing rows get {}.", value.words)),
        ),
        None => {
            debug_assert_eq!(rows, Rows::HaveLostTheirs);
            let comment = "It can be empty now, because the values of existing rows are lost.";
            (definition(&optional), Some(comment.to_owned()))
        }
    };
    let (code, comment) = match referred_table(field) {
        Some(table) => {
            // A column that was required can be empty now, so its action is that of an optional one.
            let action = match on_delete(&optional) {
                Some("SetNull") => " ON DELETE SET NULL",
                _ => "",
            };
            let key = format!(r##".extra(r#"REFERENCES "{table}" ("id"){action}"#)"##);
            let reason = "SQLite adds a foreign key only together with its column.";
            let comment = comment.map_or_else(
                || reason.to_owned(),
                |comment| format!("{comment} {reason}"),
            );
            (code + &key, Some(comment))
        }
        None => (code, comment),
    };
    let mut step = object(&[("add_column", &code)]);
    if let Some(comment) = comment {
        step.insert("comment".into(), Value::scalar(comment));
    }
    Value::Object(step)
}

fn create_index(table: &str, field: &Field) -> Option<Value> {
    let name = index(table, field)?;
    let mut step = object(&[("create_index", &name), ("column", &field.column())]);
    step.insert("unique".into(), Value::scalar(field.unique));
    Some(Value::Object(step))
}

fn object(entries: &[(&'static str, &str)]) -> Object {
    let entry =
        |(key, text): &(&'static str, &str)| ((*key).into(), Value::scalar((*text).to_owned()));
    entries.iter().map(entry).collect()
}
