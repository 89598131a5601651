//! The way to a mail server: one connection a mail, and never longer than [`BOUND`].
//!
//! No connection is kept for the next mail. One that was given up in the middle of a mail would answer
//! the next mail's questions with the last one's answers.

use std::sync::OnceLock;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension};
use tokio::time::timeout;

use super::error::{SendError, without_secrets};
use crate::settings::{MailServer, MailTls};

/// From the first packet to the server's word that it has the mail.
pub const BOUND: Duration = Duration::from_secs(20);

/// For one of the server's addresses, so that another one gets a chance.
const CONNECT: Duration = Duration::from_secs(8);

/// For the server's answer to our goodbye. The mail has gone.
const GOODBYE: Duration = Duration::from_secs(1);

/// A mail server.
pub struct Smtp {
    server: MailServer,
    hello: ClientId,
    tls: OnceLock<TlsParameters>,
}

impl Smtp {
    /// The server that the settings name, which is told the app's own host.
    pub fn new(server: MailServer, host: Option<String>) -> Self {
        let hello = host.map(ClientId::Domain);
        Self {
            server,
            hello: hello.unwrap_or_default(),
            tls: OnceLock::new(),
        }
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("{}:{}", self.server.host, self.server.port)
    }

    /// Hands a mail over.
    pub(super) async fn send(&self, mail: &lettre::Message) -> Result<(), SendError> {
        let sent = timeout(BOUND, self.hand_over(mail)).await;
        let mut connection = sent.map_err(|_| self.too_slow())??;
        // What becomes of the goodbye changes nothing.
        let _ = timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    /// Goes as far as a mail would, and sends none.
    ///
    /// # Errors
    ///
    /// Why no mail could be sent.
    pub async fn examine(&self) -> Result<(), SendError> {
        let connected = timeout(BOUND, self.connect()).await;
        let mut connection = connected.map_err(|_| self.too_slow())??;
        let _ = timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let MailServer {
            host,
            port,
            tls,
            credentials,
        } = &self.server;
        let wrapper = match tls {
            MailTls::FromTheStart => Some(self.tls()?),
            MailTls::Required | MailTls::None => None,
        };
        let at = (host.as_str(), *port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(at, Some(CONNECT), &self.hello, wrapper, None);
        let connected = connecting.await;
        let mut connection = connected.map_err(|error| self.later("no connection", &error))?;
        if *tls == MailTls::Required {
            if !connection
                .server_info()
                .supports_feature(Extension::StartTls)
            {
                return Err(SendError::Later(format!(
                    "{}: it offers no STARTTLS, so nothing was sent; use smtps://, or ?tls=none on a \
                     network that you trust",
                    self.address()
                )));
            }
            let encrypted = connection.starttls(self.tls()?, &self.hello).await;
            encrypted.map_err(|error| self.later("no encryption", &error))?;
        }
        if let Some((user, password)) = credentials {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let entered = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            // An operator can mend it, and then no mail is lost.
            entered
                .await
                .map_err(|error| self.later("the log-in of SMTP_URL failed", &error))?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, mail: &lettre::Message) -> Result<AsyncSmtpConnection, SendError> {
        let mut connection = self.connect().await?;
        let envelope = mail.envelope();
        let sender = Mail::new(envelope.from().cloned(), vec![]);
        // Whom mail comes from is the settings' business as well.
        let accepted = connection.command(sender).await;
        accepted.map_err(|error| self.later("it refused the sender, MAIL_FROM", &error))?;
        for recipient in envelope.to() {
            let accepted = connection
                .command(Rcpt::new(recipient.clone(), vec![]))
                .await;
            accepted.map_err(|error| self.judged("it refused the recipient", &error))?;
        }
        let accepted = connection.command(Data).await;
        accepted.map_err(|error| self.judged("it refused the mail", &error))?;
        let accepted = connection.message(&mail.formatted()).await;
        accepted.map_err(|error| self.judged("it refused the mail", &error))?;
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, SendError> {
        if let Some(known) = self.tls.get() {
            return Ok(known.clone());
        }
        let made = TlsParameters::new(self.server.host.clone());
        let made = made.map_err(|error| self.later("no encryption", &error))?;
        Ok(self.tls.get_or_init(|| made).clone())
    }

    /// 5xx is the server's last word, unless it asks for a log-in: that is the operator's.
    fn judged(&self, step: &str, error: &Error) -> SendError {
        let code = error.status().map(u16::from);
        if error.is_permanent() && !matches!(code, Some(530 | 534 | 535 | 538)) {
            SendError::Refused(self.said(step, error))
        } else {
            self.later(step, error)
        }
    }

    fn later(&self, step: &str, error: &Error) -> SendError {
        SendError::Later(self.said(step, error))
    }

    fn said(&self, step: &str, error: &Error) -> String {
        let password = self.server.credentials.as_ref();
        let password = password.map(|(_, password)| password.expose());
        let source = std::error::Error::source(error).map(ToString::to_string);
        let said = match (error.status(), source) {
            (Some(code), Some(text)) => format!("{code} {text}"),
            (Some(code), None) => code.to_string(),
            (None, Some(text)) => text,
            (None, None) => error.to_string(),
        };
        format!(
            "{}: {step}: {}",
            self.address(),
            without_secrets(&said, password)
        )
    }

    fn too_slow(&self) -> SendError {
        let seconds = BOUND.as_secs();
        SendError::Later(format!(
            "{}: it took no mail within {seconds} seconds",
            self.address()
        ))
    }
}
