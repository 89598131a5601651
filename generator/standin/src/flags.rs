//! Feature flags: their definitions, and their evaluation as PostHog does it.
//!
//! A flag is written in short form (`{"rollout_percentage": 50, "variants": {"control": 50, "test": 50}}`,
//! or `true`, or the name of a variant for everybody) or as PostHog's own definition with `filters`.

pub mod forms;
pub mod matching;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::event::group_key;
use crate::flags::matching::Property;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    #[serde(default = "yes")]
    pub active: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The share of persons or groups that get the flag, in percent. It applies without `conditions`.
    #[serde(default = "everybody")]
    pub rollout_percentage: f64,
    /// A variant for everybody, independent of the hash.
    #[serde(default)]
    pub variant: Option<String>,
    /// The variants with their shares in percent, in the order in which PostHog assigns them.
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// A payload by variant, or under `true` for a flag without variants.
    #[serde(default)]
    pub payloads: Map<String, Value>,
    /// Conditions are tried in order.
    ///
    /// If there are any, `rollout_percentage` and `variant` above have no effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// The group type that the flag is evaluated for, instead of a person.
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

/// The person that a flag is evaluated for, with properties and groups.
pub struct Subject<'a> {
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
    pub fn evaluate(&self, key: &str, subject: &Subject) -> Answer {
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
        let group;
        let (bucket, properties) = match &self.group_type {
            None => (subject.distinct_id, subject.properties),
            Some(kind) => {
                let Some(key) = subject.groups.get(kind).and_then(group_key) else {
                    return no("no_group_type");
                };
                group = key;
                let known = subject
                    .group_properties
                    .get(kind)
                    .and_then(Value::as_object);
                (group.as_str(), known.unwrap_or(&empty))
            }
        };
        let mut code = "no_condition_match";
        // In the written order, as in PostHog's `flag_matching.rs` and its SDKs for Python and Node; posthog-rs 0.30 tries
        // conditions with a variant first.
        for (index, condition) in self.conditions().iter().enumerate() {
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
            let variant = forced.or_else(|| self.assign(key, bucket));
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

    fn assign(&self, key: &str, bucket: &str) -> Option<String> {
        let at = hash(key, bucket, "variant");
        let mut upto = 0.0;
        self.variants.iter().find_map(|variant| {
            upto += variant.rollout_percentage / 100.0;
            (at < upto).then(|| variant.key.clone())
        })
    }

    /// The payload as PostHog sends it: JSON as text.
    pub fn payload(&self, answer: &Answer) -> Option<String> {
        if !answer.enabled {
            return None;
        }
        self.payloads
            .get(answer.variant.as_deref().unwrap_or("true"))
            .map(Value::to_string)
    }

    /// PostHog's own definition, for clients that evaluate locally.
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
}

/// The hash of an id, between 0 and 1, as in PostHog and all its SDKs.
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
#[path = "flags/flags_tests.rs"]
mod tests;
