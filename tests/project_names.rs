//! Properties of project names, for many random names.

use hoglet::error::Error;
use hoglet::new::project_name::ProjectName;
use proptest::prelude::*;

const LOCKED: &[&str] = &["axum", "serde_json", "tower-http"];

fn check(name: &str) -> Result<ProjectName, Error> {
    ProjectName::new(name, LOCKED.iter().copied())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(proptest::test_runner::FileFailurePersistence::Direct(
            concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/project_names.proptest-regressions"),
        ))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_text_makes_it_panic_and_accepted_names_obey_the_rules(name in any::<String>()) {
        if let Ok(taken) = check(&name) {
            prop_assert_eq!(taken.as_str(), name.as_str());
            prop_assert!(name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() <= 64);
            prop_assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        }
    }

    // No keyword, device or crate of any kind has this ending.
    #[test]
    fn well_formed_names_are_taken(name in "[A-Za-z][A-Za-z0-9_-]{0,57}-hedge") {
        prop_assert!(check(&name).is_ok());
    }

    #[test]
    fn one_wrong_character_is_enough(start in "[a-z]{1,8}", wrong in "[^A-Za-z0-9_-]", end in "[a-z]{0,8}") {
        let name = format!("{start}{wrong}{end}");
        prop_assert!(check(&name).is_err());
    }

    #[test]
    fn the_case_of_a_device_does_not_matter(name in "(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])") {
        prop_assert!(check(&name).is_err());
    }

    #[test]
    fn a_refusal_says_why_on_one_line(name in any::<String>()) {
        if let Err(error) = check(&name) {
            let sentence = error.to_string();
            prop_assert!(!sentence.chars().any(char::is_control), "{:?}", sentence);
            prop_assert!(sentence.ends_with("choose another name with --name"));
        }
    }

    #[test]
    fn the_crate_name_is_an_identifier(name in "[A-Za-z][A-Za-z0-9_-]{0,57}-hedge") {
        let crate_name = check(&name).map(|name| name.crate_name()).unwrap_or_default();
        prop_assert!(crate_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    }
}

#[test]
fn locked_crates_are_compared_as_cargo_would() {
    for name in ["axum", "serde_json", "serde-json", "tower_http"] {
        assert!(check(name).is_err(), "{name}");
    }
    assert!(check("axum-app").is_ok());
}
