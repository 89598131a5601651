//! [`SendError`]: why a mail was not sent, and whether to try again.

use std::fmt;

use hoglet_errors::mask_secrets;

/// The longest server message that is kept, in characters.
const MAX_LENGTH: usize = 300;

/// Why a mail was not sent. Its text contains no address, link or password, so it may be logged and
/// stored.
///
/// In a job `?` turns it into a `Failure` that is retried or not, depending on the variant. It does not
/// implement [`std::error::Error`], because a job retries every error of that trait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The server permanently refuses this recipient or this mail.
    Refused(String),
    /// A later attempt may succeed.
    ///
    /// The server could not be reached, refused temporarily, or refused something that an operator can
    /// correct, such as a wrong password or sender.
    Later(String),
    /// A template is broken or missing.
    Template(String),
    /// Mail is off: `SMTP_URL` is not set.
    Off,
}

impl SendError {
    /// Whether another attempt would fail too.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Off)
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) | Self::Later(reason) | Self::Template(reason) => {
                formatter.write_str(reason)
            }
            Self::Off => formatter.write_str("there is no mail server; set SMTP_URL and MAIL_FROM"),
        }
    }
}

/// A server's message, on one line and without secrets.
///
/// Servers repeat the recipient's address, and spam filters repeat the link that they object to.
pub(super) fn without_secrets(message: &str, password: Option<&str>) -> String {
    let message = match password {
        Some(password) if !password.is_empty() => message.replace(password, "[secret]"),
        _ => message.to_owned(),
    };
    let words = message
        .split_whitespace()
        .map(|word| if word.contains("://") { "[link]" } else { word });
    let message = words.collect::<Vec<_>>().join(" ");
    mask_secrets(&message)
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_LENGTH)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_a_servers_message_are_removed() {
        let message = "5.1.1 <ann@example.com>: no such\r\n user; we dislike (https://shop.example/reset/abc) and hunter2";
        assert_eq!(
            without_secrets(message, Some("hunter2")),
            "5.1.1 <[e-mail]>: no such user; we dislike [link] and [secret]"
        );
        assert_eq!(without_secrets(&"x".repeat(5000), None).len(), MAX_LENGTH);
    }
}
