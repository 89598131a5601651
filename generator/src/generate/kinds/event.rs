//! `hoglet generate event`: an event in the tracking plan.

use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::field::{Field, FieldType};
use crate::generate::plan::{Insertion, Plan};
use crate::generate::request::Request;
use crate::generate::splice::Place;
use crate::generate::templates::{Templates, spellings};

const EVENTS: &str = "src/posthog/events.rs";

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    if !app.posthog {
        return Err(Error::argument(
            &name.snake(),
            "the app is built without PostHog, so it captures no events",
            "add the feature `posthog` to `default` in Cargo.toml",
        ));
    }
    if app.events.contains(&name.snake()) {
        return Err(Error::argument(
            &name.snake(),
            "the app has an event of this name",
            "choose another name",
        ));
    }
    let mut fields: Vec<Field> = Vec::new();
    for text in &request.rest {
        let field = Field::parse(text).map_err(|reason| {
            Error::argument(text, reason, "write it as in `item_count:integer`")
        })?;
        if fields.iter().any(|other| other.name == field.name) {
            return Err(Error::argument(
                text,
                "the event has this property twice",
                "remove one",
            ));
        }
        fields.push(field);
    }
    let mut properties = Vec::new();
    for (field, text) in fields.iter().zip(&request.rest) {
        properties.push(property(field, text)?);
    }
    let values = Object::from_iter([
        ("name".into(), spellings(name)),
        ("fields".into(), Value::Array(properties)),
    ]);
    let arguments = fields.iter().map(|field| format!("{}: …", field.column()));
    let arguments: Vec<String> = arguments.collect();
    let value = match arguments.is_empty() {
        true => format!("{} {{}}", name.camel()),
        false => format!("{} {{ {} }}", name.camel(), arguments.join(", ")),
    };
    Ok(Plan {
        insertions: vec![Insertion {
            path: EVENTS.to_owned(),
            place: Place::Macro { name: "events" },
            text: templates.render("event/entry", &values)?,
        }],
        next: vec![format!(
            "Capture it in a handler: visit.posthog.capture({value})"
        )],
        ..Plan::default()
    })
}

/// A property with its Rust type. Properties of events are not personal.
fn property(field: &Field, text: &str) -> Result<Value, Error> {
    let refuse = |reason: &str, remedy: &str| Err(Error::argument(text, reason, remedy));
    if field.private || field.kind == FieldType::Email {
        return refuse(
            "personal data is never a property of an event",
            "leave it out, or add it to the person in src/posthog/person.rs",
        );
    }
    if field.unique || field.index || field.search {
        return refuse(
            "`:unique`, `:index` and `:search` are for columns of a table",
            "leave them out",
        );
    }
    let rust = match &field.kind {
        FieldType::String | FieldType::Text | FieldType::Url => "String",
        FieldType::Integer => "i32",
        FieldType::Bigint => "i64",
        FieldType::Float | FieldType::Decimal { .. } => "f64",
        FieldType::Boolean => "bool",
        FieldType::Uuid | FieldType::References(_) => "hoglet_web::prelude::Uuid",
        FieldType::Date | FieldType::Datetime => "String",
        FieldType::Enum(_) => "&'static str",
        FieldType::Json => "serde_json::Value",
        FieldType::Email => unreachable!("refused above"),
    };
    let rust = match field.optional {
        true => format!("Option<{rust}>"),
        false => rust.to_owned(),
    };
    Ok(Value::Object(Object::from_iter([
        ("name".into(), Value::scalar(field.column())),
        ("type".into(), Value::scalar(rust)),
    ])))
}
