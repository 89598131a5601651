//! `.env.example` lists exactly the variables that the app reads.

use std::collections::{BTreeMap, BTreeSet};

use app::app::App;
use app::settings::Settings as Own;
use hoglet_web::app::{App as _, read_settings, variables};
use hoglet_web::settings::Settings;

/// The older name of `POSTHOG_PROJECT_TOKEN`, which the example mentions in a sentence.
const OLDER_NAME: &str = "POSTHOG_API_KEY";

#[test]
fn the_example_lists_every_variable_and_no_other() {
    let mut read: BTreeSet<_> = variables::<App>().into_iter().collect();
    assert!(read.remove(OLDER_NAME));
    let documented: BTreeSet<_> = documented().into_keys().map(str::to_owned).collect();
    assert_eq!(documented, read);
}

#[test]
fn the_defaults_in_the_example_are_those_of_the_app() {
    let without = read(&[]);
    for (name, default) in documented() {
        match name {
            "APP_URL" => assert_eq!(without.0.app_url(), default),
            "DATABASE_URL" => assert!(App::DEFAULTS.contains(&format!("{name}={default}\n"))),
            _ => {
                let with = read(&[(name, default)]);
                assert_eq!(format!("{with:?}"), format!("{without:?}"), "{name}");
            }
        }
    }
}

/// The variables of `.env.example`, with the defaults that it names.
fn documented() -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("../../.env.example").lines();
    let pairs = lines.filter_map(|line| line.strip_prefix("# ")?.split_once('='));
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    pairs.filter(|(name, _)| is_name(name)).collect()
}

fn read(variables: &[(&str, &str)]) -> (Settings, Own) {
    // This build may have no driver for the other database.
    let database = if cfg!(feature = "postgres") {
        "postgres://localhost/app"
    } else {
        "sqlite:data/app.sqlite"
    };
    let mut all = BTreeMap::from([("DATABASE_URL", database)]);
    all.extend(variables.iter().copied());
    read_settings::<App>(&|name| all.get(name).map(|value| (*value).into())).unwrap()
}
