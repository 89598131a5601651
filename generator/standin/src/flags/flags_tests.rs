//! The evaluation of flags.

use serde_json::json;

use super::*;

fn answer(flag: Value, id: &str, properties: Value) -> Answer {
    let (properties, none) = (properties.as_object().unwrap().clone(), Map::new());
    let subject = Subject {
        distinct_id: id,
        properties: &properties,
        groups: &none,
        group_properties: &none,
    };
    Flag::read(&flag).unwrap().evaluate("flag", &subject)
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
fn conditions_are_tried_in_the_order_written() {
    let flag = json!({"filters": {
        "groups": [
            {"properties": [{"key": "plan", "value": ["paid"], "operator": "exact", "type": "person"}], "rollout_percentage": 100},
            {"properties": [{"key": "email", "value": "@posthog.com", "operator": "icontains"}], "variant": "test"},
        ],
        "multivariate": {"variants": [{"key": "control", "rollout_percentage": 100}, {"key": "test", "rollout_percentage": 0}]},
        "payloads": {"test": "{\"a\":1}"},
    }});
    let email = json!({"email": "ann@PostHog.com"});
    let both = json!({"plan": "paid", "email": "ann@PostHog.com"});
    for (properties, variant, condition) in [
        (json!({"plan": "paid"}), "control", 0),
        (email.clone(), "test", 1),
        // The first condition that is met decides, even if a later condition names a variant.
        (both, "control", 0),
    ] {
        let answer = answer(flag.clone(), "a", properties);
        assert_eq!(
            (answer.variant.as_deref(), answer.condition),
            (Some(variant), Some(condition))
        );
    }
    let forced = answer(flag.clone(), "a", email);
    assert_eq!(
        Flag::read(&flag).unwrap().payload(&forced).as_deref(),
        Some("{\"a\":1}")
    );
    assert_eq!(answer(flag, "a", json!({})).code, "no_condition_match");
}

#[test]
fn a_group_is_dealt_with_by_its_key() {
    let flag = Flag::read(&json!({"group_type": "company", "rollout_percentage": 50})).unwrap();
    let (none, nobody) = (Map::new(), Map::new());
    let by = |groups: Value| {
        let groups = groups.as_object().unwrap().clone();
        flag.evaluate(
            "flag",
            &Subject {
                distinct_id: "a",
                properties: &nobody,
                groups: &groups,
                group_properties: &none,
            },
        )
    };
    for number in 0..50 {
        let (as_number, as_text) = (
            json!({"company": number}),
            json!({"company": number.to_string()}),
        );
        assert_eq!(by(as_number), by(as_text), "{number}");
    }
    for nothing in [
        json!({}),
        json!({"company": ""}),
        json!({"company": null}),
        json!({"company": [1]}),
    ] {
        assert_eq!(by(nothing).code, "no_group_type");
    }
}

#[test]
fn posthogs_own_definitions_keep_their_group() {
    let list = json!({
        "flags": [{"key": "f", "filters": {"groups": [{"rollout_percentage": 50}], "aggregation_group_type_index": 1}}],
        "group_type_mapping": {"0": "company", "1": "team"},
    });
    let flags = forms::read_all(&list).unwrap();
    assert_eq!(flags["f"].group_type.as_deref(), Some("team"));
    let unknown = Flag::read(&json!({"filters": {"aggregation_group_type_index": 1}})).unwrap_err();
    assert!(unknown.contains("group_type_mapping"), "{unknown}");
}
