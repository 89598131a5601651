//! Values for generated tests: a valid one, another valid one, and one that the form refuses.

use serde::Serialize;

use crate::generate::field::{Field, FieldType};
use crate::generate::name::Name;

/// The texts that a test types into a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Samples {
    pub valid: String,
    pub other: String,
    /// The valid value as Rust code: `"First title".into()`.
    ///
    /// The code is `None` if the column is optional.
    pub rust: String,
    /// The other valid value as Rust code.
    pub other_rust: String,
    /// A text that the form refuses.
    ///
    /// Missing if the form accepts every text, or if the control is a select of rows.
    pub invalid: Option<String>,
}

/// The values of a field. References have none, because the test creates the rows.
pub fn of(field: &Field, enumeration: &str) -> Samples {
    let samples = typed(field);
    let rust = |typed: &str| rust(field, enumeration, typed);
    Samples {
        rust: rust(&samples.valid),
        other_rust: rust(&samples.other),
        ..samples
    }
}

fn typed(field: &Field) -> Samples {
    let (valid, other, invalid) = match &field.kind {
        FieldType::String | FieldType::Text => {
            let words = field.name.lower();
            let empty = (!field.optional).then_some("");
            return samples(&format!("First {words}"), &format!("Second {words}"), empty);
        }
        FieldType::Integer | FieldType::Bigint => ("3", "4", "three"),
        FieldType::Float => ("2.5", "3.5", "a lot"),
        FieldType::Decimal { precision, scale } => return decimal(*precision, *scale),
        FieldType::Boolean => return samples("true", "", None),
        FieldType::Date => ("2026-12-01", "2026-12-02", "2026-02-30"),
        FieldType::Datetime => ("2026-12-01T09:30", "2026-12-02T09:30", "noon"),
        FieldType::Uuid => (
            "6a2f41a3-c54c-4ef5-9f0e-1b2a4a3c5d6e",
            "0d9c8b7a-6f5e-4d3c-8b2a-190817263544",
            "6a2f41a3",
        ),
        FieldType::Json => (r#"{"size":3}"#, r#"{"size":4}"#, "{"),
        FieldType::Email => ("mia@example.com", "noa@example.com", "mia"),
        FieldType::Url => (
            "https://example.com/one",
            "https://example.com/two",
            "javascript:alert(1)",
        ),
        FieldType::Enum(variants) => {
            let first = variants.first().map(|variant| variant.snake());
            let last = variants.last().map(|variant| variant.snake());
            let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
            return samples(&first, &last, Some("no-such-value"));
        }
        FieldType::References(_) => return samples("", "", None),
    };
    samples(valid, other, Some(invalid))
}

/// Numbers with at most one digit on each side of the point, which every decimal column can store.
fn decimal(precision: u32, scale: u32) -> Samples {
    let whole = if precision > scale { "1" } else { "0" };
    let number = |digit: &str| match scale {
        0 => digit.to_owned(),
        _ => format!("{whole}.{digit}"),
    };
    samples(&number("5"), &number("7"), Some("a lot"))
}

fn samples(valid: &str, other: &str, invalid: Option<&str>) -> Samples {
    Samples {
        valid: valid.to_owned(),
        other: other.to_owned(),
        invalid: invalid.map(str::to_owned),
        rust: String::new(),
        other_rust: String::new(),
    }
}

/// A typed value as an expression of Rust.
fn rust(field: &Field, enumeration: &str, typed: &str) -> String {
    if field.optional {
        return "None".to_owned();
    }
    match &field.kind {
        FieldType::String | FieldType::Text | FieldType::Url => format!("{typed:?}.into()"),
        FieldType::Integer | FieldType::Bigint | FieldType::Float => typed.to_owned(),
        FieldType::Decimal { .. } => format!("{typed:?}.parse().unwrap()"),
        FieldType::Boolean => (typed == "true").to_string(),
        FieldType::Date => format!("date!({typed})"),
        FieldType::Datetime => format!("datetime!({} UTC)", typed.replace('T', " ")),
        FieldType::Uuid => format!("{typed:?}.parse().unwrap()"),
        FieldType::Json => format!("json!({typed})"),
        FieldType::Email => format!("Email::normalized({typed:?})"),
        FieldType::Enum(variants) => {
            let variant = variants.iter().find(|variant| variant.snake() == typed);
            let variant = variant.map(Name::camel).unwrap_or_default();
            format!("{enumeration}::{variant}")
        }
        FieldType::References(_) => field.column(),
    }
}
