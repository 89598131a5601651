//! The rules of the app's forms, and their messages.
//!
//! A rule of your own is a function here that a form names: `#[garde(custom(forms::person_name))]`.

use hoglet_web::forms::PlainEnglish;
pub use hoglet_web::forms::{Errors, error, form_error, not_a_choice};
use hoglet_web::passwords::rule;
use hoglet_web::prelude::*;
use hoglet_web::text;

/// Checks a form. Returns the messages of the broken rules, by field.
pub fn validate<F: Validate<Context: Default>>(form: &F) -> Errors {
    hoglet_web::forms::validate(form, PlainEnglish)
}

/// A person's name.
pub fn person_name(value: &str, _: &()) -> garde::Result {
    let name = text::tidied(value);
    if !text::is_visible(&name) {
        return Err(garde::Error::new("Tell us what to call you."));
    }
    if name.chars().count() > 100 {
        return Err(garde::Error::new("Use at most 100 characters."));
    }
    if name.chars().any(char::is_control) {
        return Err(garde::Error::new("Use letters, not control characters."));
    }
    Ok(())
}

/// An e-mail address, which may be international. Only a mail that arrives proves that it exists.
pub fn email_address(value: &str, _: &()) -> garde::Result {
    if Email::is_well_formed(value) {
        Ok(())
    } else {
        Err(garde::Error::new(
            "Enter an e-mail address such as you@example.com.",
        ))
    }
}

/// Checks a new password for the account of this address. Returns a message for `field` if the password
/// has a wrong length or is easy to guess.
pub fn new_password(field: &str, password: &str, email: &Email, app_name: &str) -> Errors {
    match rule::check(password, email, app_name) {
        Ok(()) => Errors::new(),
        Err(refusal) => error(field, refusal.to_string()),
    }
}
