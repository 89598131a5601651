//! Whether a person's or a group's properties meet a condition of a flag.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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

/// An operator not known here (regular expressions, dates, cohorts, versions) never holds.
pub fn holds(property: &Property, properties: &Map<String, Value>) -> bool {
    let Some(actual) = properties.get(&property.key) else {
        return matches!(
            property.operator.as_str(),
            "is_not_set" | "is_not" | "not_icontains"
        );
    };
    let wanted = &property.value;
    let contains = || {
        text(actual)
            .to_lowercase()
            .contains(&text(wanted).to_lowercase())
    };
    match property.operator.as_str() {
        "exact" => equals(wanted, actual),
        "is_not" => !equals(wanted, actual),
        "is_set" => true,
        "icontains" => contains(),
        "not_icontains" => !contains(),
        "gt" => compare(actual, wanted).is_some_and(|order| order.is_gt()),
        "gte" => compare(actual, wanted).is_some_and(|order| order.is_ge()),
        "lt" => compare(actual, wanted).is_some_and(|order| order.is_lt()),
        "lte" => compare(actual, wanted).is_some_and(|order| order.is_le()),
        _ => false,
    }
}

fn equals(wanted: &Value, actual: &Value) -> bool {
    match wanted {
        Value::Array(any) => any.iter().any(|wanted| equals(wanted, actual)),
        wanted => text(wanted).eq_ignore_ascii_case(&text(actual)),
    }
}

fn compare(actual: &Value, wanted: &Value) -> Option<std::cmp::Ordering> {
    match (number(actual), number(wanted)) {
        (Some(actual), Some(wanted)) => actual.partial_cmp(&wanted),
        _ => Some(text(actual).cmp(&text(wanted))),
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
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
        let properties = json!({"plan": "Paid", "seats": 12, "admin": true});
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
