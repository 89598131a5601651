//! `hoglet generate setting`: a field of the app's settings, the line that reads it, and its entry in `.env.example`.

use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::name::Name;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::reserved;
use crate::generate::sensitive;
use crate::generate::splice::Place;
use crate::generate::templates::{Templates, spellings};

const SETTINGS: &str = "src/settings.rs";

/// A type of setting.
///
/// Every type has a default or is optional, so the app starts without the variable.
struct SettingType {
    name: &'static str,
    rust: &'static str,
    /// The method of `Reader`, and its arguments after the variable's name.
    read: (&'static str, &'static str),
    default: &'static str,
    what: &'static str,
}

const TYPES: &[SettingType] = &[
    SettingType {
        name: "string",
        rust: "Option<String>",
        read: ("text", ""),
        default: "",
        what: "a text",
    },
    SettingType {
        name: "secret",
        rust: "Option<hoglet_web::settings::Secret>",
        read: ("secret", ""),
        default: "",
        what: "a secret, which no log shows",
    },
    SettingType {
        name: "integer",
        rust: "u64",
        read: ("number", ", 0, 0..=1_000_000"),
        default: "0",
        what: "a whole number",
    },
    SettingType {
        name: "boolean",
        rust: "bool",
        read: ("boolean", ", false"),
        default: "false",
        what: "true or false",
    },
    SettingType {
        name: "url",
        rust: "Option<hoglet_web::settings::Url>",
        read: ("url", ""),
        default: "",
        what: "an address such as `https://example.com`",
    },
];

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    is_free(name, app)?;
    let kind = kind(name, &request.rest)?;
    let variable = name.screaming();
    let (method, arguments) = kind.read;
    let values = Object::from_iter([
        ("name".into(), spellings(name)),
        ("type".into(), Value::scalar(kind.rust)),
        (
            "read".into(),
            Value::scalar(format!("reader.{method}(\"{variable}\"{arguments})")),
        ),
        ("default".into(), Value::scalar(kind.default)),
        ("what".into(), Value::scalar(kind.what)),
    ]);
    let mut plan = Plan::default();
    plan.insert(
        SETTINGS,
        Place::Fields { of: "Settings" },
        templates.render("setting/field.rs", &values)?,
    );
    plan.insert(
        SETTINGS,
        Place::Literal { function: "read" },
        templates.render("setting/read.rs", &values)?,
    );
    plan.insert(
        ".env.example",
        Place::End,
        templates.render("setting/env", &values)?,
    );
    plan.next = vec![
        format!("Describe in .env.example what `{variable}` is for"),
        format!(
            "Read it in a handler with `State(state)`: state.settings.{}",
            name.snake()
        ),
    ];
    Ok(plan)
}

fn is_free(name: &Name, app: &AppFacts) -> Result<(), Error> {
    let refuse = |reason: String| Error::unfit_name(&name.snake(), reason);
    reserved::struct_field(name).map_err(refuse)?;
    let variable = name.screaming();
    if app.variables.contains(&variable) {
        return Err(refuse(format!("the app has the variable `{variable}`")));
    }
    if name.snake() == "switches" {
        return Err(refuse(format!("`Settings` in {SETTINGS} has this field")));
    }
    Ok(())
}

/// The type that the command names.
///
/// If it names none, the setting's name decides: `stripe_key` is a secret.
fn kind(name: &Name, rest: &[String]) -> Result<&'static SettingType, Error> {
    let word = match rest {
        [] if sensitive::is_secret(name) => "secret",
        [] => "string",
        [word] => word.as_str(),
        [_, more, ..] => {
            let remedy = "give each setting a command of its own";
            return Err(Error::argument(more, "a setting has only one type", remedy));
        }
    };
    TYPES.iter().find(|kind| kind.name == word).ok_or_else(|| {
        let names: Vec<_> = TYPES.iter().map(|kind| kind.name).collect();
        let argument = format!("{}:{word}", name.snake());
        let remedy = format!("choose one of {}", names.join(", "));
        Error::argument(
            &argument,
            format!("a setting cannot be of type `{word}`"),
            remedy,
        )
    })
}
