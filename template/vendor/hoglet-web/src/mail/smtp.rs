//! The way to a mail server: one connection a mail, and for each step the time of [`Patience`].
//!
//! No connection is kept for the next mail. One that was given up in the middle of a mail would answer
//! the next mail's questions with the last one's answers.

use std::sync::OnceLock;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::error::{SendError, without_secrets};
use super::patience::Patience;
use crate::settings::{MailServer, MailTls};

/// For somebody who waits to hear whether mail could be sent.
const EXAMINATION: Duration = Duration::from_secs(20);

/// For the server's answer to our goodbye. The mail has gone.
const GOODBYE: Duration = Duration::from_secs(1);

/// Bytes of a mail that are written at once.
const BLOCK: usize = 32 * 1024;

const TAKES_NO_MORE: &str = "it took no more of the mail";

/// A mail server.
pub struct Smtp {
    server: MailServer,
    patience: Patience,
    hello: ClientId,
    tls: OnceLock<TlsParameters>,
}

/// What is waited for while a mail is written.
#[derive(Clone, Copy)]
struct Wait {
    /// What is said of a server that is too slow.
    missing: &'static str,
    bound: Duration,
    until: Instant,
}

impl Wait {
    fn begin(missing: &'static str, bound: Duration) -> Self {
        Self {
            missing,
            bound,
            until: Instant::now() + bound,
        }
    }
}

impl Smtp {
    /// The server that the settings name, which is told the app's own host.
    pub fn new(server: MailServer, host: Option<String>) -> Self {
        let hello = host.map(ClientId::Domain);
        Self {
            server,
            patience: Patience::USUAL,
            hello: hello.unwrap_or_default(),
            tls: OnceLock::new(),
        }
    }

    /// With other bounds than the usual ones.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("{}:{}", self.server.host, self.server.port)
    }

    /// Hands a mail over.
    ///
    /// # Errors
    ///
    /// Why it has not gone out, and whether to try again.
    pub async fn send(&self, mail: &lettre::Message) -> Result<(), SendError> {
        let mut connection = self.connect().await?;
        self.hand_over(&mut connection, mail).await?;
        // What becomes of the goodbye changes nothing.
        let _ = timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    /// Goes as far as a mail from this sender would, and sends none.
    ///
    /// # Errors
    ///
    /// Why no mail could be sent.
    pub async fn examine(&self, sender: &Address) -> Result<(), SendError> {
        let mut connection = timeout(EXAMINATION, self.connect())
            .await
            .map_err(|_| self.too_slow("no greeting", EXAMINATION))??;
        let offered = self.parameters(&connection, &[sender]);
        let _ = timeout(GOODBYE, connection.quit()).await;
        offered.map(drop)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let MailServer {
            host,
            port,
            tls,
            credentials,
        } = &self.server;
        let Patience {
            connection,
            greeting,
            command,
            ..
        } = self.patience;
        let wrapper = match tls {
            MailTls::FromTheStart => Some(self.tls()?),
            MailTls::Required | MailTls::None => None,
        };
        let at = (host.as_str(), *port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(at, Some(connection), &self.hello, wrapper, None);
        let connected = self
            .within("no greeting", connection + greeting, connecting)
            .await?;
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
            let encrypting = connection.starttls(self.tls()?, &self.hello);
            let encrypted = self
                .within("no answer to STARTTLS", command, encrypting)
                .await?;
            encrypted.map_err(|error| self.later("no encryption", &error))?;
        }
        if let Some((user, password)) = credentials {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let entering = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            let entered = self
                .within("no answer to the log-in", command, entering)
                .await?;
            // An operator can mend it, and then no mail is lost.
            entered.map_err(|error| self.later("the log-in of SMTP_URL failed", &error))?;
        }
        Ok(connection)
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &lettre::Message,
    ) -> Result<(), SendError> {
        let Patience { command, data, .. } = self.patience;
        let envelope = mail.envelope();
        let addresses: Vec<_> = envelope.from().into_iter().chain(envelope.to()).collect();
        let parameters = self.parameters(connection, &addresses)?;
        let sender = Mail::new(envelope.from().cloned(), parameters);
        let sending = connection.command(sender);
        let accepted = self.within("no answer to MAIL", command, sending).await?;
        // Whom mail comes from is the settings' business as well.
        accepted.map_err(|error| self.later("it refused the sender, MAIL_FROM", &error))?;
        for recipient in envelope.to() {
            let sending = connection.command(Rcpt::new(recipient.clone(), vec![]));
            let accepted = self.within("no answer to RCPT", command, sending).await?;
            accepted.map_err(|error| self.judged("it refused the recipient", &error))?;
        }
        let accepted = self
            .within("no answer to DATA", data, connection.command(Data))
            .await?;
        accepted.map_err(|error| self.judged("it refused the mail", &error))?;
        self.write(connection, &mail.formatted()).await
    }

    /// What `MAIL` says besides the sender: whether an address needs more than ASCII. Domains are written
    /// in ASCII; the name in front of them has no such form.
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
                "{}: it offers no SMTPUTF8, so it takes no address with other letters than ASCII's in \
                 front of the @",
                self.address()
            )));
        }
        Ok(vec![
            MailParameter::SmtpUtfEight,
            MailParameter::Body(MailBodyParameter::EightBitMime),
        ])
    }

    /// Writes a mail block by block, and waits for the server's word that it has it.
    async fn write(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &[u8],
    ) -> Result<(), SendError> {
        let Patience { block, end, .. } = self.patience;
        let wait = watch::Sender::new(Wait::begin(TAKES_NO_MORE, block));
        let mut chunks = mail.chunks(BLOCK);
        // Asked for the next block, once the last one has gone.
        let blocks = std::iter::from_fn(|| {
            let next = chunks.next();
            wait.send_replace(match next {
                Some(_) => Wait::begin(TAKES_NO_MORE, block),
                None => Wait::begin("no word that it has the mail", end),
            });
            next
        });
        tokio::select! {
            accepted = connection.message_iter(blocks) => {
                accepted.map_err(|error| self.judged("it refused the mail", &error))?;
                Ok(())
            }
            late = run_out(wait.subscribe()) => Err(self.too_slow(late.missing, late.bound)),
        }
    }

    async fn within<T>(
        &self,
        missing: &str,
        bound: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, SendError> {
        timeout(bound, work)
            .await
            .map_err(|_| self.too_slow(missing, bound))
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

    fn too_slow(&self, missing: &str, bound: Duration) -> SendError {
        let seconds = bound.as_secs_f32();
        SendError::Later(format!(
            "{}: {missing} within {seconds} seconds",
            self.address()
        ))
    }
}

/// Resolves when a wait has taken too long; it begins anew with each step.
async fn run_out(mut wait: watch::Receiver<Wait>) -> Wait {
    loop {
        let current = *wait.borrow_and_update();
        tokio::select! {
            biased;
            // It cannot fail: the caller keeps the sender until the mail is written.
            _ = wait.changed() => {}
            () = sleep_until(current.until) => return current,
        }
    }
}
