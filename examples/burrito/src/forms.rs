//! What the app's forms ask for, and what they say when it is not there.
//!
//! A rule of your own is a function here, which a form names:
//! `#[garde(custom(forms::person_name))]`.

use garde::Validate;
use hoglet_web::email::Email;
pub use hoglet_web::forms::{Errors, again, again_later, error, form_error};
use hoglet_web::passwords::rule::{self, Refusal};
use hoglet_web::text;

mod messages;

use messages::ForPeople;

/// What is wrong with a form, by its own rules.
pub fn validate<F: Validate<Context: Default>>(form: &F) -> Errors {
    hoglet_web::forms::validate(form, ForPeople)
}

/// Notes what a rule says of a field, where no form is validated as a whole.
pub fn check(errors: &mut Errors, field: &str, outcome: garde::Result) {
    if let Err(wrong) = outcome {
        errors.extend(error(field, wrong.message()));
    }
}

/// A name for a person.
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

/// An address, international ones too; only a mail that arrives proves more.
pub fn email_address(value: &str, _: &()) -> garde::Result {
    if Email::is_well_formed(value) {
        Ok(())
    } else {
        Err(garde::Error::new(
            "Write an e-mail address such as you@example.com.",
        ))
    }
}

/// Long enough to withstand guessing, and not what is guessed first for the account of this address.
pub fn new_password(value: &str, email: &Email, app_name: &str) -> garde::Result {
    let Err(refusal) = rule::check(value, email, app_name) else {
        return Ok(());
    };
    let message = match refusal {
        Refusal::TooShort => "Use at least 8 characters.",
        Refusal::TooLong => "Use at most 200 characters.",
        Refusal::Common => {
            "Many people use this password, so it is easy to guess. Choose another one; a short sentence works well."
        }
        Refusal::Address => {
            "This is your e-mail address, so it is among the first that are guessed. Choose another one; a sentence is fine."
        }
        Refusal::AppName => {
            "This is our name, so it is among the first that are guessed. Choose another one; a sentence is fine."
        }
    };
    Err(garde::Error::new(message))
}
