//! Events as types.

use serde_json::Value;

#[doc(hidden)]
pub use serde;
pub use serde::Serialize;

pub type BeforeSend = fn(Event) -> Option<Event>;

#[derive(Debug)]
pub enum Event {}

impl Event {
    pub fn event_name(&self) -> &str {
        match *self {}
    }

    pub fn distinct_id(&self) -> &str {
        match *self {}
    }

    pub fn properties(&self) -> &std::collections::HashMap<String, Value> {
        match *self {}
    }

    pub fn insert_prop<K: Into<String>, P: Serialize>(
        &mut self,
        _: K,
        _: P,
    ) -> Result<(), std::convert::Infallible> {
        match *self {}
    }

    pub fn remove_prop(&mut self, _: &str) -> Option<Value> {
        match *self {}
    }
}

pub trait TrackedEvent: Serialize {
    const NAME: &'static str;
}
