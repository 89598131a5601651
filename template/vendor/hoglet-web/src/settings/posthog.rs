//! PostHog's settings, which `hoglet-posthog` reads from our variables.

use std::fmt::Display;

use super::environment::Environment;
use super::reader::Reader;
use crate::package::Package;
use crate::posthog::settings::Variables;
use crate::posthog::{self, App, Settings};

impl Variables for Reader<'_> {
    fn raw(&mut self, name: &str) -> Option<String> {
        Reader::raw(self, name)
    }

    fn error(&mut self, name: &str, reason: &dyn Display) {
        Reader::error(self, name, reason);
    }

    fn default_of(&self, name: &str) -> Option<String> {
        Some(self.text_or_default(name))
    }
}

/// Reads PostHog's settings.
pub(super) fn read(reader: &mut Reader, environment: Environment, package: &Package) -> Settings {
    let environment = match environment {
        Environment::Development => posthog::Environment::Development,
        Environment::Test => posthog::Environment::Test,
        Environment::Production => posthog::Environment::Production,
    };
    let app = App {
        environment,
        release: package.release,
        folder: package.folder,
    };
    Settings::read(reader, app)
}
