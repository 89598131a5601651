//! [`Email`]: an e-mail address in its normal form. No log shows it.

use idna::AsciiDenyList;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::text;

/// The longest address, in characters and in bytes.
pub const MAX_LENGTH: usize = 254;
/// The longest part before the `@`, in bytes (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL_LENGTH: usize = 64;

/// An address. Its `Debug` hides it, so no log shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[serde(from = "String")]
pub struct Email(pub String);

impl Email {
    /// The address as it is stored and looked up: in lower case, with its domain in ASCII.
    ///
    /// `bücher.example` and `xn--bcher-kva.example` are the same domain.
    ///
    /// Any text has a normal form, so that it can be looked up and counted. Control characters are removed,
    /// because PostgreSQL refuses NUL. A long text is cut, because a failed log-in hashes it.
    pub fn normalized(typed: &str) -> Self {
        let written = typed.trim().chars().filter(|letter| !letter.is_control());
        let written: String = written.take(MAX_LENGTH).collect();
        let address = match written.rsplit_once('@') {
            Some((local, domain)) => format!("{}@{}", lower(local), ascii(domain)),
            None => lower(&written),
        };
        Self(address.chars().take(MAX_LENGTH).collect())
    }

    /// Whether a text has the form of an address. Only a mail can prove that the address exists.
    ///
    /// The rules are those of browsers for `type=email`. They also allow letters of any script before the `@`
    /// (RFC 6531), and domains with an ASCII form.
    pub fn is_well_formed(typed: &str) -> bool {
        let typed = typed.trim();
        if typed.chars().count() > MAX_LENGTH || typed.chars().any(char::is_control) {
            return false;
        }
        let email = Self::normalized(typed);
        let Some((local, domain)) = email.0.rsplit_once('@') else {
            return false;
        };
        // The library checks only ASCII, so other letters are replaced first.
        let local_in_ascii = local.chars().map(|letter| match letter {
            letter if letter.is_ascii() => letter,
            letter if text::is_invisible(letter) => ' ',
            _ => 'x',
        });
        let in_ascii = format!("{}@{domain}", local_in_ascii.collect::<String>());
        local.len() <= MAX_LOCAL_LENGTH
            && email.0.len() <= MAX_LENGTH
            && garde::rules::email::parse_email(&in_ascii).is_ok()
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address for pages, with an international domain in its own script.
    ///
    /// The app stores the ASCII form and sends mail to it.
    pub fn for_people(&self) -> String {
        // A fast path: few addresses are international.
        if !self.0.contains("xn--") {
            return self.0.clone();
        }
        let readable = self.0.rsplit_once('@').and_then(|(local, domain)| {
            let (domain, valid) = idna::domain_to_unicode(domain);
            valid.ok().map(|()| format!("{local}@{domain}"))
        });
        readable.unwrap_or_else(|| self.0.clone())
    }

    /// The address for the page that a link opens: its owner recognizes it, others do not learn it.
    pub fn hint(&self) -> String {
        let email = self.for_people();
        let (name, domain) = email.rsplit_once('@').unwrap_or_default();
        let first: String = name.chars().take(1).collect();
        format!("{first}•••@{domain}")
    }
}

fn lower(text: &str) -> String {
    text::composed(&text.to_lowercase()).into_owned()
}

/// A domain in ASCII and lower case. A domain without an ASCII form is only changed to lower case.
fn ascii(domain: &str) -> String {
    match idna::domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::URL) {
        Ok(ascii) => ascii.into_owned(),
        Err(_) => lower(domain),
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[e-mail]")
    }
}

/// Normalizes, so that an address from a job or a form has the same form as all others.
impl From<String> for Email {
    fn from(typed: String) -> Self {
        Self::normalized(&typed)
    }
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn an_address_has_one_form_however_it_is_written() {
        for (typed, stored) in [
            (" Ann@Example.COM ", "ann@example.com"),
            ("ann@bücher.example", "ann@xn--bcher-kva.example"),
            ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
            ("ann@bu\u{308}cher.example", "ann@xn--bcher-kva.example"),
            ("ann@XN--Bcher-KVA.example", "ann@xn--bcher-kva.example"),
            ("ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"),
            ("JOSE\u{301}@example.com", "josé@example.com"),
            ("用户@例子.example", "用户@xn--fsqu00a.example"),
            ("no address", "no address"),
        ] {
            let email = Email::normalized(typed);
            assert_eq!(email.as_str(), stored);
            assert_eq!(Email::normalized(stored), email, "it stays as it is");
        }
    }

    #[test]
    fn people_read_a_domain_in_its_own_script() {
        for (typed, readable) in [
            ("Ann@BÜCHER.example", "ann@bücher.example"),
            ("ann@xn--fsqu00a.example", "ann@例子.example"),
            ("ann@example.com", "ann@example.com"),
            ("no address", "no address"),
        ] {
            let email = Email::normalized(typed);
            assert_eq!(email.for_people(), readable);
            assert_eq!(Email::normalized(&email.for_people()), email, "{typed}");
        }
    }

    #[test]
    fn international_addresses_are_addresses() {
        let long = format!("{}@example.com", "é".repeat(33));
        for (typed, well_formed) in [
            ("ann@example.com", true),
            ("ann@bücher.example", true),
            ("josé@example.com", true),
            ("用户@例子.example", true),
            ("नि@example.com", true),
            ("ann@", false),
            ("@bücher.example", false),
            ("a b@example.com", false),
            ("a\u{a0}b@example.com", false),
            ("ann\u{200b}@example.com", false),
            ("\u{202e}ann@example.com", false),
            ("a@b@example.com", false),
            ("ann@exa mple.com", false),
            ("ann@xn--zz--invalid-.example", false),
            ("ann@bü_cher.example", false),
            (&long, false),
        ] {
            assert_eq!(Email::is_well_formed(typed), well_formed, "{typed}");
        }
    }
}
