//! The configuration of posthog-js in a page, which does not exist here.

use super::settings::Settings;

#[derive(Debug)]
pub enum BrowserConfig {}

impl BrowserConfig {
    pub fn to_script_json(&self) -> String {
        match *self {}
    }
}

pub fn origins(_: &Settings) -> Vec<String> {
    Vec::new()
}
