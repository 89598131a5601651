//! The person properties of a user in PostHog. A new property is one more pair.

use hoglet_web::users::Person;
use serde_json::{Map, Value};

use crate::prelude::*;

impl Person for user::Model {
    /// E-mail and name are properties of a person, never of an event.
    fn properties(&self) -> Map<String, Value> {
        Map::from_iter([
            ("email".to_owned(), self.email.as_str().into()),
            ("name".to_owned(), self.name.as_str().into()),
        ])
    }

    fn since(&self) -> OffsetDateTime {
        self.created_at
    }
}
