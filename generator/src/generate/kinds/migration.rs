//! `hoglet generate migration`: a change of the schema, with a `down` that reverts it.

mod change;
mod column;
mod step;

use std::collections::BTreeSet;

use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::field::{Field, FieldType};
use crate::generate::name::Name;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::reserved;
use crate::generate::splice::Place;
use crate::generate::templates::Templates;
use change::Change;
use step::Rows;

const LIST: &str = "src/migrations.rs";

/// The length of `m20261201_143000_`.
const TIME: usize = 17;

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = request.name.snake();
    let namesake = app
        .migrations
        .iter()
        .find(|other| other.get(TIME..) == Some(&name));
    if let Some(namesake) = namesake {
        return Err(Error::unfit_name(
            &name,
            format!("the app has the migration `{namesake}`"),
        ));
    }
    let change = Change::of(&name);
    let (summary, directions, next) = match &change {
        Change::Other => (format!("{}.", request.name.title()), None, Vec::new()),
        Change::Add { table, .. } => {
            let fields = columns(request, "the column and its type")?;
            is_known(table, &name, app)?;
            can_be_added(&fields, request)?;
            let directions = directions(
                step::add_columns(table, &fields, Rows::GetDefault),
                step::drop_columns(table, &fields),
            );
            let summary = format!("Adds {} to {}.", listed(&fields), words(table));
            let entity = entity(table, app);
            let next = fields
                .iter()
                .map(|field| format!("Add to `Model` {entity}: {}", column::in_entity(field)));
            (summary, Some((table, directions)), next.collect())
        }
        Change::Remove { what, table } => {
            let fields = columns(request, "for `down`, the column and its type")?;
            is_known(table, &name, app)?;
            can_be_dropped(&fields, what, table, app)?;
            let directions = directions(
                step::drop_columns(table, &fields),
                step::add_columns(table, &fields, Rows::HaveLostTheirs),
            );
            let summary = format!("Removes {} from {}.", listed(&fields), words(table));
            let entity = entity(table, app);
            let next = fields
                .iter()
                .map(|field| format!("Remove `{}` from `Model` {entity}", field.column()));
            (summary, Some((table, directions)), next.collect())
        }
        Change::Create { table } => {
            let fields = table_columns(request)?;
            if app.tables.contains(table) {
                return Err(Error::unfit_name(
                    &name,
                    format!("the app has a table `{table}`"),
                ));
            }
            let directions = directions(step::create_table(table, &fields), step::drop_table());
            let summary = format!("Creates the table of {}.", words(table));
            (summary, Some((table, directions)), Vec::new())
        }
        Change::Drop { table } => {
            if request.rest.is_empty() {
                return Err(no_fields(&name, "for `down`, the columns and their types"));
            }
            let fields = table_columns(request)?;
            is_known(table, &name, app)?;
            let directions = directions(step::drop_table(), step::create_table(table, &fields));
            let summary = format!("Drops the table of {}.", words(table));
            let next = format!("Remove everything that uses the table `{table}`");
            (summary, Some((table, directions)), vec![next])
        }
    };
    let mut values = Object::from_iter([("summary".into(), Value::scalar(summary))]);
    let mut plan = Plan {
        next,
        ..Plan::default()
    };
    let module = format!("m{}_{name}", request.migration_time);
    let file = format!("src/migrations/{module}.rs");
    let template = match directions {
        Some((table, directions)) => {
            values.insert("table".into(), Value::scalar(table.clone()));
            values.insert("directions".into(), directions);
            "migration/change.rs"
        }
        None if !request.rest.is_empty() => {
            return Err(Error::argument(
                &name,
                "the name does not say what to do with the fields",
                "name it add_…_to_TABLE, remove_…_from_TABLE, create_TABLE or drop_TABLE, or leave the fields out",
            ));
        }
        None => {
            plan.next = vec![format!("Write the change and its opposite in {file}")];
            "migration/empty.rs"
        }
    };
    plan.file(file, templates.render(template, &values)?);
    plan.insert(LIST, Place::Modules, format!("mod {module};"));
    plan.insert(
        LIST,
        Place::Vec {
            function: "migrations",
        },
        format!("Box::new({module}::Migration),"),
    );
    Ok(plan)
}

/// The columns to add or to remove. There must be at least one.
fn columns(request: &Request, missing: &str) -> Result<Vec<Field>, Error> {
    let name = request.name.snake();
    if request.rest.is_empty() {
        return Err(no_fields(&name, missing));
    }
    let mut seen = BTreeSet::new();
    let mut fields = Vec::new();
    for text in &request.rest {
        let field = Field::parse(text).map_err(|reason| wrong_field(text, reason))?;
        let column = field.column();
        // Only the tables of resources have these columns already.
        if !["created_at", "updated_at", "user", "user_id"].contains(&column.as_str()) {
            reserved::column(&column).map_err(|reason| wrong_field(text, reason))?;
        }
        if !seen.insert(column) {
            return Err(wrong_field(text, "the column appears twice".to_owned()));
        }
        fields.push(field);
    }
    Ok(fields)
}

/// The columns of a table, except `id` and `created_at`.
fn table_columns(request: &Request) -> Result<Vec<Field>, Error> {
    Field::columns(&request.rest).map_err(|reason| wrong_field(&request.rest.join(" "), reason))
}

fn wrong_field(text: &str, reason: String) -> Error {
    Error::argument(text, reason, "write fields as in `price:decimal(10,2)`")
}

fn no_fields(name: &str, missing: &str) -> Error {
    let example = match Change::of(name) {
        Change::Add { what, .. } | Change::Remove { what, .. } => format!("{what}:string"),
        _ => "title:string".to_owned(),
    };
    Error::argument(
        name,
        format!("{missing} are missing"),
        format!(
            "write them as in `hoglet generate migration {name} {example}`, or choose a name without the table for an empty migration"
        ),
    )
}

/// Refuses a name such as `add_price_to_post` if the table is called `posts`.
fn is_known(table: &str, name: &str, app: &AppFacts) -> Result<(), Error> {
    if app.tables.contains(table) {
        return Ok(());
    }
    let plural = Name::parse(table).ok().map(|table| table.plural().snake());
    let remedy = match plural.filter(|plural| app.tables.contains(plural)) {
        Some(plural) => format!("did you mean the table `{plural}`?"),
        None => {
            "name a table of the app, or choose a name without the table for an empty migration"
                .to_owned()
        }
    };
    Err(Error::argument(
        name,
        format!("the app has no table `{table}`"),
        remedy,
    ))
}

/// Refuses a required column for which existing rows have no value.
fn can_be_added(fields: &[Field], request: &Request) -> Result<(), Error> {
    for (field, text) in fields.iter().zip(&request.rest) {
        if !field.optional && column::for_existing_rows(field).is_none() {
            let mut parts: Vec<String> = text.split(':').map(str::to_owned).collect();
            parts[1].push('?');
            let optional = parts.join(":");
            return Err(Error::argument(
                text,
                "existing rows have no value for it",
                format!("make it optional: `{optional}`"),
            ));
        }
    }
    Ok(())
}

/// Refuses a column that SQLite cannot drop, because a foreign key of the table names it.
///
/// If a migration added the column, the foreign key is part of the column, and SQLite can drop both.
fn can_be_dropped(fields: &[Field], what: &str, table: &str, app: &AppFacts) -> Result<(), Error> {
    let added = format!("add_{what}_to_{table}");
    let was_added = app
        .migrations
        .iter()
        .any(|other| other.get(TIME..) == Some(&added));
    let reference = fields
        .iter()
        .find(|field| matches!(field.kind, FieldType::References(_)));
    match reference {
        Some(field) if !app.postgres && !was_added => Err(Error::argument(
            &field.name.snake(),
            format!(
                "SQLite cannot drop a column with a foreign key, and `{table}` was created with this one"
            ),
            "keep the column, or write a migration that copies the rows to a new table: `hoglet generate migration rebuild_TABLE`",
        )),
        _ => Ok(()),
    }
}

fn directions(up: Vec<Value>, down: Vec<Value>) -> Value {
    let direction = |name: &'static str, steps| {
        Value::Object(Object::from_iter([
            ("name".into(), Value::scalar(name)),
            ("steps".into(), Value::Array(steps)),
        ]))
    };
    Value::Array(vec![direction("up", up), direction("down", down)])
}

/// `price, author and stock`
fn listed(fields: &[Field]) -> String {
    let names: Vec<String> = fields
        .iter()
        .map(|field| words(&field.name.snake()))
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

fn words(snake: &str) -> String {
    snake.replace('_', " ")
}

/// The file of a table's entity, as part of a sentence: `in src/models/post.rs`.
fn entity(table: &str, app: &AppFacts) -> String {
    let model = app.files.iter().find(|file| {
        let stem = file
            .strip_prefix("src/models/")
            .and_then(|file| file.strip_suffix(".rs"));
        let name = stem.and_then(|stem| Name::parse(stem).ok());
        name.is_some_and(|name| name.plural().snake() == table)
    });
    model.map_or_else(
        || format!("of the table `{table}`"),
        |file| format!("in {file}"),
    )
}
