//! [`Message`]: what to send to whom.

use std::fmt::{self, Display};

use minijinja::{Value, context};

use crate::email::Email;

/// A mail to one person.
#[derive(Clone)]
pub struct Message {
    pub(super) id: String,
    pub(super) view: String,
    pub(super) to: Email,
    pub(super) name: Option<String>,
    pub(super) values: Value,
}

impl Message {
    /// A mail made from `templates/mail/{view}.txt` and `.html`.
    ///
    /// `id` stays the same when the mail is sent again because nobody knows whether it has arrived,
    /// and then mail programs show it once: the id of the job that sends it. One job may send
    /// several mails, as long as their views differ.
    pub fn new(id: impl Display, view: &str, to: &Email) -> Self {
        Self {
            id: id.to_string(),
            view: view.to_owned(),
            to: to.clone(),
            name: None,
            values: context! {},
        }
    }

    /// What the recipient is called.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            ..self
        }
    }

    /// The variables of its views, besides those that every mail knows (`app`, `to`).
    #[must_use]
    pub fn with(self, values: Value) -> Self {
        Self { values, ..self }
    }
}

/// Without its values: a link among them may log somebody in.
impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Message({} {})", self.view, self.id)
    }
}
