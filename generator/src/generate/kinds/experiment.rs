//! `hoglet generate experiment`: a flag with variants, known to evaluation.

use std::collections::BTreeSet;

use liquid::Object;
use liquid::model::Value;

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::flag_list;
use crate::generate::plan::Plan;
use crate::generate::request::Request;
use crate::generate::templates::{Templates, spellings};

/// PostHog gives every experiment a variant of this name, which cannot be changed:
/// <https://posthog.com/docs/experiments/running-experiments-without-feature-flags>.
const CONTROL: &str = "control";

pub fn plan(request: &Request, app: &AppFacts, templates: &Templates) -> Result<Plan, Error> {
    let name = &request.name;
    flag_list::is_free(name, app)?;
    let variants = variants(&request.rest)?;
    let values = variants
        .iter()
        .map(|variant| Value::scalar(variant.clone()));
    let values = Object::from_iter([
        ("name".into(), spellings(name)),
        ("variants".into(), Value::array(values)),
    ]);
    let mut plan = Plan::default();
    flag_list::add(&mut plan, templates.render("experiment/entry", &values)?);
    plan.next = vec![
        format!(
            "Create the experiment `{}` in PostHog, with the variants {}",
            name.kebab(),
            variants.join(", ")
        ),
        format!(
            "Read it in a handler: posthog.flags().await.variant(&crate::posthog::flags::{})",
            name.screaming()
        ),
    ];
    Ok(plan)
}

/// The keys of the variants, separated by commas.
fn variants(rest: &[String]) -> Result<Vec<String>, Error> {
    let text = rest.join(",");
    let refuse = |reason: &str| {
        let remedy = "write them as in `hoglet generate experiment headline control,bold`";
        Error::argument(&text, reason, remedy)
    };
    let variants: Vec<String> = text.split(',').map(|key| key.trim().to_owned()).collect();
    let is_key = |key: &String| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !key.is_empty() && key.chars().all(fits)
    };
    if !variants.iter().all(is_key) {
        return Err(refuse(
            "an experiment has two or more variants, with letters, digits, `-` and `_` in their names",
        ));
    }
    if !variants.iter().any(|key| key == CONTROL) {
        return Err(refuse(
            "PostHog requires that one variant is called `control`",
        ));
    }
    let different: BTreeSet<_> = variants.iter().map(|key| key.to_lowercase()).collect();
    if different.len() < variants.len() {
        return Err(refuse("two variants have the same name"));
    }
    if variants.len() < 2 {
        return Err(refuse("an experiment has two or more variants"));
    }
    Ok(variants)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        variants(&[text.to_owned()]).map_err(|error| error.to_string())
    }

    #[test]
    fn variants_are_keys_and_one_of_them_is_control() {
        let expected = ["control", "bold", "B_2"].map(str::to_owned);
        assert_eq!(read("control, bold,B_2"), Ok(expected.to_vec()));
        for (text, reason) in [
            ("", "two or more variants"),
            ("control", "two or more variants"),
            ("control,", "two or more variants"),
            ("control,very bold", "letters, digits"),
            ("plain,bold", "is called `control`"),
            ("control,bold,Bold", "two variants have the same name"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(reason), "{error}");
        }
    }
}
