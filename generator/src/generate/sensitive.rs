//! Recognizes secrets and personal data by their names.

use crate::generate::name::Name;

/// Names of secrets, or ends of them: `password`, `stripe_key`.
const SECRETS: &[&str] = &["key", "passphrase", "password", "secret", "token"];

/// Names of personal data, or ends of them: `email`, `customer_email`.
const PERSONAL: &[&str] = &[
    "address",
    "birthday",
    "email",
    "first_name",
    "full_name",
    "iban",
    "ip",
    "ip_address",
    "last_name",
    "mail",
    "mobile",
    "passport",
    "phone",
    "phone_number",
    "ssn",
    "street",
    "surname",
    "telephone",
];

/// Whole names of personal data. `product_name` is not personal.
const PERSONAL_ALONE: &[&str] = &[
    "customer_name",
    "date_of_birth",
    "name",
    "nickname",
    "user_name",
    "username",
];

/// Whether a value of this name is a secret, such as `stripe_key`.
pub fn is_secret(name: &Name) -> bool {
    ends_in(&name.snake(), SECRETS)
}

/// Whether a value of this name is about a person, such as `phone_number`.
pub fn is_personal(name: &Name) -> bool {
    let name = name.snake();
    PERSONAL_ALONE.contains(&name.as_str()) || ends_in(&name, PERSONAL)
}

/// Whether a name is one of these words, or ends in one of them after a `_`.
fn ends_in(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let rest = name.strip_suffix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name")
    }

    #[test]
    fn secrets_are_found_by_the_end_of_their_name() {
        for secret in ["password", "stripe_key", "api_token", "WebhookSecret"] {
            assert!(is_secret(&name(secret)), "{secret}");
        }
        for other in ["monkey", "key_count", "stripe_url", "tokens"] {
            assert!(!is_secret(&name(other)), "{other}");
        }
    }

    #[test]
    fn a_name_of_a_thing_is_not_personal() {
        for personal in [
            "email",
            "name",
            "billing_address",
            "phone",
            "customer_email",
        ] {
            assert!(is_personal(&name(personal)), "{personal}");
        }
        for other in [
            "product_name",
            "item_count",
            "has_email_confirmed",
            "tip",
            "ship",
        ] {
            assert!(!is_personal(&name(other)), "{other}");
        }
    }
}
