//! What the app will find in its environment: the process's variables, then those of `.env`.

use std::collections::HashMap;
use std::path::Path;

/// PostHog's name for it, and the older one.
const TOKENS: [&str; 2] = ["POSTHOG_PROJECT_TOKEN", "POSTHOG_API_KEY"];

pub struct Environment(HashMap<String, String>);

impl Environment {
    /// A line of `.env` that cannot be read is the app's to complain about.
    pub fn read(folder: &Path) -> Self {
        let file = dotenvy::from_path_iter(folder.join(".env"));
        Self(file.into_iter().flatten().flatten().collect())
    }

    /// An empty value is none.
    pub fn get(&self, name: &str) -> Option<String> {
        std::env::var(name)
            .ok()
            .or_else(|| self.0.get(name).cloned())
            .filter(|value| !value.trim().is_empty())
    }

    /// The token of a PostHog project.
    pub fn posthog_token(&self) -> Option<String> {
        TOKENS.iter().find_map(|name| self.get(name))
    }
}

/// The variables that take a token, for the app to be given one.
pub fn token_variables() -> [&'static str; 2] {
    TOKENS
}
