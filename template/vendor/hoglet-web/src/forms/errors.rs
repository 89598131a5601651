//! [`Errors`]: the messages of a form, by field.

use std::collections::BTreeMap;

use garde::{I18n, Report, Validate, with_i18n};

/// Messages by field; `form` is for the form as a whole.
pub type Errors = BTreeMap<String, Vec<String>>;

/// Checks a form and returns its messages. `words` contains those of garde's own rules.
pub fn validate<F: Validate<Context: Default>>(form: &F, words: impl I18n + 'static) -> Errors {
    with_i18n(words, || form.validate())
        .err()
        .map(|report| messages(&report))
        .unwrap_or_default()
}

fn messages(report: &Report) -> Errors {
    let mut errors = Errors::new();
    for (path, error) in report.iter() {
        errors
            .entry(path.to_string())
            .or_default()
            .push(error.message().to_owned());
    }
    errors
}

/// A message about one field.
pub fn error(field: &str, message: impl Into<String>) -> Errors {
    Errors::from([(field.to_owned(), vec![message.into()])])
}

/// A message about the form as a whole.
pub fn form_error(message: impl Into<String>) -> Errors {
    error("form", message)
}

/// The message about a value that is not among the choices.
pub(super) const NOT_IN_THE_LIST: &str = "Choose one from the list.";

/// The message about a field whose row is not among those that the person may choose.
pub fn not_a_choice(field: &str) -> Errors {
    error(field, NOT_IN_THE_LIST)
}
