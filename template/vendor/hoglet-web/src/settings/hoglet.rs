//! [`Settings`]: Hoglet's own, one field a variable.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

use super::database::database_url;
use super::environment::{Environment, LogFormat};
use super::hosts::Hosts;
use super::jobs::JobsSettings;
use super::mail::MailSettings;
use super::posthog;
use super::reader::Reader;
use super::secret::Secret;
use super::secret_key::secret_key;
use crate::package::Package;

/// Room for the longest name of an app, and to spare.
const MAX_COOKIE_PREFIX: usize = 100;

/// What the variables say.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it runs.
    pub environment: Environment,
    /// What people know the app by: shown in pages and titles.
    pub app_name: String,
    /// The address to listen on; an IPv6 address without brackets.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
    /// Public origin, without a trailing slash. `None` until the port is known; see [`Settings::app_url`].
    app_url: Option<Url>,
    /// The hosts that the app answers to.
    pub hosts: Hosts,
    /// Stands before the name of every cookie, so that two apps on one host tell theirs apart.
    pub cookie_prefix: String,
    /// Front ends elsewhere that may call `/api/`.
    pub allowed_origins: Vec<String>,
    /// `sqlite:…` or `postgres://…`.
    pub database_url: Secret,
    /// What cookies are signed with.
    pub secret_key: Secret,
    /// Whose `X-Forwarded-…` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What the log looks like.
    pub log_format: LogFormat,
    /// How long a page may take to be answered.
    pub request_timeout: Duration,
    /// How long ending may take.
    pub shutdown_timeout: Duration,
    /// Of jobs.
    pub jobs: JobsSettings,
    /// PostHog's.
    pub posthog: crate::posthog::Settings,
    /// Mail's.
    pub mail: MailSettings,
}

impl Settings {
    /// Reads Hoglet's settings.
    pub fn read(reader: &mut Reader, package: &Package) -> Self {
        let environment = reader.parse("APP_ENV", Environment::Development);
        let log_format = match environment {
            Environment::Development => LogFormat::Pretty,
            Environment::Test | Environment::Production => LogFormat::Json,
        };
        let app_name = app_name(reader, package);
        let app_url = reader.origin("APP_URL");
        let host = host(reader);
        Self {
            environment,
            hosts: Hosts::read(reader, environment, &host, app_url.as_ref()),
            cookie_prefix: cookie_prefix(reader),
            mail: MailSettings::read(reader, environment, &app_name, app_url.as_ref()),
            app_name,
            host,
            port: reader.parse("PORT", 8000),
            app_url,
            allowed_origins: reader.origins("ALLOWED_ORIGINS"),
            database_url: database_url(reader),
            secret_key: secret_key(reader, environment),
            trusted_proxies: reader.networks("TRUSTED_PROXIES"),
            log_format: reader.parse("LOG_FORMAT", log_format),
            request_timeout: reader.seconds("REQUEST_TIMEOUT_SECONDS", 30, 1..=3600),
            shutdown_timeout: reader.seconds("SHUTDOWN_TIMEOUT_SECONDS", 8, 1..=3600),
            jobs: JobsSettings::read(reader),
            posthog: posthog::read(reader, environment, package),
        }
    }

    /// Public origin such as `https://example.com`, without a trailing slash.
    pub fn app_url(&self) -> String {
        match &self.app_url {
            Some(url) => url.origin().ascii_serialization(),
            None => self.local_url(),
        }
    }

    /// Where a browser on this machine finds the app: at `HOST`, or at `localhost` where that means
    /// every address of the machine and is none itself, such as `0.0.0.0`.
    pub fn local_url(&self) -> String {
        let port = self.port;
        match self.host.parse::<IpAddr>() {
            Ok(ip) if ip.to_canonical().is_unspecified() => format!("http://localhost:{port}"),
            Ok(IpAddr::V6(ip)) => format!("http://[{ip}]:{port}"),
            _ => format!("http://{}:{port}", self.host),
        }
    }

    /// Whether nobody knows where the app is: it serves at a port that the system chooses, in another
    /// process than this one.
    pub fn lacks_address(&self) -> bool {
        self.app_url.is_none() && self.port == 0
    }

    /// Whether `APP_URL` says what the app's public origin is.
    pub fn has_app_url(&self) -> bool {
        self.app_url.is_some()
    }

    /// Its host, with the port where it is not the scheme's own: what `location.host` says in a browser.
    pub fn app_host(&self) -> String {
        let url = self.app_url();
        url.split_once("://")
            .map_or_else(String::new, |(_, host)| host.to_owned())
    }

    /// Its host where that is a name that others may know: neither a number nor this machine.
    pub fn app_domain(&self) -> Option<String> {
        let domain = self.app_url.as_ref()?.domain()?;
        domain.contains('.').then(|| domain.to_owned())
    }

    /// With `https` in front of it the app's cookies are `Secure` and named `__Host-…`.
    pub fn https(&self) -> bool {
        self.app_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }

    /// Where the stand-in for PostHog shows what it received, in development beside `hoglet dev`: a
    /// PostHog on this machine.
    pub fn standin(&self) -> Option<&str> {
        self.posthog.local_url().filter(|_| self.development())
    }

    /// Whether people use it.
    pub fn production(&self) -> bool {
        self.environment == Environment::Production
    }

    /// Whether somebody is working on it.
    pub fn development(&self) -> bool {
        self.environment == Environment::Development
    }

    /// Whether the sources are at hand: pages then reload when one changes, and show what went wrong
    /// inside. Never in a release build: it carries its views, and somebody may have forgotten to set
    /// `APP_ENV`.
    pub fn has_sources(&self) -> bool {
        self.development() && cfg!(debug_assertions)
    }
}

/// By default the project's name, in title case.
fn app_name(reader: &mut Reader, package: &Package) -> String {
    match reader.text("APP_NAME") {
        Some(name) if name.chars().any(char::is_control) => {
            reader.error("APP_NAME", "must be one line of text");
            name
        }
        Some(name) => name,
        None => package.title(),
    }
}

fn host(reader: &mut Reader) -> String {
    let host = reader.text("HOST").unwrap_or_else(|| "127.0.0.1".into());
    let in_brackets = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Some(address) = in_brackets
        && address.parse::<Ipv6Addr>().is_ok()
    {
        return address.to_owned();
    }
    if host.parse::<IpAddr>().is_err() && host != "localhost" {
        reader.error(
            "HOST",
            format_args!("{host:?} is not an IP address to listen on; try 127.0.0.1 or 0.0.0.0"),
        );
    }
    host
}

/// What may stand in a cookie's name (RFC 6265), but for `%`, which servers decode, and for what browsers
/// keep for secure cookies.
fn cookie_prefix(reader: &mut Reader) -> String {
    let prefix = reader.text("COOKIE_PREFIX").unwrap_or_default();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte);
    if prefix.len() > MAX_COOKIE_PREFIX || !prefix.bytes().all(is_letter) {
        reader.error(
            "COOKIE_PREFIX",
            format_args!(
                "{prefix:?} cannot begin a cookie's name; use at most {MAX_COOKIE_PREFIX} letters, digits, \
                 - and _, such as shop-"
            ),
        );
    } else if prefix.starts_with("__") {
        reader.error(
            "COOKIE_PREFIX",
            format_args!(
                "{prefix:?} begins as the names that browsers keep for secure cookies; use another one, such \
                 as shop-"
            ),
        );
    }
    prefix
}
