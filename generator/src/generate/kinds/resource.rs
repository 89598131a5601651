//! `hoglet generate resource`: a table with its form, pages, navigation link, events and tests.
//!
//! [`checks`] refuses requests that cannot work. [`columns`] makes the pieces of code for each field. [`values`] has the
//! values that the templates in `generator/templates/resource/` can use.

pub mod checks;
pub mod columns;
pub mod indexes;
pub mod insertions;
mod owner;
mod row_label;
pub mod samples;
mod test;
pub mod types;
pub mod values;

use std::thread;

use liquid::Object;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::field::Field;
use crate::generate::name::Name;
use crate::generate::plan::{NewFile, Plan};
use crate::generate::request::Request;
use crate::generate::templates::Templates;

use columns::Column;
use owner::Owner;
use row_label::RowLabel;
use values::{ForeignKey, FormValues, OwnerColumn, Reference, Spellings, Target, Values};

/// The most columns in the list. Only columns by which users can sort may be more.
const LISTED: usize = 4;

/// The templates of a resource, and the paths of their files.
///
/// `POST` and `POSTS` stand for the singular and the plural.
const FILES: &[(&str, &str)] = &[
    ("migration.rs", "src/migrations/MIGRATION.rs"),
    ("model.rs", "src/models/POST.rs"),
    ("form.rs", "src/models/POST_form.rs"),
    ("routes.rs", "src/routes/POSTS.rs"),
    ("index.html", "templates/POSTS/index.html"),
    ("show.html", "templates/POSTS/show.html"),
    ("new.html", "templates/POSTS/new.html"),
    ("edit.html", "templates/POSTS/edit.html"),
    ("fields.html", "templates/POSTS/fields.html"),
    ("test.rs", "tests/web/POSTS.rs"),
];

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let values = values(request, app)?;
    let object = liquid::to_object(&values).map_err(Error::template("resource"))?;
    let files = files(&values, &object, templates)?;
    let mut next = vec![format!(
        "Open {} in the browser while `hoglet dev` runs",
        values.path
    )];
    if let Some(field) = values
        .fields
        .iter()
        .find(|field| field.search && field.private)
    {
        next.push(format!(
            "Note: a search for {} is part of the page's address, which PostHog receives",
            field.lower
        ));
    }
    Ok(Plan {
        files,
        insertions: insertions::all(&values, &object, templates)?,
        next,
    })
}

/// Renders the files, each in a thread: one after the other they take longer than the rest of the plan.
fn files(values: &Values, object: &Object, templates: &Templates) -> Result<Vec<NewFile>, Error> {
    let render = |template: &str| templates.render(&format!("resource/{template}"), object);
    thread::scope(|scope| {
        let threads: Vec<_> = FILES
            .iter()
            .map(|(template, path)| (path, scope.spawn(move || render(template))))
            .collect();
        let files = threads.into_iter().map(|(path, thread)| {
            Ok(NewFile {
                path: path
                    .replace("MIGRATION", &values.migration)
                    .replace("POSTS", &values.names.snake)
                    .replace("POST", &values.name.snake),
                contents: thread
                    .join()
                    .expect("a template is rendered without a panic")?,
            })
        });
        files.collect()
    })
}

/// Checks the request, and makes the values of the templates.
fn values(request: &Request, app: &AppFacts) -> Result<Values, Error> {
    let (name, names) = checks::names(request)?;
    let all = checks::fields(request, &name, app)?;
    checks::refers_to_resources(&all, &name, app)?;
    checks::is_free(&name, &names, app)?;
    let (owner, fields) = owner::split(&all).map_err(checks::refuse(&name))?;
    let tables = |target: &Name| {
        if *target == name {
            names.clone()
        } else {
            target.plural()
        }
    };
    let columns: Vec<Column> = fields
        .iter()
        .map(|field| Column::new(&name, field))
        .collect();
    let label = RowLabel::of(&name, &columns);
    checks::has_one_label(&columns, &label, &name)?;
    let references = values::references((&name, &names), &fields, false);
    let users = values::references((&name, &names), &fields, true);
    let has_choices_of_rows = !references.is_empty() || !users.is_empty();
    let enums = values::enums(&name, &fields);
    let targets = values::targets(references.iter());
    Ok(Values {
        article: columns::article(&name),
        path: format!("/{}", names.kebab()),
        migration: format!("m{}_create_{}", request.migration_time, names.snake()),
        public: request.public,
        posthog: app.posthog,
        owner: OwnerColumn::of(&owner),
        listed: listed(&columns, &label),
        refers_to_itself: targets.iter().any(|target| target.is_self),
        foreign_keys: foreign_keys(&owner, &fields, tables),
        indexes: indexes::of_resource(&names.snake(), &owner.column, request.public, &fields),
        properties: with_events(&columns),
        has_choices: has_choices_of_rows || !enums.is_empty(),
        has_choices_of_rows,
        controls: values::controls(&columns),
        form_imports: values::form_imports(&columns),
        searched: values::variants(columns.iter().filter(|column| column.search)),
        sorted: values::variants(columns.iter().filter(|column| column.sortable)),
        form_values: form_values(&targets, &users),
        test: test::of(&columns, &label, &references, &users),
        name: Spellings::of(&name),
        names: Spellings::of(&names),
        fields: columns,
        label,
        enums,
        references,
        targets,
        users,
    })
}

/// The columns of the list, except the label: all that sort it, and short ones up to [`LISTED`] in total.
fn listed(columns: &[Column], label: &RowLabel) -> Vec<Column> {
    let long = ["text", "json", "uuid", "references"];
    let others = columns.iter().filter(|column| column.name != label.column);
    let others: Vec<&Column> = others.collect();
    let sortable = others.iter().filter(|column| column.sortable).count();
    let mut room = LISTED.saturating_sub(1 + sortable);
    let mut listed = Vec::new();
    for column in others {
        let is_short = !long.contains(&column.kind);
        if column.sortable {
            listed.push(column.clone());
        } else if is_short && room > 0 {
            room -= 1;
            listed.push(column.clone());
        }
    }
    listed
}

fn with_events(columns: &[Column]) -> Vec<Column> {
    let events = columns
        .iter()
        .filter(|column| !column.event_type.is_empty());
    events.cloned().collect()
}

/// The foreign keys of the owner and of the references.
///
/// The owner's rows are deleted with the account. While a row refers to another one in a required field, the other one
/// cannot be deleted. An optional reference becomes empty.
fn foreign_keys(owner: &Owner, fields: &[Field], table: impl Fn(&Name) -> Name) -> Vec<ForeignKey> {
    let mut keys = vec![ForeignKey {
        column: owner.column.clone(),
        table: "users".to_owned(),
        on_delete: "Cascade",
    }];
    for field in fields {
        keys.extend(values::foreign_key(field, &table));
    }
    keys
}

fn form_values(targets: &[Target], users: &[Reference]) -> FormValues {
    if !targets.is_empty() {
        FormValues {
            parameters: "state: &AppState, user: &user::Model, ",
            arguments: "&state, &user, ",
            wait: ".await?",
        }
    } else if !users.is_empty() {
        FormValues {
            parameters: "user: &user::Model, ",
            arguments: "&user, ",
            wait: "",
        }
    } else {
        FormValues {
            parameters: "",
            arguments: "",
            wait: "",
        }
    }
}

#[cfg(test)]
mod tests;
