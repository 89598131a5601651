//! The panel "Just captured", which stays empty.

use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub enum Entry {}

#[derive(Clone, Copy, Debug)]
pub struct Panel;

impl Panel {
    pub fn begin(&self, _: String, _: Vec<Entry>) {}
}

pub fn encode(_: &[Entry]) -> String {
    String::new()
}

pub fn decode(_: &str) -> Vec<Entry> {
    Vec::new()
}
