//! The flags that the recorder returns.

use serde_json::{Value, json};

use super::recorder::{Recorder, Reply};

impl Recorder {
    /// From now on a flag has this value, `true` or the name of a variant, and this payload.
    pub fn set_flag(&self, key: &str, value: impl Into<Value>, payload: Option<Value>) {
        let value = value.into();
        let flag = json!({
            "key": key,
            "enabled": value != Value::Bool(false),
            "variant": value.as_str(),
            "reason": { "code": "condition_match", "condition_index": 0, "description": "" },
            "metadata": {
                "id": 1,
                "version": 1,
                "payload": payload.map(|payload| payload.to_string()),
                // As if each flag with variants had an experiment.
                "has_experiment": value.is_string(),
            },
        });
        self.seen().flags.insert(key.to_owned(), flag);
    }

    /// From now on the definitions of flags give everyone this value.
    ///
    /// Apps with a secret key load these definitions.
    pub fn define_flag(&self, key: &str, value: impl Into<Value>, payload: Option<Value>) {
        let value = value.into();
        let variant = value.as_str();
        let variants = json!([{ "key": variant, "rollout_percentage": 100 }]);
        let payloads =
            payload.map(|payload| json!({ variant.unwrap_or("true"): payload.to_string() }));
        let definition = json!({
            "id": 1,
            "key": key,
            "name": "",
            "active": value != Value::Bool(false),
            "has_experiment": variant.is_some(),
            "filters": {
                "groups": [{ "properties": [], "rollout_percentage": 100, "variant": variant }],
                "multivariate": variant.map(|_| json!({ "variants": variants })),
                "payloads": payloads.unwrap_or(json!({})),
            },
        });
        self.seen().definitions.push(definition);
    }

    /// From now on each reply with flags has this field too, such as `errorsWhileComputingFlags`.
    pub fn adds_to_flags(&self, name: &str, value: impl Into<Value>) {
        let mut seen = self.seen();
        seen.beside_flags.insert(name.to_owned(), value.into());
    }

    /// The next requests for flags get these replies, one each. Other requests are not affected.
    pub fn replies_to_flags(&self, replies: impl IntoIterator<Item = Reply>) {
        self.seen().replies_to_flags.extend(replies);
    }
}
