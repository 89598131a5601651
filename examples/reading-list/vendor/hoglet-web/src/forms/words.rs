//! Messages of garde's rules, in plain English.

use std::borrow::Cow;
use std::fmt::Display;

use garde::I18n;
use garde::i18n::{InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind};

type Message = Cow<'static, str>;

/// Messages that say what to do.
#[derive(Clone, Copy, Debug)]
pub struct PlainEnglish;

impl I18n for PlainEnglish {
    fn length_lower_than(&self, min: usize) -> Message {
        format!("Write at least {}.", characters(min)).into()
    }

    fn length_greater_than(&self, max: usize) -> Message {
        format!("Write at most {}.", characters(max)).into()
    }

    fn range_lower_than(&self, min: &dyn Display) -> Message {
        format!("Use {min} or more.").into()
    }

    fn range_greater_than(&self, max: &dyn Display) -> Message {
        format!("Use {max} or less.").into()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Message {
        "This is not a card number. Check its digits.".into()
    }

    // People do not read patterns. Give the field a hint with an example.
    fn pattern_no_match(&self, _: &dyn Display) -> Message {
        "Use the format of the example.".into()
    }

    fn contains_missing(&self, part: &dyn Display) -> Message {
        format!("This must contain “{part}”.").into()
    }

    fn url_invalid(&self, _: InvalidUrl) -> Message {
        "Write a web address such as https://example.com.".into()
    }

    fn prefix_missing(&self, start: &dyn Display) -> Message {
        format!("This must begin with “{start}”.").into()
    }

    fn suffix_missing(&self, end: &dyn Display) -> Message {
        format!("This must end with “{end}”.").into()
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Message {
        "Write a phone number such as +1 555 0100.".into()
    }

    fn ip_invalid(&self, kind: IpKind) -> Message {
        format!("Write an {kind} address.").into()
    }

    fn matches_field_mismatch(&self, _: &dyn Display) -> Message {
        "The two do not match.".into()
    }

    fn email_invalid(&self, _: InvalidEmail) -> Message {
        "Write an e-mail address such as you@example.com.".into()
    }

    fn ascii_invalid(&self) -> Message {
        "Use only letters from a to z, digits and punctuation.".into()
    }

    fn alphanumeric_invalid(&self) -> Message {
        "Use only letters and digits.".into()
    }

    fn required_not_set(&self) -> Message {
        "Fill this in.".into()
    }
}

fn characters(count: usize) -> String {
    match count {
        1 => "1 character".into(),
        count => format!("{count} characters"),
    }
}
