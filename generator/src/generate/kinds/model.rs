//! `hoglet generate model`: a table with its model, and tests of its queries.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::kinds::resource::columns::{Column, article};
use crate::generate::kinds::resource::indexes::{self, Index};
use crate::generate::kinds::resource::values::{self, Enum, ForeignKey, Reference, Spellings};
use crate::generate::kinds::resource::{checks, insertions};
use crate::generate::name::Name;
use crate::generate::plan::{NewFile, Plan};
use crate::generate::request::Request;
use crate::generate::templates::Templates;

/// The templates of a model, and the paths of their files.
///
/// `POST` and `POSTS` stand for the singular and the plural.
const FILES: &[(&str, &str)] = &[
    ("migration.rs", "src/migrations/MIGRATION.rs"),
    ("model.rs", "src/models/POST.rs"),
    ("test.rs", "tests/web/POSTS.rs"),
];

/// The values that the templates of a model can use.
#[derive(Debug, Clone, Serialize)]
struct Values {
    name: Spellings,
    names: Spellings,
    /// The article of the name: `a` or `an`.
    article: &'static str,
    /// The name of the migration: `m20261201_090000_create_posts`.
    migration: String,
    fields: Vec<Column>,
    enums: Vec<Enum>,
    foreign_keys: Vec<ForeignKey>,
    indexes: Vec<Index>,
    /// Whether the row must refer to other rows.
    refers: bool,
    /// The modules of the tests that create the rows to which it refers.
    tests: Vec<String>,
    /// Whether a unique column has only one sample value. Then the test can insert only one row.
    one_only: bool,
    /// The `use` lines of the test, for `app::models` and other crates.
    test_imports: Vec<String>,
    /// The required references to users.
    users: Vec<Reference>,
    /// The required references to resources, whose rows the test creates with their forms.
    resources: Vec<Reference>,
    /// The required references to other models, whose rows the test inserts.
    models: Vec<Reference>,
    /// The unique columns. The two rows of the test differ in them.
    unique: Vec<Column>,
}

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let values = values(request, app)?;
    let object = liquid::to_object(&values).map_err(Error::template("model"))?;
    let (name, names) = (&values.name.snake, &values.names.snake);
    let mut files = Vec::new();
    for (template, path) in FILES {
        let path = path
            .replace("MIGRATION", &values.migration)
            .replace("POSTS", names)
            .replace("POST", name);
        files.push(NewFile {
            path,
            contents: templates.render(&format!("model/{template}"), &object)?,
        });
    }
    Ok(Plan {
        files,
        insertions: insertions::table(name, names, &values.migration),
        ..Plan::default()
    })
}

fn values(request: &Request, app: &AppFacts) -> Result<Values, Error> {
    let (name, names) = checks::names(request)?;
    let fields = checks::fields(request, &name, app)?;
    checks::table_is_free(&name, &names, app)?;
    let table = |target: &Name| {
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
    let required = |to_users| {
        let mut references = values::references((&name, &names), &fields, to_users);
        references.retain(|reference| !reference.optional);
        references
    };
    let is_resource = |reference: &Reference| {
        let form = format!("src/models/{}_form.rs", reference.target.snake);
        app.files.contains(&form)
    };
    let users = required(true);
    let (resources, models): (Vec<_>, Vec<_>) = required(false).into_iter().partition(is_resource);
    Ok(Values {
        article: article(&name),
        migration: format!("m{}_create_{names}", request.migration_time),
        enums: values::enums(&name, &fields),
        foreign_keys: fields
            .iter()
            .filter_map(|field| values::foreign_key(field, table))
            .map(ForeignKey::with_its_target)
            .collect(),
        indexes: indexes::of_model(&names.snake(), &fields),
        test_imports: test_imports(&name, &columns),
        refers: !users.is_empty() || !resources.is_empty() || !models.is_empty(),
        tests: tests(resources.iter().chain(&models)),
        one_only: columns
            .iter()
            .any(|column| column.unique && !column.optional && !differs(column)),
        unique: columns
            .iter()
            .filter(|column| column.unique && differs(column))
            .cloned()
            .collect(),
        name: Spellings::of(&name),
        names: Spellings::of(&names),
        fields: columns,
        users,
        resources,
        models,
    })
}

/// Whether the test has two different values for a column.
fn differs(column: &Column) -> bool {
    column.samples.rust != column.samples.other_rust
}

fn tests<'a>(references: impl Iterator<Item = &'a Reference>) -> Vec<String> {
    let modules: BTreeSet<_> = references
        .map(|reference| reference.target.plural.clone())
        .collect();
    modules.into_iter().collect()
}

/// The `use` lines of the test, except those that every test has.
fn test_imports(name: &Name, columns: &[Column]) -> Vec<String> {
    let needs = |kind: &str| {
        columns
            .iter()
            .any(|column| column.kind == kind && !column.optional)
    };
    let mut names = vec!["self".to_owned(), format!("New{}", name.camel())];
    let enums = columns
        .iter()
        .filter(|column| column.kind == "enum" && !column.optional);
    names.extend(enums.map(|column| column.rust.clone()));
    let mut lines = vec![format!(
        "use app::models::{name}::{{{}}};",
        names.join(", ")
    )];
    if needs("email") {
        lines.push("use hoglet_web::email::Email;".to_owned());
    }
    if needs("json") {
        lines.push("use serde_json::json;".to_owned());
    }
    match (needs("date"), needs("datetime")) {
        (true, true) => lines.push("use time::macros::{date, datetime};".to_owned()),
        (true, false) => lines.push("use time::macros::date;".to_owned()),
        (false, true) => lines.push("use time::macros::datetime;".to_owned()),
        (false, false) => {}
    }
    lines
}
