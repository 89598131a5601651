//! Reads a flag in any of its written forms.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::flags::Flag;

impl Flag {
    /// Reads a flag in any form. The error names the mistake.
    pub fn read(value: &Value) -> Result<Self, String> {
        Self::read_in(value, &Map::new())
    }

    /// Like [`Self::read`], with the group types that PostHog's definitions refer to by number.
    fn read_in(value: &Value, group_types: &Map<String, Value>) -> Result<Self, String> {
        match value {
            Value::Bool(active) => Self::from_object(json!({"active": active})),
            Value::String(variant) => Self::from_object(json!({
                "variant": variant,
                "variants": [{"key": variant, "rollout_percentage": 100}],
            })),
            Value::Object(object) => match object.get("filters") {
                Some(filters) => Self::from_posthog(object, filters, group_types),
                None => Self::from_object(short_form(object.clone())),
            },
            _ => Err("a flag is true, false, the name of a variant, or an object".to_owned()),
        }
    }

    fn from_object(value: Value) -> Result<Self, String> {
        let flag: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        let named = flag.variant.iter().chain(
            flag.conditions
                .iter()
                .filter_map(|condition| condition.variant.as_ref()),
        );
        match named
            .into_iter()
            .find(|name| !flag.variants.iter().any(|variant| variant.key == **name))
        {
            Some(name) => Err(format!("`{name}` is not among the variants")),
            None => Ok(flag),
        }
    }

    fn from_posthog(
        object: &Map<String, Value>,
        filters: &Value,
        group_types: &Map<String, Value>,
    ) -> Result<Self, String> {
        let group_type = match (object.get("group_type"), &filters["aggregation_group_type_index"]) {
            (named @ Some(_), _) => named,
            (None, Value::Null) => None,
            (None, index) => Some(group_types.get(&index.to_string()).ok_or_else(|| {
                format!("group type {index} is not in the `group_type_mapping`; write `group_type` with its name instead")
            })?),
        };
        let payloads: Map<String, Value> = filters["payloads"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, text)| {
                let value = text
                    .as_str()
                    .and_then(|text| serde_json::from_str(text).ok());
                (key.clone(), value.unwrap_or_else(|| text.clone()))
            })
            .collect();
        Self::from_object(json!({
            "active": object.get("active").and_then(Value::as_bool).unwrap_or(true),
            "name": object.get("name").and_then(Value::as_str).unwrap_or_default(),
            "variants": filters["multivariate"]["variants"].as_array().cloned().unwrap_or_default(),
            "conditions": filters["groups"].as_array().cloned().unwrap_or_default(),
            "payloads": payloads,
            "group_type": group_type,
        }))
    }
}

/// Reads `{"key": flag, …}`, or PostHog's own `{"flags": [{"key": …, "filters": …}, …]}`.
pub fn read_all(value: &Value) -> Result<BTreeMap<String, Flag>, String> {
    let list = ["flags", "results"]
        .iter()
        .find_map(|field| value.get(*field)?.as_array());
    let named: Vec<(String, &Value)> = match (list, value) {
        (Some(list), _) => list
            .iter()
            .map(|flag| Some((flag.get("key")?.as_str()?.to_owned(), flag)))
            .collect::<Option<_>>()
            .ok_or("a flag in the list has no `key`")?,
        (None, Value::Object(flags)) => flags
            .iter()
            .map(|(key, flag)| (key.clone(), flag))
            .collect(),
        _ => return Err("flags are an object of key and flag".to_owned()),
    };
    if named.iter().any(|(key, _)| key.trim().is_empty()) {
        return Err("a flag's key is empty".to_owned());
    }
    let none = Map::new();
    let group_types = match list {
        Some(_) => value.get("group_type_mapping").and_then(Value::as_object),
        None => None,
    };
    let group_types = group_types.unwrap_or(&none);
    named
        .into_iter()
        .map(|(key, flag)| match Flag::read_in(flag, group_types) {
            Ok(flag) => Ok((key, flag)),
            Err(cause) => Err(format!("flag `{key}`: {cause}")),
        })
        .collect()
}

/// Expands the short forms.
///
/// `{"control": 50, "test": 50}` becomes a list of variants, and `payload` becomes the payload of `true`.
fn short_form(mut object: Map<String, Value>) -> Value {
    object.remove("key");
    if let Some(Value::Object(shares)) = object.get("variants") {
        let list = shares
            .iter()
            .map(|(key, share)| json!({"key": key, "rollout_percentage": share}))
            .collect();
        object.insert("variants".to_owned(), Value::Array(list));
    }
    if let Some(payload) = object.remove("payload") {
        object.insert("payloads".to_owned(), json!({"true": payload}));
    }
    Value::Object(object)
}
