//! The app's own settings, beside those of `hoglet_web::settings`: one field a variable.
//!
//! `.env.example` documents every variable; a test holds the two together.

use hoglet_web::settings::Reader;

#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether the demo of errors can be used: everywhere but in production, unless it says so.
    pub demo_errors: bool,
}

impl Settings {
    pub fn read(reader: &mut Reader, hoglet: &hoglet_web::settings::Settings) -> Self {
        Self {
            demo_errors: reader.boolean("DEMO_ERRORS", !hoglet.production()),
        }
    }
}
