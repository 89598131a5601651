//! Settings of mail: the server and the sender.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use lettre::Address;
use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::Url;

use super::environment::Environment;
use super::reader::Reader;
use super::secret::Secret;

/// The settings in `SMTP_URL` and `MAIL_FROM`.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The mail server, if there is one.
    pub server: Option<MailServer>,
    /// The sender. The domain of its address is in ASCII.
    pub from: Mailbox,
    /// How mail is handled if there is no server.
    pub without_server: WithoutServer,
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Its host name or IP address.
    pub host: String,
    /// By default 465, 587 or 25, depending on the encryption.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// User and password, if the server needs them.
    pub credentials: Option<(String, Secret)>,
}

/// How the connection to a mail server is encrypted.
///
/// There is no "if possible": an attacker between the app and the server could pretend that encryption is
/// not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// From the first byte: `smtps://`.
    FromTheStart,
    /// By `STARTTLS`: `smtp://`. A server without it receives neither password nor mail.
    Required,
    /// Not encrypted: `smtp://` on this machine, or `?tls=none`.
    None,
}

/// How mail is handled if there is no server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithoutServer {
    /// Store it in this folder, and show it at `/dev/mail`: in development.
    Folder(PathBuf),
    /// Store it in memory: for tests.
    Memory,
    /// Send and store nothing: in production.
    Nothing,
}

impl MailSettings {
    /// Reads the settings of mail.
    pub(super) fn read(
        reader: &mut Reader,
        environment: Environment,
        app_name: &str,
        app_url: Option<&Url>,
    ) -> Self {
        let server = server(reader);
        let required = environment == Environment::Production && reader.text("SMTP_URL").is_some();
        if required && reader.text("APP_URL").is_none() {
            reader.error(
                "APP_URL",
                "is required together with SMTP_URL in production, such as https://example.com: links in mails \
                 begin with it",
            );
        }
        Self {
            server,
            from: sender(reader, required)
                .unwrap_or_else(|| Mailbox::new(Some(app_name.to_owned()), no_reply(app_url))),
            without_server: match environment {
                Environment::Development => WithoutServer::Folder("data/mail".into()),
                Environment::Test => WithoutServer::Memory,
                Environment::Production => WithoutServer::Nothing,
            },
        }
    }

    /// Whether mail is sent or stored. If not, the app must not offer features that need mail.
    pub fn available(&self) -> bool {
        self.server.is_some() || self.without_server != WithoutServer::Nothing
    }
}

fn server(reader: &mut Reader) -> Option<MailServer> {
    let text = reader.text("SMTP_URL")?;
    match parse_server(&text) {
        Ok(server) => Some(server),
        Err(reason) => {
            // The message does not show the value, because it may contain a password.
            reader.error("SMTP_URL", reason);
            None
        }
    }
}

fn parse_server(text: &str) -> Result<MailServer, &'static str> {
    const SHAPE: &str = "is not an address such as smtps://user:password@mail.example.com; in user and \
                         password write @ as %40, : as %3A, / as %2F, # as %23, ? as %3F, % as %25";
    let url = Url::parse(text).map_err(|_| SHAPE)?;
    let scheme = url.scheme();
    if !matches!(scheme, "smtp" | "smtps") {
        return Err("must begin with smtps:// or smtp://");
    }
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or(SHAPE)?.trim_matches(['[', ']']);
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(SHAPE);
    }
    let mut asked = None;
    for (name, value) in url.query_pairs() {
        asked = match (&*name, &*value) {
            ("tls", "required") => Some(MailTls::Required),
            ("tls", "none") if scheme == "smtp" => Some(MailTls::None),
            _ => {
                return Err(
                    "accepts only tls=required and, with smtp://, tls=none after the question mark",
                );
            }
        };
    }
    let tls = match scheme {
        "smtps" => MailTls::FromTheStart,
        _ if is_this_machine(host) => asked.unwrap_or(MailTls::None),
        _ => asked.unwrap_or(MailTls::Required),
    };
    let credentials = match (decoded(url.username()), url.password().map(decoded)) {
        (Some(user), Some(Some(password))) if !user.is_empty() => {
            Some((user, Secret::new(password)))
        }
        (Some(user), None) if user.is_empty() => None,
        _ => return Err("must name both user and password, or neither"),
    };
    Ok(MailServer {
        host: host.to_owned(),
        port: url.port().unwrap_or(match tls {
            MailTls::FromTheStart => 465,
            MailTls::Required => 587,
            MailTls::None => 25,
        }),
        tls,
        credentials,
    })
}

/// Decodes `%40` and the like.
fn decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// Mail to this machine does not cross a network.
fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn sender(reader: &mut Reader, needed: bool) -> Option<Mailbox> {
    let Some(text) = reader.text("MAIL_FROM") else {
        if needed {
            reader.error(
                "MAIL_FROM",
                "is required together with SMTP_URL in production, such as Fancy Shop <no-reply@example.com>",
            );
        }
        return None;
    };
    let sender = parse_mailbox(&text);
    if sender.is_none() {
        let reason = "is not a sender such as Fancy Shop <no-reply@example.com>";
        reader.refuse("MAIL_FROM", &text, reason);
    }
    sender
}

/// Parses `Name <address>`, or an address alone.
///
/// The name may contain anything except control characters. It is encoded later if necessary.
fn parse_mailbox(text: &str) -> Option<Mailbox> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let Some((name, address)) = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'))
    else {
        return Some(Mailbox::new(None, parse_address(text)?));
    };
    let name = name.trim();
    let unquoted = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    let name = unquoted.unwrap_or(name).to_owned();
    let name = (!name.is_empty()).then_some(name);
    Some(Mailbox::new(name, parse_address(address.trim())?))
}

fn parse_address(text: &str) -> Option<Address> {
    let address: Address = text.parse().ok()?;
    let domain = ascii_domain(address.domain())?;
    Some(Address::new_dangerous(address.user(), domain))
}

/// The ASCII form of a domain, which mail servers use: `xn--bcher-kva.example` for `bücher.example`.
///
/// `None` if the domain is not valid.
fn ascii_domain(domain: &str) -> Option<Cow<'_, str>> {
    if domain.is_ascii() {
        return Some(Cow::Borrowed(domain));
    }
    let ascii = idna::domain_to_ascii(domain).ok()?;
    Some(Cow::Owned(ascii))
}

/// The default sender: `no-reply` at the app's own host. If `APP_URL` has an IP address, `localhost`.
fn no_reply(app_url: Option<&Url>) -> Address {
    let host = app_url.and_then(Url::domain).unwrap_or("localhost");
    let address = Address::new("no-reply", host);
    address.unwrap_or_else(|_| Address::new_dangerous("no-reply", Ipv4Addr::LOCALHOST.to_string()))
}
