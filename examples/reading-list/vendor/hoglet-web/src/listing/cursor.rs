//! [`Cursor`]: the place in a list at which the next page begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::prelude::Decimal;
use sea_orm::sea_query::ColumnType;
use sea_orm::{ColumnTrait, Value};
use time::macros::format_description;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// The longest cursor, in bytes. It contains at most a web address, in which every character may be escaped.
const MAX_BYTES: usize = 8192;

/// The last row of a page: the value of its sorted column, and its id.
///
/// In a link it is base64 of JSON: `["2026-11-30", "3f2b8c1e-…"]`. Anybody can write one, so it is read with care.
#[derive(Debug)]
pub struct Cursor {
    pub value: Option<Value>,
    pub id: Value,
}

impl Cursor {
    /// The cursor of a row. `None` if a value has a type that a cursor cannot contain.
    pub fn of(value: Value, id: Value) -> Option<Self> {
        text(&id)??;
        let value = text(&value)?.map(|_| value);
        Some(Self { value, id })
    }

    /// Reads a cursor for a list that is sorted by this column. `None` if it is not one.
    pub fn read(written: &str, column: impl ColumnTrait) -> Option<Self> {
        if written.len() > MAX_BYTES {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(written).ok()?;
        let (value, id): (Option<String>, Uuid) = serde_json::from_slice(&json).ok()?;
        let value = match value {
            Some(text) => Some(parsed(&text, column.def().get_column_type())?),
            None => None,
        };
        Some(Self {
            value,
            id: id.into(),
        })
    }

    /// Writes the cursor for a link.
    pub fn write(&self) -> String {
        let value = self.value.as_ref().and_then(|value| text(value).flatten());
        let json = serde_json::json!([value, text(&self.id).flatten()]);
        URL_SAFE_NO_PAD.encode(json.to_string())
    }
}

/// Whether a column has a type that a cursor can contain.
pub fn has_known_type<C: ColumnTrait>(column: &C) -> bool {
    matches!(
        column.def().get_column_type(),
        ColumnType::Char(_)
            | ColumnType::String(_)
            | ColumnType::Text
            | ColumnType::Integer
            | ColumnType::BigInteger
            | ColumnType::Double
            | ColumnType::Decimal(_)
            | ColumnType::Boolean
            | ColumnType::Date
            | ColumnType::TimestampWithTimeZone
            | ColumnType::Uuid
    )
}

/// The text of a value, exact to the last digit: `Some(None)` for NULL, `None` for an unknown type.
fn text(value: &Value) -> Option<Option<String>> {
    Some(match value {
        Value::String(value) => value.clone(),
        Value::Int(value) => value.map(|number| number.to_string()),
        Value::BigInt(value) => value.map(|number| number.to_string()),
        Value::Double(value) => value.map(|number| format!("{number:?}")),
        Value::Decimal(value) => value.map(|number| number.to_string()),
        Value::Bool(value) => value.map(|answer| answer.to_string()),
        Value::TimeDate(value) => value.map(|date| date.to_string()),
        Value::TimeDateTimeWithTimeZone(value) => {
            value.map(|moment| moment.unix_timestamp_nanos().to_string())
        }
        Value::Uuid(value) => value.map(|id| id.to_string()),
        _ => return None,
    })
}

/// The value of a text for a column.
///
/// A database refuses a value of another type, or one that is out of its range.
fn parsed(text: &str, column: &ColumnType) -> Option<Value> {
    Some(match column {
        ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text => {
            (!text.contains('\0')).then_some(text)?.into()
        }
        ColumnType::Integer => text.parse::<i32>().ok()?.into(),
        ColumnType::BigInteger => text.parse::<i64>().ok()?.into(),
        ColumnType::Double => text
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())?
            .into(),
        ColumnType::Decimal(_) => Decimal::from_str_exact(text).ok()?.into(),
        ColumnType::Boolean => text.parse::<bool>().ok()?.into(),
        ColumnType::Date => {
            let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
            has_usual_year(date.year()).then_some(date)?.into()
        }
        ColumnType::TimestampWithTimeZone => {
            let moment = OffsetDateTime::from_unix_timestamp_nanos(text.parse().ok()?).ok()?;
            has_usual_year(moment.year()).then_some(moment)?.into()
        }
        ColumnType::Uuid => Uuid::try_parse(text).ok()?.into(),
        _ => return None,
    })
}

fn has_usual_year(year: i32) -> bool {
    (1..=9999).contains(&year)
}
