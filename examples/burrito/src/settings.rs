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

/// Every variable the app reads, for `.env.example` and the test that compares the two.
pub const VARIABLES: &[&str] = &[
    "APP_ENV",
    "HOST",
    "PORT",
    "APP_URL",
    "ALLOWED_ORIGINS",
    "DATABASE_URL",
    "SECRET_KEY",
    "TRUSTED_PROXIES",
    "LOG_FORMAT",
    "SHUTDOWN_TIMEOUT_SECONDS",
    "POSTHOG_API_KEY",
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
    pub host: String,
    pub port: u16,
    /// Public origin, without a trailing slash. `None` until the port is known; see [`Settings::app_url`].
    app_url: Option<Url>,
    pub allowed_origins: Vec<String>,
    pub database_url: Secret,
    pub secret_key: Secret,
    pub trusted_proxies: Vec<IpNet>,
    pub log_format: LogFormat,
    pub shutdown_timeout: std::time::Duration,
    pub posthog: PostHogSettings,
}

#[derive(Clone, Debug)]
pub struct PostHogSettings {
    /// The project token; empty means that PostHog is off.
    pub api_key: String,
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
    /// Events that wait at most; about 2 KB of memory each.
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
        let mut reader = Reader {
            variable: &variable,
            errors: Vec::new(),
        };

        let environment = reader.parse("APP_ENV", Environment::Development);
        let host = reader.text("HOST").unwrap_or_else(|| "127.0.0.1".into());
        if host.parse::<std::net::IpAddr>().is_err() && host != "localhost" {
            reader.error(
                "HOST",
                format_args!(
                    "{host:?} is not an IP address to listen on; try 127.0.0.1 or 0.0.0.0"
                ),
            );
        }
        let settings = Self {
            environment,
            host,
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
            shutdown_timeout: std::time::Duration::from_secs(reader.number(
                "SHUTDOWN_TIMEOUT_SECONDS",
                8,
                1..=3600,
            )),
            posthog: PostHogSettings {
                api_key: reader
                    .text("POSTHOG_API_KEY")
                    .or_else(|| reader.text("POSTHOG_PROJECT_TOKEN"))
                    .unwrap_or_default(),
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
        if reader.errors.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(reader.errors))
        }
    }

    /// Public origin such as `https://example.com`, without a trailing slash.
    pub fn app_url(&self) -> String {
        match &self.app_url {
            Some(url) => url.origin().ascii_serialization(),
            None if self.host.contains(':') => format!("http://[{}]:{}", self.host, self.port),
            None => format!("http://{}:{}", self.host, self.port),
        }
    }

    /// With `https` in front of it the app's cookies are `Secure` and named `__Host-…`.
    pub fn https(&self) -> bool {
        self.app_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }

    pub fn production(&self) -> bool {
        self.environment == Environment::Production
    }

    pub fn development(&self) -> bool {
        self.environment == Environment::Development
    }
}

impl PostHogSettings {
    pub fn enabled(&self) -> bool {
        !self.disabled && !self.api_key.is_empty()
    }

    /// The host as a prefix for paths: no trailing slash.
    pub fn base_url(&self) -> &str {
        self.host.as_str().trim_end_matches('/')
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

fn read_env_file(path: &Path) -> Result<HashMap<String, String>, SettingsError> {
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

struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<String>,
}

impl Reader<'_> {
    fn error(&mut self, name: &str, reason: impl fmt::Display) {
        self.errors.push(format!("{name}: {reason}"));
    }

    /// A value without surrounding space; an empty one counts as absent.
    fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn parse<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, default: T) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|error| {
            self.error(name, format_args!("{text:?}: {error}"));
            default
        })
    }

    fn number(&mut self, name: &str, default: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let Some(text) = self.text(name) else {
            return default;
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (low, high) = range.into_inner();
                self.error(
                    name,
                    format_args!("{text:?} is not a whole number from {low} to {high}"),
                );
                default
            }
        }
    }

    fn boolean(&mut self, name: &str, default: bool) -> bool {
        let Some(text) = self.text(name) else {
            return default;
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => true,
            "false" | "0" | "no" | "off" => false,
            _ => {
                self.error(name, format_args!("{text:?}: use true or false"));
                default
            }
        }
    }

    fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split([',', ' ', '\t', '\n'])
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn origin(&mut self, name: &str) -> Option<Url> {
        let text = self.text(name)?;
        let url = parse_origin(&text);
        if url.is_none() {
            self.error(
                name,
                format_args!("{text:?} is not an origin such as https://example.com"),
            );
        }
        url
    }

    fn origins(&mut self, name: &str) -> Vec<String> {
        let mut origins = Vec::new();
        for item in self.list(name) {
            match parse_origin(&item) {
                Some(url) => origins.push(url.origin().ascii_serialization()),
                None => self.error(
                    name,
                    format_args!("{item:?} is not an origin such as https://example.com"),
                ),
            }
        }
        origins
    }

    fn networks(&mut self, name: &str) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for item in self.list(name) {
            let network = item
                .parse::<IpNet>()
                .or_else(|_| item.parse::<std::net::IpAddr>().map(IpNet::from));
            match network {
                Ok(network) => networks.push(network),
                Err(_) => self.error(
                    name,
                    format_args!("{item:?} is not a network such as 10.0.0.0/8"),
                ),
            }
        }
        networks
    }

    fn database_url(&mut self, defaults: &HashMap<String, String>) -> Secret {
        let url = self
            .text("DATABASE_URL")
            .unwrap_or_else(|| defaults["DATABASE_URL"].clone());
        let known = [
            (cfg!(feature = "sqlite"), "sqlite:", "sqlite"),
            (cfg!(feature = "postgres"), "postgres://", "postgres"),
            (cfg!(feature = "postgres"), "postgresql://", "postgres"),
        ];
        match known.iter().find(|(_, scheme, _)| url.starts_with(scheme)) {
            Some((true, ..)) => {}
            Some((false, _, feature)) => self.error(
                "DATABASE_URL",
                format_args!(
                    "this build has no {feature} driver; build it with `--features {feature}`"
                ),
            ),
            // The value is not shown: it may hold a password.
            None => self.error("DATABASE_URL", "must begin with sqlite: or postgres://"),
        }
        Secret(url)
    }

    fn secret_key(&mut self, environment: Environment) -> Secret {
        let characters = SECRET_KEY_BYTES * 2;
        match self.text("SECRET_KEY") {
            Some(key)
                if key.len() >= characters && key.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
            {
                Secret(key)
            }
            Some(_) => {
                self.error(
                    "SECRET_KEY",
                    format_args!(
                        "must be at least {characters} hexadecimal characters; make one with `openssl rand -hex 64`"
                    ),
                );
                Secret(String::new())
            }
            None if environment == Environment::Production => {
                self.error(
                    "SECRET_KEY",
                    "is required in production; make one with `openssl rand -hex 64`",
                );
                Secret(String::new())
            }
            // Sessions then end with the process, which is what tests want.
            None => Secret(new_secret_key()),
        }
    }

    fn posthog_host(&mut self, defaults: &HashMap<String, String>) -> Url {
        let default =
            Url::parse(&defaults["POSTHOG_HOST"]).expect("defaults.env holds a valid POSTHOG_HOST");
        let Some(text) = self.text("POSTHOG_HOST") else {
            return default;
        };
        match Url::parse(&text) {
            Ok(url)
                if matches!(url.scheme(), "http" | "https")
                    && url.host_str().is_some_and(|host| !host.is_empty())
                    && url.query().is_none()
                    && url.fragment().is_none()
                    && url.username().is_empty()
                    && url.password().is_none() =>
            {
                url
            }
            _ => {
                self.error(
                    "POSTHOG_HOST",
                    format_args!("{text:?} is not an address such as {default}"),
                );
                default
            }
        }
    }

    /// Here an empty value means something: straight to PostHog.
    fn proxy_path(&mut self) -> Option<String> {
        let Some(text) = (self.variable)("POSTHOG_PROXY_PATH") else {
            return Some("/relay".into());
        };
        let path = text.trim().trim_end_matches('/');
        if path.is_empty() && !text.contains('/') {
            return None;
        }
        let local = path.strip_prefix('/').is_some_and(|rest| {
            rest.split('/').all(|segment| {
                !segment.is_empty()
                    && segment
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            })
        });
        if !local {
            self.error(
                "POSTHOG_PROXY_PATH",
                format_args!("{text:?} is not a path of this app such as /relay"),
            );
        } else if crate::routes::claims(path) {
            self.error(
                "POSTHOG_PROXY_PATH",
                format_args!("{path:?} is taken by a page of this app; try /relay"),
            );
        }
        Some(path.to_owned())
    }
}

fn parse_origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    bare.then_some(url)
}

/// Fresh key material from the system's randomness.
pub fn new_secret_key() -> String {
    let mut bytes = [0u8; SECRET_KEY_BYTES];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
