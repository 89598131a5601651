//! The app's own settings, beside those of `hoglet_web::settings`: one field a variable.
//!
//! A new one is a field, the line that reads it, and a line in `.env.example`, which says what
//! every variable is for; a test holds the two together.

use hoglet_web::settings::Reader;

/// What handlers have as `state.settings`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether the demo of errors can be used: everywhere but in production, unless it says so.
    pub demo_errors: bool,
}

impl Settings {
    /// Reads them all. The start stops at what is wrong, and says all of it at once.
    pub fn read(reader: &mut Reader, hoglet: &hoglet_web::settings::Settings) -> Self {
        Self {
            demo_errors: reader.boolean("DEMO_ERRORS", !hoglet.production()),
        }
    }
}
