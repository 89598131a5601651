//! `hoglet generate flag`: a feature flag in the list of flags that the app evaluates.

use liquid::Object;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::flag_list;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::templates::{Templates, spellings};

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    flag_list::is_free(name, app)?;
    let values = Object::from_iter([("name".into(), spellings(name))]);
    let mut plan = Plan::default();
    flag_list::add(&mut plan, templates.render("flag/entry", &values)?);
    plan.next = vec![
        format!("Create the flag `{}` in PostHog", name.kebab()),
        format!(
            "Read it in a handler: posthog.flags().await.is_enabled(&crate::posthog::flags::{})",
            name.screaming()
        ),
    ];
    Ok(plan)
}
