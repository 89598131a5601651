//! The app's environment: the variables of this process, then those of `.env`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::shared::env_text;

/// PostHog's name for the variable with the token, and its older name.
const TOKENS: [&str; 2] = ["POSTHOG_PROJECT_TOKEN", "POSTHOG_API_KEY"];

pub struct Environment {
    file: HashMap<String, String>,
    /// The app will refuse the file and report the reason.
    file_is_broken: bool,
}

impl Environment {
    pub fn read(folder: &Path) -> Self {
        let text = fs::read(folder.join(".env")).unwrap_or_default();
        let file = env_text::parse(&String::from_utf8_lossy(&text));
        Self {
            file_is_broken: file.is_err(),
            file: file.unwrap_or_default(),
        }
    }

    /// The value of a variable, unless it is empty.
    pub fn get(&self, name: &str) -> Option<String> {
        std::env::var_os(name)
            .map(|value| value.to_string_lossy().into_owned())
            .or_else(|| self.file.get(name).cloned())
            .filter(|value| !value.trim().is_empty())
    }

    /// Whether the app may have the token of a PostHog project.
    pub fn may_have_token(&self) -> bool {
        self.file_is_broken || TOKENS.iter().any(|name| self.get(name).is_some())
    }
}

/// The variables that can hold the token.
pub fn token_variables() -> [&'static str; 2] {
    TOKENS
}
