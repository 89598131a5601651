//! `hoglet generate job`: a background job with its registration and its test.

use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::field::{Field, FieldType};
use crate::generate::job_table;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::sensitive;
use crate::generate::splice;
use crate::generate::templates::{Templates, spellings};

/// A field of this name and the type `uuid` is the id of a user.
const USER: &str = "user_id";

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    job_table::is_free(name, app)?;
    let fields = Field::properties(&request.rest).map_err(Error::Field)?;
    let mut values = Vec::new();
    for field in &fields {
        values.push(value(field)?);
    }
    let user = match fields.iter().any(is_user) {
        true => Value::scalar(USER),
        false => Value::Nil,
    };
    let values = Object::from_iter([
        ("name".into(), spellings(name)),
        ("fields".into(), Value::Array(values)),
        ("user".into(), user),
    ]);
    let mut plan = Plan::default();
    job_table::add(
        &mut plan,
        name,
        templates.render("job/job.rs", &values)?,
        templates.render("job/test.rs", &values)?,
        splice::call(&format!("job::<{}>", job_table::path(name)), &[]),
    );
    plan.next = vec![
        format!("Write the work in src/jobs/{}.rs", name.snake()),
        format!(
            "Enqueue it in a handler: visit.jobs.enqueue(&transaction, crate::jobs::{}).await?",
            Field::literal(&job_table::path(name), &fields)
        ),
    ];
    Ok(plan)
}

fn is_user(field: &Field) -> bool {
    field.name.snake() == USER && field.kind == FieldType::Uuid && !field.optional
}

/// The field with its Rust type, and an example for the test.
fn value(field: &Field) -> Result<Value, Error> {
    let name = field.name.snake();
    if sensitive::is_secret(&field.name) {
        return Err(Error::argument(
            &name,
            "the fields of a job are stored as JSON, so they must not contain a secret",
            "give the job an id, and read or make the secret when it runs",
        ));
    }
    let (kind, example) = match field.kind {
        FieldType::String | FieldType::Text | FieldType::Enum(_) => {
            ("String", r#""text".to_owned()"#)
        }
        FieldType::Email => ("String", "ANN.to_owned()"),
        FieldType::Url => ("String", r#""https://example.com".to_owned()"#),
        FieldType::Integer => ("i32", "1"),
        FieldType::Bigint => ("i64", "1"),
        FieldType::Float => ("f64", "1.5"),
        FieldType::Decimal { .. } => ("rust_decimal::Decimal", "rust_decimal::Decimal::ONE"),
        FieldType::Boolean => ("bool", "true"),
        FieldType::Date => ("time::Date", "time::Date::MIN"),
        FieldType::Datetime => ("OffsetDateTime", "time::OffsetDateTime::UNIX_EPOCH"),
        FieldType::Uuid | FieldType::References(_) => ("Uuid", "app::prelude::Uuid::nil()"),
        FieldType::Json => ("serde_json::Value", "serde_json::json!({})"),
    };
    let (kind, example) = match field.optional {
        true => (format!("Option<{kind}>"), format!("Some({example})")),
        false => (kind.to_owned(), example.to_owned()),
    };
    Ok(Value::Object(Object::from_iter([
        ("name".into(), Value::scalar(name)),
        ("type".into(), Value::scalar(kind)),
        ("example".into(), Value::scalar(example)),
    ])))
}
