//! `.env.example` against what the app reads.

use std::collections::{BTreeMap, BTreeSet};

use app::app::App;
use app::settings::Settings as Own;
use hoglet_web::app::{read_settings, variables};
use hoglet_web::settings::Settings;

/// The older name of `POSTHOG_PROJECT_TOKEN`, which is mentioned there.
const OLDER_NAME: &str = "POSTHOG_API_KEY";

#[test]
fn every_variable_stands_in_the_example_and_nothing_else() {
    let mut read: BTreeSet<_> = variables::<App>().into_iter().collect();
    assert!(read.remove(OLDER_NAME));
    let documented: BTreeSet<_> = documented().into_keys().map(str::to_owned).collect();
    assert_eq!(documented, read);
}

#[test]
fn the_defaults_that_it_names_are_true() {
    let (without, _) = read(&[]);
    for (name, default) in documented() {
        match name {
            // What these two are is not to be seen in the settings' `Debug`.
            "APP_URL" => assert_eq!(without.app_url(), default),
            "DATABASE_URL" => assert_eq!(without.database_url.expose(), default),
            _ => {
                let with = format!("{:?}", read(&[(name, default)]));
                assert_eq!(with, format!("{:?}", read(&[])), "{name}={default}");
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
    let value = |name: &str| {
        let variable = variables.iter().find(|(known, _)| *known == name);
        variable.map(|(_, value)| (*value).to_owned())
    };
    read_settings::<App>(&value).unwrap()
}
