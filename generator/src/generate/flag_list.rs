//! Shared by the kinds `flag` and `experiment`: a constant in the list in `src/posthog/flags.rs`.

use crate::error::Error;
use crate::generate::facts::AppFacts;
use crate::generate::name::Name;
use crate::generate::plan::Plan;
use crate::generate::splice::Place;

/// Checks that a new flag or experiment can have this name.
pub fn is_free(name: &Name, app: &AppFacts) -> Result<(), Error> {
    let key = name.kebab();
    if !app.posthog {
        return Err(Error::argument(
            &key,
            "the app is built without PostHog, so no flag is evaluated",
            "add the feature `posthog` to `default` in Cargo.toml",
        ));
    }
    let refuse = |reason| Err(Error::unfit_name(&key, reason));
    if app.flags.contains(&key) {
        return refuse("the app has a flag or an experiment of this name");
    }
    if key == "all" {
        return refuse("`ALL` is the list of all flags");
    }
    Ok(())
}

/// Adds the constant.
pub fn add(plan: &mut Plan, entry: String) {
    plan.insert(
        "src/posthog/flags.rs",
        Place::Macro { name: "flags" },
        entry,
    );
}
