//! [`Templates`]: the Liquid templates of the generators, embedded in this program. An app's own win.

use std::collections::BTreeMap;

use liquid::Object;

use crate::error::Error;

/// Templates by name, such as `resource/routes.rs`.
#[derive(Debug, Default)]
pub struct Templates {
    /// Those in the app's `.hoglet/templates/`.
    pub own: BTreeMap<String, String>,
}

impl Templates {
    /// Renders the template of this name, the app's own or the embedded one.
    pub fn render(&self, name: &str, values: &Object) -> Result<String, Error> {
        todo!("{name} {values:?}")
    }
}
