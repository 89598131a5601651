//! The warning for each mistake.

use serde_json::json;

use super::*;

/// The kinds of the warnings after these `(event, distinct id, properties)`.
fn kinds(events: &[(&str, &str, Value)]) -> Vec<String> {
    let (mut people, mut warnings) = (People::default(), Warnings::default());
    for (sequence, (name, id, properties)) in events.iter().enumerate() {
        let event = Event {
            token: "phc_a".into(),
            name: (*name).to_owned(),
            uuid: String::new(),
            distinct_id: (*id).to_owned(),
            timestamp: None,
            properties: properties.as_object().unwrap().clone(),
        };
        let moment = Moment {
            at: sequence as u64,
            sequence: sequence as u64,
        };
        let ingestion = people.take(&event, moment);
        warnings.look_at(&event, &ingestion, moment);
    }
    warnings
        .to_json(&people)
        .iter()
        .map(|row| row["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_mistake_is_recognised() {
    let s = |session: &str| json!({"$session_id": session});
    let link = json!({"$anon_distinct_id": "v"});
    for (events, expected) in [
        (vec![("seen", "a", s("1"))], vec![]),
        (vec![("seen", "anonymous", s("1"))], vec!["shared_id"]),
        (
            vec![("seen", "ann@example.com", s("1"))],
            vec!["email_as_distinct_id"],
        ),
        (vec![("seen", "42", s("1"))], vec!["number_as_distinct_id"]),
        (vec![("seen", "a", json!({}))], vec!["no_session"]),
        (
            vec![(
                "seen",
                "a",
                json!({"$session_id": "1", "who": "ann@example.com"}),
            )],
            vec!["email_in_properties"],
        ),
        (
            vec![(
                "seen",
                "a",
                json!({"$session_id": "1", "$current_url": "http://x/?e=ann%40example.com"}),
            )],
            vec!["email_in_properties"],
        ),
        (
            vec![("seen", "a", json!({"$session_id": "1", "distinct_id": "b"}))],
            vec!["id_mismatch"],
        ),
        (
            vec![("seen", "a", s("1")), ("seen", "a", s("2"))],
            vec!["session_changed"],
        ),
        (
            vec![
                ("seen", "u", s("1")),
                ("seen", "v", s("2")),
                (
                    "$identify",
                    "u",
                    json!({"$anon_distinct_id": "v", "$session_id": "2"}),
                ),
                ("seen", "u", s("2")),
            ],
            vec![],
        ),
        (
            vec![("seen", "a", s("1")), ("seen", "b", s("1"))],
            vec!["two_people_in_one_session"],
        ),
        (
            vec![
                ("seen", "v", s("1")),
                ("$identify", "u", link.clone()),
                ("seen", "u", s("1")),
            ],
            vec![],
        ),
        (
            vec![
                ("seen", "u", s("1")),
                ("seen", "v", s("1")),
                ("$identify", "u", link.clone()),
            ],
            vec![],
        ),
        (
            vec![
                ("$identify", "u", link.clone()),
                ("$identify", "w", link.clone()),
            ],
            vec!["two_users_in_one_person"],
        ),
        (
            vec![("$identify", "u", json!({"$anon_distinct_id": "guest"}))],
            vec!["shared_id"],
        ),
        (
            vec![("$identify", "u", link.clone()); 5],
            vec!["repeated_identify"],
        ),
        (vec![("$identify", "u", link.clone()); 4], vec![]),
        (
            vec![(
                "$identify",
                "u",
                json!({"$anon_distinct_id": "v", "$process_person_profile": false}),
            )],
            vec!["event_ignored"],
        ),
        (
            vec![(
                "$set",
                "u",
                json!({"$set": {"a": 1}, "$process_person_profile": false}),
            )],
            vec!["properties_lost"],
        ),
        (
            vec![("$set", "u", json!({"$process_person_profile": "no"}))],
            vec!["invalid_process_person_profile"],
        ),
        (
            vec![("$identify", "u", json!({"$anon_distinct_id": null}))],
            vec!["shared_id"],
        ),
        (
            vec![("$identify", "u", json!({"$anon_distinct_id": ""}))],
            vec!["shared_id"],
        ),
        (
            vec![("$identify", "u", json!({"$anon_distinct_id": 42}))],
            vec!["merge_refused"],
        ),
        (
            vec![(
                "$groupidentify",
                "u",
                json!({"$group_type": "company", "$group_key": "acme", "$group_set": ["x"]}),
            )],
            vec!["invalid_group_set"],
        ),
        (
            vec![(
                "$groupidentify",
                "u",
                json!({"$group_type": "company", "$group_key": "acme", "$group_set": null}),
            )],
            vec![],
        ),
        (
            vec![(
                "$groupidentify",
                "u",
                json!({"$group_type": "company", "$group_key": " \t", "$group_set": {"a": 1}}),
            )],
            vec!["blank_group_key"],
        ),
        (
            vec![("$groupidentify", "u", json!({"$group_type": "company"}))],
            vec!["blank_group_key"],
        ),
        (
            vec![(
                "seen",
                "a",
                json!({"$session_id": "1", "$groups": {"company": "acme", "team": ""}}),
            )],
            vec!["blank_group_key"],
        ),
        (
            vec![(
                "seen",
                "a",
                json!({"$session_id": "1", "$groups": {"company": "acme", "team": 7}}),
            )],
            vec![],
        ),
    ] {
        assert_eq!(kinds(&events), expected, "{events:?}");
    }
}

#[test]
fn each_mistake_in_an_exception_is_recognised() {
    let error = json!({"type": "AppError", "value": "gone", "mechanism": {"handled": false}});
    let cause = json!({"type": "IoError", "value": "gone", "mechanism": {"type": "chained", "parent_id": 0}});
    let handled = json!({"type": "IoError", "value": "gone", "mechanism": {"handled": true}});
    for (list, expected) in [
        (json!([error]), vec![]),
        (json!([error, cause]), vec![]),
        (Value::Null, vec!["exception_without_list"]),
        (json!([]), vec!["exception_without_list"]),
        (json!({"type": "AppError"}), vec!["exception_without_list"]),
        (
            json!([{"type": " ", "value": "gone"}]),
            vec!["exception_without_type"],
        ),
        (
            json!([error, {"value": "gone"}]),
            vec!["exception_without_type"],
        ),
        (json!([error, "IoError"]), vec!["exception_without_type"]),
        (json!([error, cause, handled]), vec!["handled_on_cause"]),
        (json!(vec![&cause; 50]), vec![]),
        (json!(vec![&cause; 51]), vec!["exception_list_too_long"]),
    ] {
        let exception = ("$exception", "a", json!({"$exception_list": list}));
        assert_eq!(kinds(&[exception]), expected, "{list}");
    }
    let none = ("$exception", "a", json!({"$exception_message": "gone"}));
    assert_eq!(kinds(&[none]), ["exception_without_list"]);
}
