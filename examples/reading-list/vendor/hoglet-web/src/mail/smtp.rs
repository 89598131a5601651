//! Sends mail to a server: one connection for each mail, and a timeout for each step.
//!
//! Connections are not reused. If the app gave up a mail halfway, its connection would answer the
//! commands of the next mail with the answers for the last one.

use std::sync::OnceLock;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::timeout;

use super::error::SendError;
use super::timeouts::SmtpTimeouts;
use crate::settings::{MailServer, MailTls};
use server_errors::ServerErrors;

mod server_errors;
mod transfer;

/// The timeout of [`Smtp::check`]: a person waits for its result.
const CHECK: Duration = Duration::from_secs(20);

/// The timeout for the answer to `QUIT`. The mail is delivered by then.
const QUIT: Duration = Duration::from_secs(1);

/// A mail server.
pub struct Smtp {
    server: MailServer,
    errors: ServerErrors,
    timeouts: SmtpTimeouts,
    hello: ClientId,
    tls: OnceLock<TlsParameters>,
}

impl Smtp {
    /// The server that the settings name. `EHLO` sends it the app's own `host`.
    pub fn new(server: MailServer, host: Option<String>) -> Self {
        let hello = host.map(ClientId::Domain);
        Self {
            errors: ServerErrors::of(&server),
            server,
            timeouts: SmtpTimeouts::RFC_5321,
            hello: hello.unwrap_or_default(),
            tls: OnceLock::new(),
        }
    }

    /// Replaces the timeouts.
    #[must_use]
    pub fn with_timeouts(self, timeouts: SmtpTimeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.errors.address
    }

    /// Sends a mail.
    ///
    /// # Errors
    ///
    /// The reason why the mail was not sent, and whether to try again.
    pub async fn send(&self, mail: &lettre::Message) -> Result<(), SendError> {
        let mut connection = self.connect().await?;
        self.hand_over(&mut connection, mail).await?;
        // The mail is delivered, so the answer to QUIT does not matter.
        let _ = timeout(QUIT, connection.quit()).await;
        Ok(())
    }

    /// Connects and logs in, as for a mail from this sender, and sends nothing.
    ///
    /// # Errors
    ///
    /// The reason why no mail could be sent.
    pub async fn check(&self, sender: &Address) -> Result<(), SendError> {
        let mut connection = timeout(CHECK, self.connect())
            .await
            .map_err(|_| self.errors.too_slow("no greeting", CHECK))??;
        let parameters = self.parameters(&connection, &[sender]);
        let _ = timeout(QUIT, connection.quit()).await;
        parameters.map(drop)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let MailServer {
            host,
            port,
            tls,
            credentials,
        } = &self.server;
        let SmtpTimeouts {
            connection,
            greeting,
            command,
            ..
        } = self.timeouts;
        let tls_from_the_start = match tls {
            MailTls::FromTheStart => Some(self.tls()?),
            MailTls::Required | MailTls::None => None,
        };
        let connecting = AsyncSmtpConnection::connect_tokio1(
            (host.as_str(), *port),
            Some(connection),
            &self.hello,
            tls_from_the_start,
            None,
        );
        let connected = self
            .within("no greeting", connection + greeting, connecting)
            .await?;
        let errors = &self.errors;
        let mut connection = connected.map_err(|error| errors.later("no connection", &error))?;
        if *tls == MailTls::Required {
            self.start_tls(&mut connection).await?;
        }
        if let Some((user, password)) = credentials {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let logging_in = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            let logged_in = self
                .within("no answer to the log-in", command, logging_in)
                .await?;
            // Not permanent: an operator can correct the password, and then no mail is lost.
            logged_in.map_err(|error| errors.later("the log-in of SMTP_URL failed", &error))?;
        }
        Ok(connection)
    }

    async fn start_tls(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let server = connection.server_info();
        if !server.supports_feature(Extension::StartTls) {
            return Err(SendError::Later(format!(
                "{}: it offers no STARTTLS, so nothing was sent; use smtps://, or ?tls=none on a network that \
                 you trust",
                self.address()
            )));
        }
        let encrypting = connection.starttls(self.tls()?, &self.hello);
        let encrypted = self
            .within("no answer to STARTTLS", self.timeouts.command, encrypting)
            .await?;
        encrypted.map_err(|error| self.errors.later("no encryption", &error))
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &lettre::Message,
    ) -> Result<(), SendError> {
        let errors = &self.errors;
        let SmtpTimeouts { command, data, .. } = self.timeouts;
        let envelope = mail.envelope();
        let addresses: Vec<_> = envelope.from().into_iter().chain(envelope.to()).collect();
        let parameters = self.parameters(connection, &addresses)?;
        let sender = Mail::new(envelope.from().cloned(), parameters);
        let sending = connection.command(sender);
        let accepted = self.within("no answer to MAIL", command, sending).await?;
        // An operator can correct the sender, so this is never permanent.
        accepted.map_err(|error| errors.later("it refused the sender, MAIL_FROM", &error))?;
        for recipient in envelope.to() {
            let sending = connection.command(Rcpt::new(recipient.clone(), vec![]));
            let accepted = self.within("no answer to RCPT", command, sending).await?;
            accepted.map_err(|error| errors.refused("it refused the recipient", &error))?;
        }
        let accepted = self
            .within("no answer to DATA", data, connection.command(Data))
            .await?;
        accepted.map_err(|error| errors.refused("it refused the mail", &error))?;
        transfer::transfer(connection, &mail.formatted(), self.timeouts, errors).await
    }

    /// The parameters of `MAIL`: `SMTPUTF8` if an address has non-ASCII letters before the `@`.
    ///
    /// Unlike a domain, that part of an address has no ASCII form.
    fn parameters(
        &self,
        connection: &AsyncSmtpConnection,
        addresses: &[&Address],
    ) -> Result<Vec<MailParameter>, SendError> {
        if addresses.iter().all(|address| address.user().is_ascii()) {
            return Ok(Vec::new());
        }
        let server = connection.server_info();
        if !server.supports_feature(Extension::SmtpUtfEight) {
            return Err(SendError::Refused(format!(
                "{}: it offers no SMTPUTF8, so it accepts only ASCII letters before the @ of an address",
                self.address()
            )));
        }
        Ok(vec![
            MailParameter::SmtpUtfEight,
            MailParameter::Body(MailBodyParameter::EightBitMime),
        ])
    }

    async fn within<T>(
        &self,
        missing: &str,
        bound: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, SendError> {
        timeout(bound, work)
            .await
            .map_err(|_| self.errors.too_slow(missing, bound))
    }

    /// The TLS parameters, created once.
    fn tls(&self) -> Result<TlsParameters, SendError> {
        if let Some(known) = self.tls.get() {
            return Ok(known.clone());
        }
        let made = TlsParameters::new(self.server.host.clone());
        let made = made.map_err(|error| self.errors.later("no encryption", &error))?;
        Ok(self.tls.get_or_init(|| made).clone())
    }
}
