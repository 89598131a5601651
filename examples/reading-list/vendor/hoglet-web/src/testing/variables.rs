//! The variables of an app under test.

use std::collections::HashMap;

use super::database::TestDatabase;
use super::posthog::Recorder;
use crate::settings::secret_key::new_secret_key;

/// The variables of every app under test. The given variables override them.
pub fn with_usual(
    variables: &[(&str, &str)],
    database: &TestDatabase,
    posthog: &Recorder,
) -> HashMap<String, String> {
    let usual = [
        ("APP_ENV", "test".to_owned()),
        ("PORT", "0".to_owned()),
        ("DATABASE_URL", database.url()),
        // In production too, for any APP_URL.
        ("ALLOWED_HOSTS", "127.0.0.1".to_owned()),
        ("SECRET_KEY", new_secret_key()),
        ("POSTHOG_PROJECT_TOKEN", "phc_test".to_owned()),
        ("POSTHOG_HOST", posthog.url.clone()),
        // Long enough for a busy machine. Tests of a slow PostHog set it themselves.
        ("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "5000".to_owned()),
    ];
    let given = variables
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    usual
        .into_iter()
        .chain(given)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
