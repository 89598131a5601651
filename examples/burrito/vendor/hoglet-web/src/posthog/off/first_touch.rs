//! The first touch of a visitor, which is not stored.

use axum::http::HeaderMap;
use serde_json::{Map, Value};
use uuid::Uuid;

#[derive(Clone, Debug)]
pub enum FirstTouch {}

impl FirstTouch {
    pub fn from_cookie(_: &str, _: &str, _: Uuid) -> Option<Self> {
        None
    }

    pub fn from_posthog_js(_: &dyn Fn(&str) -> String, _: &str, _: Uuid) -> Option<Self> {
        None
    }

    pub fn properties(&self) -> Map<String, Value> {
        match *self {}
    }
}

pub fn cookie(_: &str, _: &dyn Fn(&str) -> String, _: &str, _: &HeaderMap, _: Uuid) -> String {
    String::new()
}
