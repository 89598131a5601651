//! The pieces of code that depend only on the type of a field. [`pieces`] has one arm for each type.
//!
//! | type | migration | entity | form `Input<…>` | control | in an event |
//! |---|---|---|---|---|---|
//! | `string` | `string` | `String` | `Line` | `field` | |
//! | `text` | `text` | `String` | `MultiLine` | `textarea` | |
//! | `integer` | `integer` | `i32` | `i32` | `number` | `i32` |
//! | `bigint` | `big_integer` | `i64` | `i64` | `number` | `i64` |
//! | `float` | `double` | `f64` | `f64` | `number` | `f64` |
//! | `decimal(P,S)` | `decimal_len` | `Decimal` | `FixedPoint<P, S>` | `number` | `f64`, which PostHog can add up |
//! | `boolean` | `boolean` | `bool` | `bool` | `checkbox`, or `yes_or_no` if optional | `bool` |
//! | `date` | `date` | `TimeDate` | `TimeDate` | `date` | `2026-12-01` |
//! | `datetime` | `timestamp_with_time_zone` | `TimeDateTimeWithTimeZone` | the same | `datetime` | RFC 3339 |
//! | `uuid` | `uuid` | `Uuid` | `Uuid` | `field` | `Uuid` |
//! | `json` | `json_binary` | `serde_json::Value` | the same | `json` | |
//! | `email` | `string` | `Email` | `Email` | `field` | |
//! | `url` | `string` | `String` | `WebAddress` | `field` | |
//! | `enum(…)` | `string` | a new enum | `Choice<…>` | `select` | the stored text |
//! | `references` | `uuid` and a foreign key | `Uuid` | `Reference` | `select` | |

use crate::generate::field::{Field, FieldType};

/// In `text`, `shown` and `event`, `VALUE` stands for the value.
pub struct Pieces {
    pub kind: &'static str,
    /// The function of `sea_orm_migration::schema`.
    ///
    /// An optional column has `_null` after it.
    pub builder: &'static str,
    /// The arguments of the function after the column's name.
    pub arguments: String,
    /// The column's type, if SeaORM cannot derive it from the Rust type.
    pub column_type: Option<String>,
    pub rust: String,
    /// The `T` of `Input<T>`.
    pub input: String,
    /// The macro in `templates/forms.html`.
    pub control: &'static str,
    /// The macro's arguments that only this type has.
    pub control_arguments: String,
    /// The expression that makes a text of the value for pages.
    ///
    /// With `None` the page gets the value itself.
    pub text: Option<String>,
    /// The markup around the text on the page of a row.
    pub shown: Option<&'static str>,
    pub is_number: bool,
    /// The type of the property in events, and the expression for its value.
    ///
    /// `ENUM` stands for the path of the enum.
    pub event: Option<(&'static str, &'static str)>,
}

/// The pieces of a field.
///
/// `enumeration` is the name of the Rust type if the field is an enum.
pub fn pieces(field: &Field, enumeration: &str) -> Pieces {
    use FieldType as T;
    match &field.kind {
        T::String => Pieces {
            input: "Line".into(),
            ..plain("string", "string", "String")
        },
        T::Text => Pieces {
            column_type: Some("Text".into()),
            input: "MultiLine".into(),
            control: "textarea",
            ..plain("text", "text", "String")
        },
        T::Integer => number("integer", "integer", "i32"),
        T::Bigint => number("bigint", "big_integer", "i64"),
        T::Float => Pieces {
            control_arguments: "step=\"any\"".into(),
            ..number("float", "double", "f64")
        },
        T::Decimal { precision, scale } => Pieces {
            arguments: format!(", {precision}, {scale}"),
            column_type: Some(format!("Decimal(Some(({precision}, {scale})))")),
            input: format!("FixedPoint<{precision}, {scale}>"),
            control_arguments: format!("step=\"{}\"", step(*scale)),
            text: Some(format!("format!(\"{{:.{scale}}}\", VALUE)")),
            event: Some(("Option<f64>", "f64::try_from(VALUE).ok()")),
            ..number("decimal", "decimal_len", "Decimal")
        },
        T::Boolean => Pieces {
            // A checkbox cannot tell `false` from no answer.
            control: match field.optional {
                true => "yes_or_no",
                false => "checkbox",
            },
            text: Some("text::yes_or_no(VALUE)".into()),
            event: Some(("bool", "VALUE")),
            ..plain("boolean", "boolean", "bool")
        },
        T::Date => Pieces {
            control: "date",
            text: Some("text::date(VALUE)".into()),
            event: Some(("String", "VALUE.to_string()")),
            ..plain("date", "date", "TimeDate")
        },
        T::Datetime => Pieces {
            control: "datetime",
            text: Some("text::moment(VALUE)".into()),
            event: Some(("String", "text::timestamp(VALUE)")),
            ..plain(
                "datetime",
                "timestamp_with_time_zone",
                "TimeDateTimeWithTimeZone",
            )
        },
        T::Uuid => Pieces {
            text: Some("VALUE.to_string()".into()),
            shown: Some("<code>VALUE</code>"),
            event: Some(("crate::prelude::Uuid", "VALUE")),
            ..plain("uuid", "uuid", "Uuid")
        },
        T::Json => Pieces {
            column_type: Some("JsonBinary".into()),
            control: "json",
            text: Some("format!(\"{:#}\", VALUE)".into()),
            shown: Some("<pre><code>VALUE</code></pre>"),
            ..plain("json", "json_binary", "serde_json::Value")
        },
        T::Email => Pieces {
            control_arguments: "type=\"email\"".into(),
            text: Some("VALUE.for_people()".into()),
            ..plain("email", "string", "Email")
        },
        T::Url => Pieces {
            input: "WebAddress".into(),
            control_arguments: "type=\"url\"".into(),
            shown: Some("<a href=\"VALUE\" rel=\"nofollow ugc\">VALUE</a>"),
            ..plain("url", "string", "String")
        },
        T::Enum(_) => Pieces {
            input: format!("Choice<{enumeration}>"),
            control: "select",
            text: Some("label(&VALUE)".into()),
            event: Some(("ENUM", "VALUE")),
            ..plain("enum", "string", enumeration)
        },
        T::References(_) => Pieces {
            input: "Reference".into(),
            control: "select",
            text: Some("VALUE.to_string()".into()),
            ..plain("references", "uuid", "Uuid")
        },
    }
}

fn plain(kind: &'static str, builder: &'static str, rust: &str) -> Pieces {
    Pieces {
        kind,
        builder,
        arguments: String::new(),
        column_type: None,
        rust: rust.to_owned(),
        input: rust.to_owned(),
        control: "field",
        control_arguments: String::new(),
        text: None,
        shown: None,
        is_number: false,
        event: None,
    }
}

fn number(kind: &'static str, builder: &'static str, rust: &'static str) -> Pieces {
    Pieces {
        control: "number",
        is_number: true,
        event: Some((rust, "VALUE")),
        ..plain(kind, builder, rust)
    }
}

/// The smallest step between numbers with `scale` digits after the point: `0.01`.
fn step(scale: u32) -> String {
    match scale {
        0 => "1".to_owned(),
        _ => format!("0.{}1", "0".repeat(scale as usize - 1)),
    }
}
