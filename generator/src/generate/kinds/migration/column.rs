//! The column of a field, in a migration and in an entity.

use crate::generate::field::{Field, FieldType};
use crate::generate::name::identifier;

/// The value that existing rows get in a new column that cannot be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForExistingRows {
    /// As Rust code: `""`.
    pub code: String,
    /// In words: `an empty text`.
    pub words: String,
}

/// The column in a migration: `decimal_len_null("price", 10, 2)`, a function of `sea_orm_migration::schema`.
pub fn definition(field: &Field) -> String {
    let null = if field.optional { "_null" } else { "" };
    let column = field.column();
    let function = match &field.kind {
        FieldType::Decimal { precision, scale } => {
            return format!("decimal_len{null}(\"{column}\", {precision}, {scale})");
        }
        FieldType::String | FieldType::Email | FieldType::Url | FieldType::Enum(_) => "string",
        FieldType::Text => "text",
        FieldType::Integer => "integer",
        FieldType::Bigint => "big_integer",
        FieldType::Float => "double",
        FieldType::Boolean => "boolean",
        FieldType::Date => "date",
        FieldType::Datetime => "timestamp_with_time_zone",
        FieldType::Uuid | FieldType::References(_) => "uuid",
        FieldType::Json => "json_binary",
    };
    format!("{function}{null}(\"{column}\")")
}

/// The column as a field of an entity: `pub price: Option<Decimal>,`.
pub fn in_entity(field: &Field) -> String {
    let kind = match field.kind {
        FieldType::String | FieldType::Text | FieldType::Url | FieldType::Enum(_) => "String",
        FieldType::Email => "Email",
        FieldType::Integer => "i32",
        FieldType::Bigint => "i64",
        FieldType::Float => "f64",
        FieldType::Decimal { .. } => "Decimal",
        FieldType::Boolean => "bool",
        FieldType::Date => "TimeDate",
        FieldType::Datetime => "TimeDateTimeWithTimeZone",
        FieldType::Uuid | FieldType::References(_) => "Uuid",
        FieldType::Json => "serde_json::Value",
    };
    let sql = match field.kind {
        FieldType::Text => Some("Text".to_owned()),
        FieldType::Json => Some("JsonBinary".to_owned()),
        FieldType::Decimal { precision, scale } => {
            Some(format!("Decimal(Some(({precision}, {scale})))"))
        }
        _ => None,
    };
    let nullable = if field.optional { ", nullable" } else { "" };
    let attribute = sql.map(|sql| format!("#[sea_orm(column_type = \"{sql}\"{nullable})] "));
    let attribute = attribute.unwrap_or_default();
    let column = field.column();
    match field.optional {
        true => format!("{attribute}pub {column}: Option<{kind}>,"),
        false => format!("{attribute}pub {column}: {kind},"),
    }
}

/// The value that existing rows get in a column that cannot be empty.
///
/// `None` if no value suits all rows: a reference needs a row to refer to, and an empty text is not an address. The
/// value is a constant, because SQLite cannot add a column with a computed default, such as the current time.
pub fn for_existing_rows(field: &Field) -> Option<ForExistingRows> {
    let (code, words) = match &field.kind {
        // A unique index is not possible if all rows have the same value.
        _ if field.unique => return None,
        FieldType::String | FieldType::Text => ("\"\"", "an empty text"),
        FieldType::Integer | FieldType::Bigint | FieldType::Decimal { .. } => ("0", "0"),
        FieldType::Float => ("0.0", "0"),
        FieldType::Boolean => ("false", "`false`"),
        FieldType::Date => ("\"1970-01-01\"", "1 January 1970"),
        FieldType::Datetime => ("\"1970-01-01T00:00:00Z\"", "1 January 1970"),
        FieldType::Json => ("\"{}\"", "an empty object"),
        FieldType::Enum(variants) => {
            let first = variants.first()?.snake();
            return Some(ForExistingRows {
                code: format!("\"{first}\""),
                words: format!("`{first}`"),
            });
        }
        FieldType::Email | FieldType::Url | FieldType::Uuid | FieldType::References(_) => {
            return None;
        }
    };
    Some(ForExistingRows {
        code: code.to_owned(),
        words: words.to_owned(),
    })
}

/// The table that a reference refers to.
pub fn referred_table(field: &Field) -> Option<String> {
    match &field.kind {
        FieldType::References(to) => Some(to.plural().snake()),
        _ => None,
    }
}

/// The `ForeignKeyAction` when the row that the field refers to is deleted.
///
/// Rows without an owner are deleted with the row that they need. Otherwise an account whose rows they need could not be
/// deleted.
pub fn on_delete(field: &Field) -> Option<&'static str> {
    match &field.kind {
        FieldType::References(_) if field.optional => Some("SetNull"),
        FieldType::References(_) => Some("Cascade"),
        _ => None,
    }
}

/// The name of the column's index, if it has one.
pub fn index(table: &str, field: &Field) -> Option<String> {
    let is_reference = matches!(field.kind, FieldType::References(_));
    let has_index = field.unique || field.index || is_reference;
    has_index.then(|| identifier(&[table, &field.column()]))
}
