//! Errors of a mail server, as [`SendError`]s that name the server and the step that failed.

use std::error::Error as _;
use std::time::Duration;

use lettre::transport::smtp::Error;

use crate::mail::error::{SendError, without_secrets};
use crate::settings::MailServer;

/// Makes the errors of one server.
pub(super) struct ServerErrors {
    pub(super) address: String,
    /// Servers may repeat the password in their messages.
    password: Option<String>,
}

impl ServerErrors {
    pub(super) fn of(server: &MailServer) -> Self {
        let credentials = server.credentials.as_ref();
        Self {
            address: format!("{}:{}", server.host, server.port),
            password: credentials.map(|(_, password)| password.expose().to_owned()),
        }
    }

    /// The server refused the mail or its recipient.
    ///
    /// Status codes from 500 are permanent, except those that ask for a log-in: an operator can
    /// correct that.
    pub(super) fn refused(&self, step: &str, error: &Error) -> SendError {
        let code = error.status().map(u16::from);
        if error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538)) {
            SendError::Refused(self.text(step, error))
        } else {
            self.later(step, error)
        }
    }

    /// A later attempt may succeed.
    pub(super) fn later(&self, step: &str, error: &Error) -> SendError {
        SendError::Later(self.text(step, error))
    }

    /// The server did not answer in time.
    pub(super) fn too_slow(&self, missing: &str, timeout: Duration) -> SendError {
        let seconds = timeout.as_secs_f32();
        SendError::Later(format!(
            "{}: {missing} within {seconds} seconds",
            self.address
        ))
    }

    fn text(&self, step: &str, error: &Error) -> String {
        let source = error.source().map(ToString::to_string);
        let message = match (error.status(), source) {
            (Some(code), Some(text)) => format!("{code} {text}"),
            (Some(code), None) => code.to_string(),
            (None, Some(text)) => text,
            (None, None) => error.to_string(),
        };
        let message = without_secrets(&message, self.password.as_deref());
        format!("{}: {step}: {message}", self.address)
    }
}
