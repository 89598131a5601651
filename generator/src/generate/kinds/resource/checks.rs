//! Checks of a resource or a model. Each refusal has a reason and a remedy.

use super::columns::Column;
use super::row_label::{self, RowLabel};
use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::field::{Field, FieldType};
use crate::generate::name::Name;
use crate::generate::request::Request;
use crate::generate::reserved;

/// Decimal digits that SQLite's numbers keep exactly.
const EXACT_DIGITS_OF_SQLITE: u32 = 15;

/// For `map_err`: makes an error of the reason why this resource cannot be generated.
pub fn refuse(name: &Name) -> impl Fn(String) -> Error {
    let name = name.snake();
    move |reason| Error::unfit_name(&name, reason)
}

/// The singular and the plural.
pub fn names(request: &Request) -> Result<(Name, Name), Error> {
    let refuse = refuse(&request.name);
    let (name, names) = request
        .name
        .with_plural(request.plural.as_ref())
        .map_err(&refuse)?;
    reserved::table(&name, &names).map_err(&refuse)?;
    Ok((name, names))
}

/// The fields. Their types must be possible in this app.
pub fn fields(request: &Request, name: &Name, app: &AppFacts) -> Result<Vec<Field>, Error> {
    let fields = Field::columns(&request.rest)
        .map_err(|reason| Error::Field(format!("`{name}`: {reason}")))?;
    if fields.is_empty() {
        return Err(Error::argument(
            &name.snake(),
            "it has no fields",
            format!(
                "add some, as in `{} title:string 'body:text?'`",
                name.snake()
            ),
        ));
    }
    for (field, text) in fields.iter().zip(&request.rest) {
        let is_reference = matches!(field.kind, FieldType::References(_));
        if !is_reference && field.name.snake() == format!("{name}_id") {
            return Err(Error::argument(
                text,
                format!("the events of `{name}` have a property of this name already"),
                "choose another name",
            ));
        }
        fits(field, name, app).map_err(|(reason, remedy)| Error::argument(text, reason, remedy))?;
    }
    Ok(fields)
}

/// Checks a field. The error is the reason and the remedy.
fn fits(field: &Field, name: &Name, app: &AppFacts) -> Result<(), (String, String)> {
    match &field.kind {
        FieldType::Decimal { precision, .. }
            if *precision > EXACT_DIGITS_OF_SQLITE && !app.postgres =>
        {
            Err((
                format!(
                    "SQLite keeps {EXACT_DIGITS_OF_SQLITE} digits exactly, and not {precision}"
                ),
                format!(
                    "use at most {EXACT_DIGITS_OF_SQLITE} digits, or a `bigint` of the smallest unit"
                ),
            ))
        }
        FieldType::Enum(variants) => {
            match variants.iter().find(|variant| !is_spelt_back(variant)) {
                Some(variant) => Err((
                    format!(
                        "its value `{variant}` would be stored as `{}`",
                        spelt_back(variant)
                    ),
                    format!("write `{}`", spelt_back(variant)),
                )),
                None => Ok(()),
            }
        }
        FieldType::References(target) => refers(field, target, name, app),
        _ => Ok(()),
    }
}

fn refers(
    field: &Field,
    target: &Name,
    name: &Name,
    app: &AppFacts,
) -> Result<(), (String, String)> {
    if target.snake() == "user" {
        return Ok(());
    }
    if target == name {
        return match field.optional {
            true => Ok(()),
            false => Err((
                format!("the first {} could refer to no other", name.lower()),
                "make it optional: `references?`".to_owned(),
            )),
        };
    }
    let model = format!("src/models/{target}.rs");
    if !app.files.contains(&model) {
        return Err((
            format!("the app has no `{target}`, because there is no {model}"),
            format!("generate it first: hoglet generate resource {target} name:string"),
        ));
    }
    let table = target.plural().snake();
    if !app.tables.contains(&table) {
        return Err((
            format!("the app has no table `{table}`"),
            format!(
                "add `{}_id:uuid` instead, and write the reference by hand",
                field.name
            ),
        ));
    }
    Ok(())
}

/// Refuses references to models.
///
/// Their rows have no owner, so a form cannot offer the user's own rows.
pub fn refers_to_resources(fields: &[Field], name: &Name, app: &AppFacts) -> Result<(), Error> {
    for field in fields {
        let FieldType::References(target) = &field.kind else {
            continue;
        };
        let is_resource = target.snake() == "user"
            || target == name
            || app.files.contains(&format!("src/models/{target}_form.rs"));
        if !is_resource {
            return Err(Error::argument(
                &format!("{}:references({target})", field.name),
                format!("`{target}` has no form, so no user has rows of it to choose from"),
                format!(
                    "make it a resource, or add `{}_id:uuid` and write the rest by hand",
                    field.name
                ),
            ));
        }
    }
    Ok(())
}

/// Pages call the text that stands for a row `label`, so a field of this name must be that text.
pub fn has_one_label(columns: &[Column], label: &RowLabel, name: &Name) -> Result<(), Error> {
    let mut others = columns.iter().filter(|column| column.name != label.column);
    if others.all(|column| column.name != row_label::NAME) {
        return Ok(());
    }
    Err(Error::argument(
        &name.snake(),
        format!(
            "pages call the text that stands for a row `{}`",
            row_label::NAME
        ),
        "make the field a required `string` that is not `:private`, or choose another name for it",
    ))
}

/// Refuses a name if the app already uses it.
pub fn is_free(name: &Name, names: &Name, app: &AppFacts) -> Result<(), Error> {
    table_is_free(name, names, app)?;
    let refuse = |reason: String| Err(Error::unfit_name(&name.snake(), reason));
    for path in [
        format!("src/models/{name}_form"),
        format!("src/routes/{names}"),
    ] {
        module_is_free(name, &path, app)?;
    }
    let path = format!("/{}", names.kebab());
    let below = format!("{path}/");
    let is_below = |route: &&String| **route == path || route.starts_with(&below);
    if let Some(route) = app.routes.iter().find(is_below) {
        return refuse(format!("the app has the route `{route}`"));
    }
    if ["/api", "/dev", "/static"].contains(&path.as_str()) {
        return refuse(format!("Hoglet uses the path `{path}`"));
    }
    for happened in ["created", "updated", "deleted"] {
        let event = format!("{name}_{happened}");
        if app.events.contains(&event) {
            return refuse(format!("the app has the event `{event}`"));
        }
    }
    Ok(())
}

/// Refuses a name if the app already has a table, a model or a test of this name.
pub fn table_is_free(name: &Name, names: &Name, app: &AppFacts) -> Result<(), Error> {
    if app.tables.contains(&names.snake()) {
        return Err(Error::unfit_name(
            &name.snake(),
            format!("the app has the table `{names}`"),
        ));
    }
    module_is_free(name, &format!("src/models/{name}"), app)?;
    module_is_free(name, &format!("tests/web/{names}"), app)
}

/// Refuses a module that the app has as `PATH/mod.rs`, because the new file would be `PATH.rs`.
///
/// An existing `PATH.rs` is not refused here: it is a conflict, like any other file.
fn module_is_free(name: &Name, path: &str, app: &AppFacts) -> Result<(), Error> {
    let file = format!("{path}/mod.rs");
    if !app.files.contains(&file) {
        return Ok(());
    }
    Err(Error::argument(
        &name.snake(),
        format!("`{file}` exists"),
        "choose another name, or delete the file",
    ))
}

/// Whether SeaORM stores a variant as it was typed.
///
/// It stores `InReview` as `in_review`, but `AB` as `ab`.
fn is_spelt_back(variant: &Name) -> bool {
    spelt_back(variant) == variant.snake()
}

/// The text that SeaORM stores for a variant: its words, joined by underscores.
fn spelt_back(variant: &Name) -> String {
    let letters: Vec<char> = variant.camel().chars().collect();
    let mut text = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let follows_word = at > 0 && !letters[at - 1].is_uppercase();
        let begins_word = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_uppercase() && at > 0 && (follows_word || begins_word) {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
