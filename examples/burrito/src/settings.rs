//! The app's own settings, beside those of `hoglet_web::settings`: one field for each variable.
//!
//! A new one is a field, the line that reads it, and a line in `.env.example`, which describes every
//! variable; a test compares the two.

use hoglet_web::feature::{Switch, Switches};
use hoglet_web::settings::{Reader, Settings as Hoglet};

/// Handlers have it as `state.settings`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Those of features, see `features.rs`.
    pub switches: Switches,
}

impl Settings {
    /// Reads them all. If some are wrong, the app does not start and reports all of them.
    pub fn read(reader: &mut Reader, hoglet: &Hoglet, switches: &[Switch]) -> Self {
        Self {
            switches: Switches::read(reader, hoglet, switches),
        }
    }
}
