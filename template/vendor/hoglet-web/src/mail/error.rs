//! [`SendError`]: why a mail has not gone out, and whether to try again.

use std::fmt;

use hoglet_errors::mask_secrets;

/// Characters of what a server said that are passed on.
const LONGEST: usize = 300;

/// Why a mail has not gone out. No text of it holds an address, a link or a password, so it may be
/// logged and stored.
///
/// In a job `?` makes a `Failure` of it that is tried again or not, as it says here. That is why it
/// is no [`std::error::Error`]: any of those is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The server wants neither this recipient nor this mail, now or later.
    Refused(String),
    /// The server could not be reached, or asks to come back: so does whatever an operator can
    /// mend, such as a password that has changed or a sender that is not allowed.
    Later(String),
    /// One of its views is broken or missing.
    View(String),
    /// There is no mail: nobody has set `SMTP_URL`.
    Off,
}

impl SendError {
    /// Whether it is of no use to try again.
    pub fn is_for_good(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Off)
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) | Self::Later(reason) | Self::View(reason) => {
                formatter.write_str(reason)
            }
            Self::Off => formatter.write_str("there is no mail server; set SMTP_URL and MAIL_FROM"),
        }
    }
}

/// What a server said, on one line and without what nobody else should read: servers repeat the
/// recipient's address, and filters the link that they did not like.
pub(super) fn without_secrets(said: &str, password: Option<&str>) -> String {
    let said = match password {
        Some(password) if !password.is_empty() => said.replace(password, "[secret]"),
        _ => said.to_owned(),
    };
    let words = said
        .split_whitespace()
        .map(|word| if word.contains("://") { "[link]" } else { word });
    let said = mask_secrets(&words.collect::<Vec<_>>().join(" "));
    said.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_is_taken_out() {
        let said = "5.1.1 <ann@example.com>: no such\r\n user; we dislike (https://shop.example/reset/abc) and hunter2";
        assert_eq!(
            without_secrets(said, Some("hunter2")),
            "5.1.1 <[e-mail]>: no such user; we dislike [link] and [secret]"
        );
        assert_eq!(without_secrets(&"x".repeat(5000), None).len(), LONGEST);
    }
}
