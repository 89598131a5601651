//! Records the flags that the app reads, and its groups.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Store;
use crate::event::{Event, group_key};

const FLAGS_NOTED: usize = 500;
const GROUPS_KEPT: usize = 10_000;
/// PostHog's limit for group types in a project.
const GROUP_TYPES: usize = 5;

impl Store {
    /// Records the flags and groups of an event.
    pub(super) fn note(&mut self, event: &Event) {
        if !event.personless() {
            for kind in event.object("$groups").into_iter().flat_map(Map::keys) {
                self.note_group_type(kind);
            }
        }
        match event.name.as_str() {
            "$exception" => self.counts.exceptions += 1,
            "$feature_flag_called" => {
                if let Some(flag) = event.text("$feature_flag") {
                    if self.flags_called.len() < FLAGS_NOTED || self.flags_called.contains_key(flag)
                    {
                        *self.flags_called.entry(flag.to_owned()).or_default() += 1;
                    }
                    self.asked(flag, event.text("$feature_flag_response"));
                }
            }
            "$groupidentify" if !event.personless() => {
                let key = event.properties.get("$group_key").and_then(group_key);
                if let (Some(kind), Some(key)) = (event.text("$group_type"), key) {
                    self.note_group_type(kind);
                    if self.groups.len() < GROUPS_KEPT && event.unusable_group_set().is_none() {
                        let group = self.groups.entry((kind.to_owned(), key)).or_default();
                        if let Some(set) = event.object("$group_set") {
                            group.extend(set.clone());
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn note_group_type(&mut self, kind: &str) {
        if self.group_types.len() < GROUP_TYPES
            && !self.group_types.iter().any(|known| known == kind)
        {
            self.group_types.push(kind.to_owned());
        }
    }

    /// Records that the app read a flag, and the variant that it got.
    pub fn asked(&mut self, flag: &str, variant: Option<&str>) {
        if self.flags_asked.len() < FLAGS_NOTED || self.flags_asked.contains_key(flag) {
            let variants = self.flags_asked.entry(flag.to_owned()).or_default();
            if variants.len() < FLAGS_NOTED {
                variants.extend(variant.map(str::to_owned));
            }
        }
    }

    pub fn flags_called(&self) -> &BTreeMap<String, u64> {
        &self.flags_called
    }

    pub fn flags_asked(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.flags_asked
    }

    pub fn groups_count(&self) -> usize {
        self.groups.len()
    }

    /// The group types by their numbers, such as `{"0": "company"}`.
    ///
    /// PostHog's order is first the types in events, then the types that only flags name.
    pub fn group_types(&self) -> BTreeMap<String, String> {
        let mut kinds: Vec<&String> = self.group_types.iter().collect();
        for kind in self
            .flags
            .values()
            .filter_map(|flag| flag.group_type.as_ref())
        {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let numbered = kinds.into_iter().enumerate();
        numbered
            .map(|(index, kind)| (index.to_string(), kind.clone()))
            .collect()
    }

    pub fn group(&self, kind: &str, key: &str) -> Option<&Map<String, Value>> {
        self.groups.get(&(kind.to_owned(), key.to_owned()))
    }

    pub fn groups_json(&self) -> Vec<Value> {
        self.groups
            .iter()
            .map(|((kind, key), properties)| json!({"type": kind, "key": key, "properties": properties}))
            .collect()
    }
}
