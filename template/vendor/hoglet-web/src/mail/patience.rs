//! [`Patience`]: how long a mail server may take.

use std::time::Duration;

/// How long a server may take for each step of a mail. A slow server is not a failed one: some look into
/// a mail for minutes before they say that they have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For one of its addresses to take a connection. Then the next address has its turn.
    pub connection: Duration,
    /// For its greeting.
    pub greeting: Duration,
    /// For its answer to a command: `EHLO`, `STARTTLS`, the log-in, `MAIL` and `RCPT`.
    pub command: Duration,
    /// For its answer to `DATA`.
    pub data: Duration,
    /// For it to take 32 KiB of the mail.
    pub block: Duration,
    /// For its word that it has the mail.
    pub end: Duration,
}

impl Patience {
    /// As [RFC 5321, 4.5.3.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2) has it. It says
    /// nothing of connections.
    pub const USUAL: Self = Self {
        connection: Duration::from_secs(30),
        greeting: Duration::from_secs(5 * 60),
        command: Duration::from_secs(5 * 60),
        data: Duration::from_secs(2 * 60),
        block: Duration::from_secs(3 * 60),
        end: Duration::from_secs(10 * 60),
    };
}

/// Longer than a mail of some hundred kilobytes takes where the server uses up its time at every step:
/// the `TIMEOUT` for a job that sends one.
pub const TIMEOUT: Duration = Duration::from_secs(60 * 60);
