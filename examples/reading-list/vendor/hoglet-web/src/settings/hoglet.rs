//! [`Settings`]: Hoglet's own settings, one field per variable.

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

/// The maximum length of a cookie's prefix: more than the longest name of an app.
const MAX_COOKIE_PREFIX: usize = 100;

/// Hoglet's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The environment in which the app runs.
    pub environment: Environment,
    /// The name of the app in pages, titles and mails.
    pub app_name: String,
    /// The address to listen on; an IPv6 address without brackets.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
    /// Public origin, without a trailing slash. `None` until the port is known; see [`Settings::app_url`].
    app_url: Option<Url>,
    /// The hosts that the app answers to.
    pub hosts: Hosts,
    /// The prefix of every cookie's name, so that two apps on one host do not share cookies.
    pub cookie_prefix: String,
    /// Other origins whose front ends may call `/api/`.
    pub allowed_origins: Vec<String>,
    /// `sqlite:…` or `postgres://…`.
    pub database_url: Secret,
    /// The key that signs cookies, and from which the keys of tokens and hashes are derived.
    pub secret_key: Secret,
    /// The proxies whose `X-Forwarded-…` headers are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// The format of the log.
    pub log_format: LogFormat,
    /// The longest time for a whole request.
    pub request_timeout: Duration,
    /// The longest time for the whole shutdown.
    pub shutdown_timeout: Duration,
    /// Settings of jobs.
    pub jobs: JobsSettings,
    /// Settings of PostHog.
    pub posthog: crate::posthog::Settings,
    /// Settings of mail.
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

    /// The public origin, such as `https://example.com`, without a trailing slash.
    pub fn app_url(&self) -> String {
        match &self.app_url {
            Some(url) => url.origin().ascii_serialization(),
            None => self.local_url(),
        }
    }

    /// The address for a browser on this machine: `HOST`, or `localhost` if `HOST` means all addresses, as
    /// `0.0.0.0` does.
    pub fn local_url(&self) -> String {
        let port = self.port;
        match self.host.parse::<IpAddr>() {
            Ok(ip) if ip.to_canonical().is_unspecified() => format!("http://localhost:{port}"),
            Ok(IpAddr::V6(ip)) => format!("http://[{ip}]:{port}"),
            _ => format!("http://{}:{port}", self.host),
        }
    }

    /// Whether this process cannot know the app's address.
    ///
    /// This is so if another process serves the app, on a port that the system chooses.
    pub fn lacks_address(&self) -> bool {
        self.app_url.is_none() && self.port == 0
    }

    /// Whether `APP_URL` is set.
    pub fn has_app_url(&self) -> bool {
        self.app_url.is_some()
    }

    /// The public host, as `location.host` has it in a browser: with the port, unless it is the scheme's
    /// default.
    pub fn app_host(&self) -> String {
        let url = self.app_url();
        url.split_once("://")
            .map_or_else(String::new, |(_, host)| host.to_owned())
    }

    /// The public host, if it is a domain name and not an IP address or a local name.
    pub fn app_domain(&self) -> Option<String> {
        let domain = self.app_url.as_ref()?.domain()?;
        domain.contains('.').then(|| domain.to_owned())
    }

    /// Whether `APP_URL` begins with `https`. Cookies are then `Secure`, and named `__Host-…`.
    pub fn https(&self) -> bool {
        self.app_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }

    /// The address of the local stand-in for PostHog, in development: a PostHog host on this machine.
    pub fn standin(&self) -> Option<&str> {
        self.posthog.local_url().filter(|_| self.development())
    }

    /// Whether the app runs in production.
    pub fn production(&self) -> bool {
        self.environment == Environment::Production
    }

    /// Whether the app runs in development.
    pub fn development(&self) -> bool {
        self.environment == Environment::Development
    }

    /// Whether the app runs with its sources: pages then reload on a change, and errors show details.
    ///
    /// Never in a release build, because `APP_ENV` may be missing in production by mistake.
    pub fn has_sources(&self) -> bool {
        self.development() && cfg!(debug_assertions)
    }
}

/// `APP_NAME`, or the project's name in title case.
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
        let reason = "is not an IP address to listen on; try 127.0.0.1 or 0.0.0.0";
        reader.refuse("HOST", &host, reason);
    }
    host
}

/// Reads `COOKIE_PREFIX`.
///
/// It may have the characters of a cookie's name (RFC 6265), but not `%`, which servers decode. It may not begin
/// with the prefix that browsers reserve for secure cookies.
fn cookie_prefix(reader: &mut Reader) -> String {
    let prefix = reader.text("COOKIE_PREFIX").unwrap_or_default();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&'*+-.^_`|~".contains(&byte);
    if prefix.len() > MAX_COOKIE_PREFIX || !prefix.bytes().all(is_letter) {
        let reason = format_args!(
            "cannot begin a cookie's name; use at most {MAX_COOKIE_PREFIX} letters, digits, - and _, such as \
             shop-"
        );
        reader.refuse("COOKIE_PREFIX", &prefix, reason);
    } else if prefix.starts_with("__") {
        let reason = "begins with __, which browsers reserve for secure cookies; use another prefix, such as shop-";
        reader.refuse("COOKIE_PREFIX", &prefix, reason);
    }
    prefix
}
