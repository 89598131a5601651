//! Rules for new passwords, after NIST SP 800-63B.
//!
//! A password must be long enough, and not easy to guess. All characters are allowed, and none is required:
//! people answer such requirements with `Password1!`.

use std::fmt;

use crate::email::Email;
use crate::text;

/// The minimum length of a password, in characters.
pub const MIN_LENGTH: usize = 8;
/// The maximum length of a password, in characters.
pub const MAX_LENGTH: usize = 200;

/// The most common passwords, one per line, in lower case. `common.md` names the source.
const COMMON: &str = include_str!("common.txt");

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has fewer than [`MIN_LENGTH`] characters.
    TooShort,
    /// It has more than [`MAX_LENGTH`] characters.
    TooLong,
    /// It is a common password.
    Common,
    /// It is the account's own e-mail address, or the part before the `@`.
    Address,
    /// It is the name of the app.
    AppName,
}

/// Formats the reason as a sentence for the user.
impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => write!(formatter, "Use at least {MIN_LENGTH} characters."),
            Self::TooLong => write!(formatter, "Use at most {MAX_LENGTH} characters."),
            Self::Common => formatter.write_str(
                "Many people use this password, so it is easy to guess. Choose another one; a short sentence works well.",
            ),
            Self::Address => formatter.write_str(
                "This is your e-mail address, so it is easy to guess. Choose another password; a short sentence works well.",
            ),
            Self::AppName => formatter.write_str(
                "This is our name, so it is easy to guess. Choose another password; a short sentence works well.",
            ),
        }
    }
}

/// Checks a new password for an account with this address.
///
/// The comparison with the address and the name of the app ignores letter case, spaces, punctuation and
/// digits at the end.
///
/// # Errors
///
/// The reason why the password is refused.
pub fn check(password: &str, email: &Email, app_name: &str) -> Result<(), Refusal> {
    let password = text::compatible(password);
    match password.chars().count() {
        ..MIN_LENGTH => return Err(Refusal::TooShort),
        MIN_LENGTH..=MAX_LENGTH => {}
        _ => return Err(Refusal::TooLong),
    }
    let lower = password.to_lowercase();
    let letters = letters(&lower);
    let without_digits = letters.trim_end_matches(|letter: char| letter.is_numeric());
    let is = |word: &str| {
        let word = self::letters(&text::compatible(word).to_lowercase());
        !word.is_empty() && (letters == word || without_digits == word)
    };
    let (local, domain) = email.as_str().rsplit_once('@').unwrap_or_default();
    let (readable_domain, _) = idna::domain_to_unicode(domain);
    if COMMON.lines().any(|common| common == lower.trim()) {
        Err(Refusal::Common)
    } else if is(email.as_str()) || is(local) || is(&format!("{local}@{readable_domain}")) {
        Err(Refusal::Address)
    } else if is(app_name) {
        Err(Refusal::AppName)
    } else {
        Ok(())
    }
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{COMMON, MIN_LENGTH, Refusal, check};
    use crate::email::Email;

    #[test]
    fn easily_guessed_passwords_are_refused() {
        let email = Email::normalized("ann.lee-smith@bücher.example");
        for (password, outcome) in [
            ("a sentence is fine", Ok(())),
            ("        ", Ok(())),
            ("日本語のパスワード", Ok(())),
            ("ann.lee-smith is my name", Ok(())),
            ("short77", Err(Refusal::TooShort)),
            // Four characters, with combining marks or of several bytes.
            ("a\u{308}o\u{308}u\u{308}e\u{308}", Err(Refusal::TooShort)),
            ("👩👩👩👩", Err(Refusal::TooShort)),
            ("password", Err(Refusal::Common)),
            ("PassWord1", Err(Refusal::Common)),
            ("ｐａｓｓｗｏｒｄ", Err(Refusal::Common)),
            ("1234567890", Err(Refusal::Common)),
            ("QWERTYUIOP", Err(Refusal::Common)),
            ("Ann.Lee-Smith@bücher.example", Err(Refusal::Address)),
            ("ann.lee-smith@xn--bcher-kva.example", Err(Refusal::Address)),
            ("Ann.Lee-Smith", Err(Refusal::Address)),
            ("annleesmith1987", Err(Refusal::Address)),
            ("Lending Library", Err(Refusal::AppName)),
            ("lendinglibrary", Err(Refusal::AppName)),
            ("lending-library-2026", Err(Refusal::AppName)),
        ] {
            assert_eq!(
                check(password, &email, "Lending Library"),
                outcome,
                "{password}"
            );
        }
        let long = |length| check(&"ä".repeat(length), &email, "Lending Library");
        assert_eq!((long(200), long(201)), (Ok(()), Err(Refusal::TooLong)));
    }

    #[test]
    fn an_address_or_a_name_without_letters_refuses_nothing() {
        let email = Email::normalized("+@example.com");
        assert_eq!(check("!!!!????", &email, "!!!"), Ok(()));
        assert_eq!(check("4711 0815 4711", &email, "!!!"), Ok(()));
    }

    #[test]
    fn the_list_holds_only_passwords_that_pass_the_other_rules() {
        let list: Vec<&str> = COMMON.lines().collect();
        assert!(list.len() > 5000 && list.is_sorted(), "{}", list.len());
        for password in list {
            assert!(
                password.len() >= MIN_LENGTH && password.is_ascii(),
                "{password}"
            );
            assert_eq!(password, password.to_lowercase().trim());
        }
    }
}
