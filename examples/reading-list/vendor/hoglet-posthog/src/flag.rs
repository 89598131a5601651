//! Flags and experiments as types, and their values for one person.

use posthog_rs::{Event, FeatureFlagEvaluations, FlagValue};
use serde::Serialize;
use serde_json::{Map, Value};

/// Declares an app's flags, and makes `ALL`, the list of them:
///
/// ```
/// use hoglet_posthog::{Experiment, Flag};
///
/// hoglet_posthog::flags! {
///     /// Shows the new dashboard.
///     pub const NEW_DASHBOARD: Flag = Flag::new("new-dashboard");
///
///     /// Which headline the dashboard has.
///     pub const HEADLINE: Experiment = Experiment::new("headline", &["control", "bold"]);
/// }
/// assert_eq!(ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! flags {
    ($($(#[$doc:meta])* pub const $name:ident: $type:ty = $flag:expr;)*) => {
        $($(#[$doc])* pub const $name: $type = $flag;)*

        /// All flags above. These are evaluated.
        pub const ALL: &[$crate::Declared] = &[$($name.declared()),*];
    };
}

/// A flag that is on or off; off by default. Only flags in `flags!` are evaluated.
#[derive(Debug)]
pub struct Flag {
    key: &'static str,
}

/// A flag with variants.
///
/// If a person has no variant, or one that the app does not know, the app uses its default.
#[derive(Debug)]
pub struct Experiment {
    key: &'static str,
    variants: &'static [&'static str],
}

/// A flag or an experiment, in the list of all flags.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Declared {
    /// Its key in PostHog.
    pub key: &'static str,
    /// The variants of an experiment; empty for a flag.
    pub variants: &'static [&'static str],
}

impl Flag {
    /// A flag with this key.
    pub const fn new(key: &'static str) -> Self {
        Self { key }
    }

    /// Its entry in the list of all flags.
    pub const fn declared(&self) -> Declared {
        Declared {
            key: self.key,
            variants: &[],
        }
    }
}

impl Experiment {
    /// An experiment with this key and the variants that the app knows.
    pub const fn new(key: &'static str, variants: &'static [&'static str]) -> Self {
        Self { key, variants }
    }

    /// Its entry in the list of all flags.
    pub const fn declared(&self) -> Declared {
        Declared {
            key: self.key,
            variants: self.variants,
        }
    }
}

/// One person's flags. In `Flags::default()` every flag has its default.
#[derive(Default)]
pub struct Flags {
    evaluated: Option<FeatureFlagEvaluations>,
    asked: &'static [Declared],
    /// The flags that PostHog knows. Others are not read, because reading one sends `$feature_flag_called`
    /// with the error `flag_missing`, in every new project.
    known: Vec<String>,
}

impl Flags {
    pub(crate) fn new(evaluated: FeatureFlagEvaluations, asked: &'static [Declared]) -> Self {
        Self {
            asked,
            known: evaluated.keys(),
            evaluated: Some(evaluated),
        }
    }

    /// Whether the flag is on. Reading it sends `$feature_flag_called`, once per person and value.
    pub fn is_enabled(&self, flag: &Flag) -> bool {
        self.knowing(flag.key)
            .is_some_and(|flags| flags.is_enabled(flag.key))
    }

    /// The flag's payload, if it has one. Sends no event.
    pub fn payload(&self, flag: &Flag) -> Option<Value> {
        self.knowing(flag.key)?.get_flag_payload(flag.key)
    }

    /// The experiment's variant. Reading it sends `$feature_flag_called`, the exposure.
    pub fn variant(&self, experiment: &Experiment) -> Option<&'static str> {
        match self.knowing(experiment.key)?.get_flag(experiment.key)? {
            FlagValue::String(variant) => experiment
                .variants
                .iter()
                .copied()
                .find(|known| *known == variant),
            FlagValue::Boolean(_) => None,
        }
    }

    /// The flags as properties of an event.
    ///
    /// These are `$feature/<key>` for each flag, and `$active_feature_flags`, the keys of those that are on,
    /// if any.
    pub(crate) fn properties(&self) -> Map<String, Value> {
        let flags = self.evaluated.as_ref();
        flags.map(properties_of).unwrap_or_default()
    }

    /// All values by key, for posthog-js's `bootstrap`. Sends no event.
    pub fn values(&self) -> Map<String, Value> {
        self.evaluated.as_ref().map(values_of).unwrap_or_default()
    }

    /// The values of the flags that were read. Sends no event.
    pub fn read(&self) -> Map<String, Value> {
        let flags = self.evaluated.as_ref();
        flags
            .map(|flags| values_of(&flags.only_accessed()))
            .unwrap_or_default()
    }

    /// All payloads by key, for posthog-js's `bootstrap`.
    pub fn payloads(&self) -> Map<String, Value> {
        let payload = |key: &String| {
            let payload = self.evaluated.as_ref()?.get_flag_payload(key)?;
            Some((key.clone(), payload))
        };
        self.known.iter().filter_map(payload).collect()
    }

    fn knowing(&self, key: &str) -> Option<&FeatureFlagEvaluations> {
        let evaluated = self.evaluated.as_ref()?;
        if self.asked.iter().all(|asked| asked.key != key) {
            tracing::error!(
                key,
                "this flag is never asked for: move its constant into `flags!`"
            );
        }
        let known = self.known.iter().any(|known| known == key);
        known.then_some(evaluated)
    }
}

/// The SDK shows all values only as properties of an event.
fn properties_of(flags: &FeatureFlagEvaluations) -> Map<String, Value> {
    let mut event = Event::new("", "");
    event.with_flags(flags);
    let properties = event.properties().iter();
    properties
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn values_of(flags: &FeatureFlagEvaluations) -> Map<String, Value> {
    properties_of(flags)
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("$feature/")?.to_owned(), value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Mutex;

    use posthog_rs::EvaluateFlagsOptions;

    use super::*;

    #[tokio::test]
    async fn a_flag_that_is_not_in_the_list_is_off_and_the_log_says_why() {
        const LISTED: Flag = Flag::new("listed");
        const FORGOTTEN: Flag = Flag::new("forgotten");
        const ALL: &[Declared] = &[LISTED.declared()];
        let file = tempfile::NamedTempFile::new().expect("a file");
        let log = file.reopen().expect("the same file");
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Mutex::new(log))
            .finish();
        let _listening = tracing::subscriber::set_default(subscriber);
        let client = posthog_rs::client("").await;
        let evaluated = client.evaluate_flags("ann", EvaluateFlagsOptions::default());
        let evaluated = evaluated.await.expect("it sends no request");
        let flags = Flags::new(evaluated, ALL);
        assert!(!flags.is_enabled(&LISTED));
        assert!(!flags.is_enabled(&FORGOTTEN));

        let log = fs::read_to_string(file.path()).expect("the log is text");
        let told: Vec<_> = log.lines().filter(|line| line.contains("flags!")).collect();
        assert_eq!(told.len(), 1, "{log}");
        assert!(told[0].contains("forgotten"), "{log}");
    }
}
