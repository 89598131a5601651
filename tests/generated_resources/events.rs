//! The events of a resource at the stand-in for PostHog.

use serde_json::{Value, json};

use crate::form::Form;
use crate::house::{ANN, House, id_of};

/// The properties of a specimen's events: no text, and nothing that is `:private`.
const PROPERTIES: &[&str] = &[
    "active",
    "amount",
    "batch",
    "born",
    "cost",
    "died",
    "ends_at",
    "grade",
    "height",
    "most",
    "price",
    "seen",
    "serial",
    "size",
    "spare",
    "specimen_id",
    "starts_at",
    "total",
    "weight",
];

pub fn carry_what_is_not_personal(house: &House) {
    let category = house.category(&house.ann, "For events");
    let form = Form::specimen(&category).and(&Form::optional());
    let form = form.with("title", "Secret title").with("salary", "987654");
    let row = house.create(&house.ann, "/specimens", &form);
    let id = id_of(&row);
    let changed = form.clone().with("amount", "8");
    let answer = house.ann.post(&house.app, &row, &changed.fields());
    assert_eq!(answer.status(), 303);
    // A refused change captures no event.
    house.refused(&house.ann, &row, &form.with("amount", "x"));
    let answer = house.ann.post(&house.app, &format!("{row}/delete"), &[]);
    assert_eq!(answer.status(), 303);

    house.posthog.wait_for("specimen_deleted", 1);
    let hers = house.posthog.events("event=user_signed_up");
    let user = hers[0]["distinct_id"].clone();
    for (name, amount) in [
        ("specimen_created", json!(-7)),
        ("specimen_updated", json!(8)),
        ("specimen_deleted", json!(8)),
    ] {
        let event = only(house, name, id);
        assert_eq!(event["distinct_id"], user, "{event}");
        let properties = event["properties"].as_object().expect("an object");
        let ours: Vec<&str> = properties
            .keys()
            .map(String::as_str)
            .filter(|key| !key.starts_with('$') && !["environment", "release"].contains(key))
            .collect();
        if name == "specimen_deleted" {
            assert!(ours.contains(&"specimen_id"), "{ours:?}");
            assert!(ours.iter().all(|key| PROPERTIES.contains(key)), "{ours:?}");
        } else {
            assert_eq!(ours, PROPERTIES, "{name}");
            assert_eq!(properties["amount"], amount);
            assert_eq!(
                properties["total"].to_string().trim_matches('"'),
                "9007199254740993"
            );
            assert_eq!(
                properties["price"].to_string().trim_matches('"').parse(),
                Ok(12.3)
            );
            assert_eq!(properties["size"], "very_large");
            assert_eq!(properties["active"], true);
            assert_eq!(properties["born"], "2024-02-29");
        }
    }
    // No event contains personal data.
    for event in house.posthog.events("") {
        let properties = event["properties"].to_string();
        for personal in [
            "Secret title",
            "987654",
            "vet@example.com",
            ANN,
            "A quiet one",
            "spines",
        ] {
            let is_the_persons = personal == ANN && properties.contains("$set");
            assert!(
                is_the_persons || !properties.contains(personal),
                "{personal}: {event}"
            );
        }
    }
    for name in [
        "category_created",
        "category_updated",
        "category_deleted",
        "article_created",
    ] {
        house.posthog.wait_for(name, 1);
    }
}

/// The event of this name about this row.
#[track_caller]
fn only(house: &House, name: &str, id: &str) -> Value {
    let events = house.posthog.events(&format!("event={name}"));
    let about: Vec<&Value> = events
        .iter()
        .filter(|event| event["properties"]["specimen_id"] == id)
        .collect();
    assert_eq!(about.len(), 1, "{name} of {id}: {events:?}");
    about[0].clone()
}
