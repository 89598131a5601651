//! Settings: one field a variable, read once at start-up, all errors at once.
//!
//! Real variables win over `.env`, which is read in development only. What an answer to the
//! generator decided stands in `defaults.env` and is compiled in. `.env.example` documents every
//! variable; a test holds the two together.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use ipnet::IpNet;
use reqwest::Url;

mod reader;

use reader::Reader;

/// Every variable the app reads, for `.env.example` and the test that compares the two.
pub const VARIABLES: &[&str] = &[
    "APP_ENV",
    "APP_NAME",
    "HOST",
    "PORT",
    "APP_URL",
    "ALLOWED_ORIGINS",
    "DATABASE_URL",
    "SECRET_KEY",
    "TRUSTED_PROXIES",
    "LOG_FORMAT",
    "REQUEST_TIMEOUT_SECONDS",
    "SHUTDOWN_TIMEOUT_SECONDS",
    "POSTHOG_PROJECT_TOKEN",
    "POSTHOG_HOST",
    "POSTHOG_DISABLED",
    "POSTHOG_SECRET_KEY",
    "POSTHOG_CAPTURE_EXCEPTIONS",
    "POSTHOG_JS",
    "POSTHOG_SESSION_REPLAY",
    "POSTHOG_RESPECT_OPT_OUT",
    "POSTHOG_PROXY_PATH",
    "POSTHOG_QUEUE_SIZE",
    "POSTHOG_RETRY_SECONDS",
    "POSTHOG_FLAGS_TIMEOUT_MILLISECONDS",
];

/// Bytes of key material that `SECRET_KEY` must hold, twice as many hexadecimal characters.
const SECRET_KEY_BYTES: usize = 64;

#[derive(Clone, Debug)]
pub struct Settings {
    pub environment: Environment,
    /// What people know the app by: shown in pages and titles.
    pub app_name: String,
    pub host: String,
    pub port: u16,
    /// Public origin, without a trailing slash. `None` until the port is known; see [`Settings::app_url`].
    app_url: Option<Url>,
    pub allowed_origins: Vec<String>,
    pub database_url: Secret,
    pub secret_key: Secret,
    pub trusted_proxies: Vec<IpNet>,
    pub log_format: LogFormat,
    /// How long a page may take to be answered.
    pub request_timeout: std::time::Duration,
    pub shutdown_timeout: std::time::Duration,
    pub posthog: PostHogSettings,
}

#[derive(Clone, Debug)]
pub struct PostHogSettings {
    /// Stands in every page, so it is no secret; empty means that PostHog is off.
    pub project_token: String,
    pub host: Url,
    pub disabled: bool,
    /// A personal or secret key: flags are then evaluated in this process.
    pub secret_key: Option<Secret>,
    pub capture_exceptions: bool,
    pub js: bool,
    pub session_replay: bool,
    pub respect_opt_out: bool,
    /// First-party path of the proxy for posthog-js; `None` sends browsers straight to PostHog.
    pub proxy_path: Option<String>,
    /// Events that wait at most; large ones as if they were several, see `posthog::delivery`.
    pub queue_size: usize,
    /// How long a batch is retried before it counts as lost.
    pub retry: std::time::Duration,
    /// How long a request waits for flags before their defaults hold.
    pub flags_timeout: std::time::Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    Development,
    Test,
    Production,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Pretty,
    Json,
}

/// A value that never shows in `Debug`, so never in a log.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// All that is wrong with the settings, one line each, every line naming its variable.
#[derive(Debug, thiserror::Error)]
#[error("these settings need a change:\n  {}", .0.join("\n  "))]
pub struct SettingsError(Vec<String>);

impl Settings {
    /// Reads the process's variables and, in development, `.env` in the working directory.
    pub fn from_env() -> Result<Self, SettingsError> {
        let file = if env_file_applies() {
            read_env_file(Path::new(".env"))?
        } else {
            HashMap::new()
        };
        Self::read(|name| std::env::var(name).ok().or_else(|| file.get(name).cloned()))
    }

    /// Reads settings from any source of variables.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let defaults = compiled_in_defaults();
        let mut reader = Reader::new(&variable);
        let environment = reader.parse("APP_ENV", Environment::Development);
        let settings = Self {
            environment,
            app_name: reader.app_name(),
            host: reader.host(),
            port: reader.parse("PORT", 8000),
            app_url: reader.origin("APP_URL"),
            allowed_origins: reader.origins("ALLOWED_ORIGINS"),
            database_url: reader.database_url(&defaults),
            secret_key: reader.secret_key(environment),
            trusted_proxies: reader.networks("TRUSTED_PROXIES"),
            log_format: reader.parse(
                "LOG_FORMAT",
                if environment == Environment::Development {
                    LogFormat::Pretty
                } else {
                    LogFormat::Json
                },
            ),
            request_timeout: std::time::Duration::from_secs(reader.number(
                "REQUEST_TIMEOUT_SECONDS",
                30,
                1..=3600,
            )),
            shutdown_timeout: std::time::Duration::from_secs(reader.number(
                "SHUTDOWN_TIMEOUT_SECONDS",
                8,
                1..=3600,
            )),
            posthog: PostHogSettings {
                project_token: reader.project_token(),
                host: reader.posthog_host(&defaults),
                disabled: reader.boolean("POSTHOG_DISABLED", false),
                secret_key: reader.text("POSTHOG_SECRET_KEY").map(Secret),
                capture_exceptions: reader.boolean("POSTHOG_CAPTURE_EXCEPTIONS", true),
                js: reader.boolean("POSTHOG_JS", true),
                session_replay: reader.boolean("POSTHOG_SESSION_REPLAY", true),
                respect_opt_out: reader.boolean("POSTHOG_RESPECT_OPT_OUT", true),
                proxy_path: reader.proxy_path(),
                queue_size: reader.number("POSTHOG_QUEUE_SIZE", 40_000, 1..=10_000_000) as usize,
                retry: std::time::Duration::from_secs(reader.number(
                    "POSTHOG_RETRY_SECONDS",
                    900,
                    1..=86_400,
                )),
                flags_timeout: std::time::Duration::from_millis(reader.number(
                    "POSTHOG_FLAGS_TIMEOUT_MILLISECONDS",
                    250,
                    1..=30_000,
                )),
            },
        };
        reader.finish(settings)
    }

    /// Public origin such as `https://example.com`, without a trailing slash.
    pub fn app_url(&self) -> String {
        match &self.app_url {
            Some(url) => url.origin().ascii_serialization(),
            None if self.host.contains(':') => format!("http://[{}]:{}", self.host, self.port),
            None => format!("http://{}:{}", self.host, self.port),
        }
    }

    /// Its host, with the port where it is not the scheme's own: what `location.host` says in a browser.
    pub fn app_host(&self) -> String {
        let url = self.app_url();
        url.split_once("://")
            .map_or_else(String::new, |(_, host)| host.to_owned())
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
        let host = self.posthog.host.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        let local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        (local && self.development() && self.posthog.enabled()).then(|| self.posthog.base_url())
    }

    pub fn production(&self) -> bool {
        self.environment == Environment::Production
    }

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

impl PostHogSettings {
    pub fn enabled(&self) -> bool {
        !self.disabled && !self.project_token.is_empty()
    }

    /// The host as a prefix for paths: no trailing slash.
    pub fn base_url(&self) -> &str {
        self.host.as_str().trim_end_matches('/')
    }
}

impl Environment {
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
        }
    }
}

impl FromStr for Environment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "development" => Ok(Self::Development),
            "test" => Ok(Self::Test),
            "production" => Ok(Self::Production),
            _ => Err("use development, test or production"),
        }
    }
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            _ => Err("use pretty or json"),
        }
    }
}

/// `.env` is a convenience of development: a server's variables come from the server.
pub fn env_file_applies() -> bool {
    std::env::var("APP_ENV").map_or(true, |value| value.is_empty() || value == "development")
}

/// The variables of an `.env` file; none, where there is no such file.
pub fn read_env_file(path: &Path) -> Result<HashMap<String, String>, SettingsError> {
    match dotenvy::from_path_iter(path) {
        Ok(lines) => lines
            .collect::<Result<_, _>>()
            .map_err(|error| SettingsError(vec![format!(".env: {}", describe_env_error(&error))])),
        Err(error) if error.not_found() => Ok(HashMap::new()),
        Err(error) => Err(SettingsError(vec![format!(
            ".env: cannot be read: {error}"
        )])),
    }
}

/// The parser's own message quotes the line, which may hold a key.
fn describe_env_error(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(line, _) => {
            let name = line.split('=').next().unwrap_or_default().trim();
            format!(
                "the line that begins with {name:?} is not NAME=value; quote values that hold spaces"
            )
        }
        other => format!("cannot be read: {other}"),
    }
}

/// What the answers to the generator decided.
fn compiled_in_defaults() -> HashMap<String, String> {
    dotenvy::from_read_iter(include_str!("../defaults.env").as_bytes())
        .collect::<Result<_, _>>()
        .expect("defaults.env holds NAME=value lines")
}

/// `fancy-shop` as people write it: `Fancy Shop`.
pub fn title_case(project_name: &str) -> String {
    let words = project_name
        .split(['-', '_'])
        .filter(|word| !word.is_empty());
    let words: Vec<String> = words
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
        .collect();
    words.join(" ")
}

/// Fresh key material from the system's randomness.
pub fn new_secret_key() -> String {
    let mut bytes = [0u8; SECRET_KEY_BYTES];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
