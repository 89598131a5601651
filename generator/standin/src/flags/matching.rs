//! Whether a person's or a group's properties meet a condition of a flag.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// PostHog's `property_matching_version` in this code, for clients that evaluate locally.
pub const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Property {
    pub key: String,
    #[serde(default)]
    pub value: Value,
    #[serde(default = "exact")]
    pub operator: String,
    #[serde(rename = "type", default = "person")]
    pub kind: String,
}

/// Whether the properties meet a condition on one property.
///
/// It follows `match_property` in PostHog's `rust/feature-flags/src/properties/property_matching.rs`. Other operators
/// (regular expressions, dates, cohorts, versions) are never true here.
pub fn holds(property: &Property, properties: &Map<String, Value>) -> bool {
    let wanted = &property.value;
    let operator = property.operator.as_str();
    let actual = properties.get(&property.key);
    match operator {
        "is_set" => return actual.is_some(),
        "is_not_set" => return actual.is_none(),
        _ if wanted.is_null() => return false,
        _ => {}
    }
    let Some(actual) = actual else {
        return matches!(operator, "is_not" | "not_icontains");
    };
    let contains = || {
        text(actual)
            .to_ascii_lowercase()
            .contains(&text(wanted).to_ascii_lowercase())
    };
    let order = || number(actual)?.partial_cmp(&number(wanted)?);
    match operator {
        "exact" => equals(wanted, actual),
        "is_not" => !equals(wanted, actual),
        "icontains" => contains(),
        "not_icontains" => !contains(),
        "gt" => order().is_some_and(Ordering::is_gt),
        "gte" => order().is_some_and(Ordering::is_ge),
        "lt" => order().is_some_and(Ordering::is_lt),
        "lte" => order().is_some_and(Ordering::is_le),
        _ => false,
    }
}

/// Whether a value equals the condition's value, or one of them.
///
/// If the condition has only booleans, every value counts as a boolean: all values but `true` are false, so `exact false` is
/// true for `"banana"`. This is `property_matching_version` 1, which SDKs get from [`VERSION`]. A project has version 1
/// unless it chooses 2.
fn equals(wanted: &Value, actual: &Value) -> bool {
    if is_boolean(wanted) {
        return is_true(wanted) == is_true(actual);
    }
    let actual = text(actual).to_lowercase();
    match wanted {
        Value::Array(any) => any
            .iter()
            .any(|wanted| text(wanted).to_lowercase() == actual),
        wanted => text(wanted).to_lowercase() == actual,
    }
}

fn is_boolean(value: &Value) -> bool {
    match value {
        Value::Bool(_) => true,
        Value::String(text) => ["true", "false"].contains(&text.to_lowercase().as_str()),
        Value::Array(all) => all.iter().all(is_boolean),
        _ => false,
    }
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::String(text) => text.to_lowercase() == "true",
        Value::Array(all) => all.iter().all(is_true),
        _ => false,
    }
}

/// Only numbers are compared (older versions compared text too).
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

fn exact() -> String {
    "exact".to_owned()
}

fn person() -> String {
    "person".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operators() {
        let properties = json!({
            "plan": "Paid", "seats": 12, "admin": true, "fruit": "banana", "score": "9.5", "list": [1], "nothing": null,
        });
        for (key, operator, value, expected) in [
            ("plan", "exact", json!("paid"), true),
            ("plan", "exact", json!(["free", "paid"]), true),
            ("plan", "is_not", json!("paid"), false),
            ("plan", "icontains", json!("AI"), true),
            ("plan", "not_icontains", json!("AI"), false),
            ("seats", "gt", json!("2"), true),
            ("seats", "lte", json!(11), false),
            ("admin", "exact", json!("true"), true),
            ("missing", "is_not_set", json!(null), true),
            ("missing", "exact", json!("x"), false),
            ("plan", "is_set", json!(null), true),
            ("plan", "regex", json!(".*"), false),
            // Only numbers are compared.
            ("score", "gt", json!("9"), true),
            ("score", "lt", json!(10), true),
            ("fruit", "gt", json!("apple"), false),
            ("fruit", "lt", json!("cherry"), false),
            ("fruit", "gte", json!(1), false),
            ("seats", "lte", json!("many"), false),
            ("admin", "gte", json!(0), false),
            ("list", "gt", json!(0), false),
            ("missing", "lt", json!(1), false),
            // If the condition is a boolean, every value counts as a boolean.
            ("fruit", "exact", json!(false), true),
            ("fruit", "exact", json!("False"), true),
            ("fruit", "exact", json!(["false"]), true),
            ("fruit", "exact", json!(true), false),
            ("fruit", "is_not", json!(false), false),
            ("fruit", "is_not", json!(true), true),
            ("seats", "exact", json!(false), true),
            ("nothing", "exact", json!(false), true),
            ("admin", "is_not", json!("TRUE"), false),
            ("fruit", "exact", json!(["false", "kiwi"]), false),
            ("missing", "is_not", json!(false), true),
            ("missing", "exact", json!(false), false),
            // Without a value there is nothing to compare with.
            ("plan", "is_not", json!(null), false),
            ("missing", "is_not", json!(null), false),
            ("list", "exact", json!("[1]"), true),
        ] {
            let property = Property {
                key: key.into(),
                value,
                operator: operator.into(),
                kind: person(),
            };
            assert_eq!(
                holds(&property, properties.as_object().unwrap()),
                expected,
                "{key} {operator}"
            );
        }
    }
}
