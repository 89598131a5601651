//! `hoglet generate event`: an event in the tracking plan.

mod wording;

use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::field::{Field, FieldType};
use crate::generate::name::Name;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::reserved;
use crate::generate::sensitive;
use crate::generate::splice::Place;
use crate::generate::templates::{Templates, spellings};

/// Hoglet sets these properties of every event.
const OF_HOGLET: &[&str] = &["distinct_id", "environment", "release"];

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    is_free(name, app)?;
    // `Field::properties` would refuse `:private` for another reason: that only a column can have modifiers.
    for text in &request.rest {
        if text
            .split(':')
            .skip(2)
            .any(|modifier| modifier == "private")
        {
            return Err(personal(text));
        }
    }
    let fields = Field::properties(&request.rest).map_err(Error::Field)?;
    let mut properties = Vec::new();
    for (field, text) in fields.iter().zip(&request.rest) {
        properties.push(property(field, text)?);
    }
    let values = Object::from_iter([
        ("name".into(), spellings(name)),
        (
            "description".into(),
            Value::scalar(wording::description(name)),
        ),
        ("fields".into(), Value::Array(properties)),
    ]);
    let mut plan = Plan::default();
    plan.insert(
        "src/posthog/events.rs",
        Place::Macro { name: "events" },
        templates.render("event/entry", &values)?,
    );
    plan.next = vec![format!(
        "Capture it in a handler: visit.posthog.capture(crate::posthog::events::{})",
        Field::literal(&name.camel(), &fields)
    )];
    if wording::past_tense(&name.lower().split(' ').collect::<Vec<_>>()).is_none() {
        plan.next.push(
            "Names of events say what happened, the object first: `order_placed`, `user_signed_up`"
                .to_owned(),
        );
    }
    Ok(plan)
}

fn is_free(name: &Name, app: &AppFacts) -> Result<(), Error> {
    let snake = name.snake();
    let refuse = |reason: String| Error::unfit_name(&snake, reason);
    if !app.posthog {
        return Err(Error::argument(
            &snake,
            "the app is built without PostHog, so it captures no events",
            "add the feature `posthog` to `default` in Cargo.toml",
        ));
    }
    reserved::type_name(name).map_err(refuse)?;
    if app.events.contains(&snake) {
        return Err(refuse("the app has an event of this name".to_owned()));
    }
    Ok(())
}

fn personal(text: &str) -> Error {
    Error::argument(
        text,
        "personal data is never a property of an event, because events cannot be changed later",
        "leave it out, or make it a property of the person in src/posthog/person.rs, as the e-mail address and the name are",
    )
}

/// A property with its Rust type.
fn property(field: &Field, text: &str) -> Result<Value, Error> {
    let name = field.name.snake();
    if field.kind == FieldType::Email || sensitive::is_personal(&field.name) {
        return Err(personal(text));
    }
    if sensitive::is_secret(&field.name) {
        let reason = "a secret must not leave the app";
        return Err(Error::argument(text, reason, "leave it out"));
    }
    if OF_HOGLET.contains(&name.as_str()) {
        let reason = "Hoglet sets a property of this name";
        return Err(Error::unfit_name(text, reason));
    }
    let kind = match &field.kind {
        FieldType::String | FieldType::Text | FieldType::Email | FieldType::Url => "String",
        // In the formats that PostHog reads: `2026-12-01`, `2026-12-01T14:30:00Z`.
        FieldType::Date | FieldType::Datetime => "String",
        FieldType::Integer => "i32",
        FieldType::Bigint => "i64",
        FieldType::Float | FieldType::Decimal { .. } => "f64",
        FieldType::Boolean => "bool",
        FieldType::Uuid | FieldType::References(_) => "hoglet_web::prelude::Uuid",
        FieldType::Enum(_) => "&'static str",
        FieldType::Json => "serde_json::Value",
    };
    let kind = match field.optional {
        true => format!("Option<{kind}>"),
        false => kind.to_owned(),
    };
    Ok(Value::Object(Object::from_iter([
        ("name".into(), Value::scalar(name)),
        ("type".into(), Value::scalar(kind)),
    ])))
}
