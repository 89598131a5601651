//! Feature flags: their definitions, and who gets what, decided as PostHog decides it.
//!
//! A flag is written in short form (`{"rollout_percentage": 50, "variants": {"control": 50, "test": 50}}`,
//! or `true`, or the name of the variant everybody gets) or as PostHog's own definition with `filters`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use super::matching::{self, Property};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    #[serde(default = "yes")]
    pub active: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// How many of those without a condition of their own get it.
    #[serde(default = "everybody")]
    pub rollout_percentage: f64,
    /// The variant that everybody gets, whatever the hash says.
    #[serde(default)]
    pub variant: Option<String>,
    /// Variant and its share in percent, in the order that PostHog deals them out.
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// A payload by variant, or under `true` for a flag without variants.
    #[serde(default)]
    pub payloads: Map<String, Value>,
    /// Tried in order; with any given, `rollout_percentage` and `variant` above stand aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// The group type it is dealt out by, instead of by person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_type: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    pub key: String,
    pub rollout_percentage: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    #[serde(default)]
    pub properties: Vec<Property>,
    #[serde(default)]
    pub rollout_percentage: Option<f64>,
    #[serde(default)]
    pub variant: Option<String>,
}

/// Who asks, and what is known about them.
pub struct Asker<'a> {
    pub distinct_id: &'a str,
    pub properties: &'a Map<String, Value>,
    /// Group type to group key.
    pub groups: &'a Map<String, Value>,
    /// Group type to properties.
    pub group_properties: &'a Map<String, Value>,
}

#[derive(Debug, PartialEq)]
pub struct Answer {
    pub enabled: bool,
    pub variant: Option<String>,
    pub code: &'static str,
    pub condition: Option<usize>,
}

impl Flag {
    pub fn evaluate(&self, key: &str, asker: &Asker) -> Answer {
        let no = |code| Answer {
            enabled: false,
            variant: None,
            code,
            condition: None,
        };
        if !self.active {
            return no("flag_disabled");
        }
        let empty = Map::new();
        let (bucket, properties) = match &self.group_type {
            None => (asker.distinct_id, asker.properties),
            Some(kind) => match asker.groups.get(kind).and_then(Value::as_str) {
                None => return no("no_group_type"),
                Some(group) => (
                    group,
                    asker
                        .group_properties
                        .get(kind)
                        .and_then(Value::as_object)
                        .unwrap_or(&empty),
                ),
            },
        };
        let conditions = self.conditions();
        // As PostHog does, conditions that name a variant come first.
        let (named, plain): (Vec<_>, Vec<_>) = conditions
            .iter()
            .enumerate()
            .partition(|(_, condition)| condition.variant.is_some());
        let mut code = "no_condition_match";
        for (index, condition) in named.into_iter().chain(plain) {
            if !condition
                .properties
                .iter()
                .all(|property| matching::holds(property, properties))
            {
                continue;
            }
            if condition
                .rollout_percentage
                .is_some_and(|percent| hash(key, bucket, "") > percent / 100.0)
            {
                code = "out_of_rollout_bound";
                continue;
            }
            let forced = condition
                .variant
                .clone()
                .filter(|forced| self.variants.iter().any(|variant| variant.key == *forced));
            let variant = forced.or_else(|| self.deal(key, bucket));
            return Answer {
                enabled: true,
                variant,
                code: "condition_match",
                condition: Some(index),
            };
        }
        no(code)
    }

    fn conditions(&self) -> Vec<Condition> {
        if self.conditions.is_empty() {
            vec![Condition {
                properties: Vec::new(),
                rollout_percentage: Some(self.rollout_percentage),
                variant: self.variant.clone(),
            }]
        } else {
            self.conditions.clone()
        }
    }

    fn deal(&self, key: &str, bucket: &str) -> Option<String> {
        let at = hash(key, bucket, "variant");
        let mut upto = 0.0;
        self.variants.iter().find_map(|variant| {
            upto += variant.rollout_percentage / 100.0;
            (at < upto).then(|| variant.key.clone())
        })
    }

    /// The payload as PostHog sends it: JSON, written as text.
    pub fn payload(&self, answer: &Answer) -> Option<String> {
        if !answer.enabled {
            return None;
        }
        self.payloads
            .get(answer.variant.as_deref().unwrap_or("true"))
            .map(Value::to_string)
    }

    /// PostHog's own shape, for clients that evaluate locally.
    pub fn definition(
        &self,
        id: usize,
        key: &str,
        version: u64,
        group_types: &BTreeMap<String, String>,
    ) -> Value {
        let payloads: Map<String, Value> = self
            .payloads
            .iter()
            .map(|(key, value)| (key.clone(), value.to_string().into()))
            .collect();
        let group_type = self
            .group_type
            .as_ref()
            .and_then(|kind| group_types.iter().find(|(_, name)| *name == kind))
            .and_then(|(index, _)| index.parse::<u32>().ok());
        json!({
            "id": id, "key": key, "name": self.name, "active": self.active, "deleted": false, "version": version,
            "has_experiment": !self.variants.is_empty(), "ensure_experience_continuity": false,
            "filters": {
                "groups": self.conditions(),
                "multivariate": (!self.variants.is_empty()).then(|| json!({"variants": self.variants})),
                "payloads": payloads,
                "aggregation_group_type_index": group_type,
            },
        })
    }

    /// Reads a flag in any of the forms it may be written in; the error says what is wrong with it.
    pub fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::Bool(active) => Self::from_object(json!({"active": active})),
            Value::String(variant) => Self::from_object(json!({
                "variant": variant,
                "variants": [{"key": variant, "rollout_percentage": 100}],
            })),
            Value::Object(object) => match object.get("filters") {
                Some(filters) => Self::from_posthog(object, filters),
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

    fn from_posthog(object: &Map<String, Value>, filters: &Value) -> Result<Self, String> {
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
    named
        .into_iter()
        .map(|(key, flag)| match Flag::read(flag) {
            Ok(flag) => Ok((key, flag)),
            Err(cause) => Err(format!("flag `{key}`: {cause}")),
        })
        .collect()
}

/// `{"control": 50, "test": 50}` is a list of variants, and a lone `payload` is that of `true`.
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

/// Where an id falls between 0 and 1, as in PostHog and all its SDKs.
fn hash(key: &str, bucket: &str, salt: &str) -> f64 {
    const LARGEST: f64 = 0x0fff_ffff_ffff_ffff_u64 as f64;
    let digest = Sha1::digest(format!("{key}.{bucket}{salt}"));
    // The first 15 of 40 hexadecimal digits: 60 bits.
    let bits = digest
        .iter()
        .take(8)
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte))
        >> 4;
    bits as f64 / LARGEST
}

fn yes() -> bool {
    true
}

fn everybody() -> f64 {
    100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(flag: Value, id: &str, properties: Value) -> Answer {
        let (properties, none) = (properties.as_object().unwrap().clone(), Map::new());
        let asker = Asker {
            distinct_id: id,
            properties: &properties,
            groups: &none,
            group_properties: &none,
        };
        Flag::read(&flag).unwrap().evaluate("flag", &asker)
    }

    #[test]
    fn the_hash_is_posthogs() {
        // int(hashlib.sha1(b"new-dashboard.ann").hexdigest()[:15], 16) / 0xfffffffffffffff, in Python.
        assert_eq!(hash("new-dashboard", "ann", ""), 0.7590009193175095);
        assert_eq!(hash("new-dashboard", "ann", "variant"), 0.18305551116425567);
    }

    #[test]
    fn short_forms() {
        assert!(answer(json!(true), "a", json!({})).enabled);
        assert_eq!(answer(json!(false), "a", json!({})).code, "flag_disabled");
        assert_eq!(
            answer(json!("test"), "a", json!({})).variant.as_deref(),
            Some("test")
        );
        assert_eq!(
            answer(json!({"rollout_percentage": 0}), "a", json!({})).code,
            "out_of_rollout_bound"
        );
        let forced = json!({"variants": {"control": 50, "test": 50}, "variant": "test"});
        assert_eq!(
            answer(forced, "a", json!({})).variant.as_deref(),
            Some("test")
        );
        assert!(
            Flag::read(&json!({"variant": "tset", "variants": {"test": 100}}))
                .unwrap_err()
                .contains("tset")
        );
        assert!(
            Flag::read(&json!({"rolout": 1}))
                .unwrap_err()
                .contains("rolout")
        );
        assert!(Flag::read(&json!(7)).is_err());
    }

    #[test]
    fn conditions_are_tried_in_order() {
        let flag = json!({"filters": {
            "groups": [
                {"properties": [{"key": "plan", "value": ["paid"], "operator": "exact", "type": "person"}], "rollout_percentage": 100},
                {"properties": [{"key": "email", "value": "@posthog.com", "operator": "icontains"}], "variant": "test"},
            ],
            "multivariate": {"variants": [{"key": "control", "rollout_percentage": 100}, {"key": "test", "rollout_percentage": 0}]},
            "payloads": {"test": "{\"a\":1}"},
        }});
        let paid = answer(flag.clone(), "a", json!({"plan": "paid"}));
        assert_eq!(
            (paid.variant.as_deref(), paid.condition),
            (Some("control"), Some(0))
        );
        let both = answer(
            flag.clone(),
            "a",
            json!({"plan": "paid", "email": "ann@PostHog.com"}),
        );
        assert_eq!(
            (both.variant.as_deref(), both.condition),
            (Some("test"), Some(1))
        );
        assert_eq!(
            Flag::read(&flag).unwrap().payload(&both).as_deref(),
            Some("{\"a\":1}")
        );
        assert_eq!(answer(flag, "a", json!({})).code, "no_condition_match");
    }
}
