//! [`Message`]: a mail to render and send.

use std::fmt::{self, Display};

use minijinja::{Value, context};

use crate::email::Email;

/// A mail to one recipient.
#[derive(Clone)]
pub struct Message {
    pub(super) id: String,
    pub(super) view: String,
    pub(super) to: Email,
    pub(super) name: Option<String>,
    pub(super) values: Value,
}

impl Message {
    /// A mail from `templates/mail/{view}.txt` and `.html`.
    ///
    /// Give the id of the job that sends the mail as `id`. A retry then sends the same `Message-ID`, and
    /// mail programs show the mail once. One job may send several mails with different views.
    pub fn new(id: impl Display, view: &str, to: &Email) -> Self {
        Self {
            id: id.to_string(),
            view: view.to_owned(),
            to: to.clone(),
            name: None,
            values: context! {},
        }
    }

    /// Adds the name of the recipient.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            ..self
        }
    }

    /// Sets the variables of the templates. All mails also have `app` and `to`.
    #[must_use]
    pub fn with(self, values: Value) -> Self {
        Self { values, ..self }
    }
}

/// Leaves out the values, because they may contain a link that logs in.
impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Message({} {})", self.view, self.id)
    }
}
