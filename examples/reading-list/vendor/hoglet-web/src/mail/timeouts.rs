//! [`SmtpTimeouts`]: how long a mail server may take for each step.

use std::time::Duration;

/// How long a server may take for each step.
///
/// The timeouts are long, because some servers scan a mail for minutes before they accept it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmtpTimeouts {
    /// For the connection to one of its addresses. After that the next address is tried.
    pub connection: Duration,
    /// For the greeting.
    pub greeting: Duration,
    /// For the answer to a command: `EHLO`, `STARTTLS`, `AUTH`, `MAIL` and `RCPT`.
    pub command: Duration,
    /// For the answer to `DATA`.
    pub data: Duration,
    /// For the server to read 32 KiB of the mail.
    pub block: Duration,
    /// For the answer after the end of the mail.
    pub end: Duration,
}

impl SmtpTimeouts {
    /// The timeouts of [RFC 5321, 4.5.3.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2), which has
    /// none for connections.
    pub const RFC_5321: Self = Self {
        connection: Duration::from_secs(30),
        greeting: Duration::from_secs(5 * 60),
        command: Duration::from_secs(5 * 60),
        data: Duration::from_secs(2 * 60),
        block: Duration::from_secs(3 * 60),
        end: Duration::from_secs(10 * 60),
    };
}

/// The `TIMEOUT` for a job that sends mail.
///
/// It is enough for a mail of some hundred kilobytes, even if the server uses the full time of every step.
pub const TIMEOUT: Duration = Duration::from_secs(60 * 60);
