//! PostHog's settings, which `hoglet-posthog` reads with Hoglet's [`Reader`].

use super::environment::Environment;
use super::reader::Reader;
use crate::package::Package;
use crate::posthog::Settings;

#[cfg(feature = "posthog")]
impl crate::posthog::settings::Variables for Reader<'_> {
    fn raw(&mut self, name: &str) -> Option<String> {
        Reader::raw(self, name)
    }

    fn error(&mut self, name: &str, reason: &dyn std::fmt::Display) {
        Reader::error(self, name, reason);
    }

    fn default_of(&self, name: &str) -> Option<String> {
        Some(self.text_or_default(name))
    }
}

/// Reads PostHog's settings.
#[cfg(feature = "posthog")]
pub(super) fn read(reader: &mut Reader, environment: Environment, package: &Package) -> Settings {
    use crate::posthog;

    let environment = match environment {
        Environment::Development => posthog::Environment::Development,
        Environment::Test => posthog::Environment::Test,
        Environment::Production => posthog::Environment::Production,
    };
    let app = posthog::App {
        environment,
        release: package.release,
        folder: package.folder,
    };
    Settings::read(reader, app)
}

/// Ignores PostHog's settings. The variables are read all the same, so that they count among the app's.
#[cfg(not(feature = "posthog"))]
pub(super) fn read(reader: &mut Reader, _: Environment, _: &Package) -> Settings {
    for name in Settings::VARIABLES {
        reader.raw(name);
    }
    Settings {
        token_is_ignored: reader.text("POSTHOG_PROJECT_TOKEN").is_some(),
        ..Settings::default()
    }
}
