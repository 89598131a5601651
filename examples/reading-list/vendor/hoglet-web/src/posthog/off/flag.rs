//! Flags and experiments, which all have their defaults.

use serde::Serialize;
use serde_json::Value;

/// A flag, which is off.
#[derive(Debug)]
pub struct Flag {
    key: &'static str,
}

/// An experiment without a variant.
#[derive(Debug)]
pub struct Experiment {
    key: &'static str,
    variants: &'static [&'static str],
}

/// A flag or an experiment, in the list of all flags.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Declared {
    pub key: &'static str,
    pub variants: &'static [&'static str],
}

impl Flag {
    pub const fn new(key: &'static str) -> Self {
        Self { key }
    }

    pub const fn declared(&self) -> Declared {
        Declared {
            key: self.key,
            variants: &[],
        }
    }
}

impl Experiment {
    pub const fn new(key: &'static str, variants: &'static [&'static str]) -> Self {
        Self { key, variants }
    }

    pub const fn declared(&self) -> Declared {
        Declared {
            key: self.key,
            variants: self.variants,
        }
    }
}

/// Every flag has its default.
#[derive(Debug, Default)]
pub struct Flags;

impl Flags {
    pub fn is_enabled(&self, _: &Flag) -> bool {
        false
    }

    pub fn payload(&self, _: &Flag) -> Option<Value> {
        None
    }

    pub fn variant(&self, _: &Experiment) -> Option<&'static str> {
        None
    }
}
