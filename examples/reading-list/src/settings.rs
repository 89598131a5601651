//! The app's own settings, beside Hoglet's: one field for each variable.
//!
//! A new setting is a field, the line that reads it, and an entry in `.env.example`, which describes
//! every variable. A test compares that file with the variables that the app reads.

use hoglet_web::feature::{Switch, Switches};
use hoglet_web::settings::{Reader, Settings as Hoglet};

/// The app's own settings, which handlers read from `state.settings`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The switches of the features in `features.rs`.
    pub switches: Switches,
}

impl Settings {
    /// Reads all settings. If some are wrong, the app does not start, and reports all wrong ones.
    pub fn read(reader: &mut Reader, hoglet: &Hoglet, switches: &[Switch]) -> Self {
        Self {
            switches: Switches::read(reader, hoglet, switches),
        }
    }
}
