//! `hoglet generate flag`: a feature flag, known to evaluation.

use liquid::Object;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::plan::{Insertion, Plan};
use crate::generate::request::Request;
use crate::generate::splice::Place;
use crate::generate::templates::{Templates, spellings};

const FLAGS: &str = "src/posthog/flags.rs";

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    if !app.posthog {
        return Err(Error::argument(
            &name.kebab(),
            "the app is built without PostHog, so no flag is evaluated",
            "add the feature `posthog` to `default` in Cargo.toml",
        ));
    }
    if app.flags.contains(&name.kebab()) {
        return Err(Error::argument(
            &name.kebab(),
            "the app has a flag or an experiment of this name",
            "choose another name",
        ));
    }
    let values = Object::from_iter([("name".into(), spellings(name))]);
    Ok(Plan {
        insertions: vec![Insertion {
            path: FLAGS.to_owned(),
            place: Place::Macro { name: "flags" },
            text: templates.render("flag/entry", &values)?,
        }],
        next: vec![
            format!("Create the flag `{}` in PostHog", name.kebab()),
            format!(
                "Read it in a handler: posthog.flags().await.is_enabled(&flags::{})",
                name.screaming()
            ),
        ],
        ..Plan::default()
    })
}
