//! [`Settings`]: PostHog's address, token and options, read from the variables `POSTHOG_…`.

use std::env::VarError;
use std::fmt::{self, Display};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use hoglet_errors::mask_credentials;
use reqwest::Url;

/// How batches of events are compressed: `POSTHOG_COMPRESSION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Batches of events are sent as gzip.
    Gzip,
    /// Batches of events are sent as they are.
    None,
}

/// The environment of the app, which every event carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On a developer's machine.
    ///
    /// The log shows each captured event, and persons are marked as internal users.
    Development,
    /// In a test. A batch that PostHog refuses because of a wrong setting is lost at once.
    Test,
    /// For the app's real users.
    Production,
}

/// The app that sends the events.
#[derive(Clone, Copy, Debug)]
pub struct App {
    /// The environment that it runs in.
    pub environment: Environment,
    /// Its version, such as `0.1.0+1a2b3c4d`; at least `env!("CARGO_PKG_VERSION")`.
    pub release: &'static str,
    /// The folder that it was compiled in: `env!("CARGO_MANIFEST_DIR")`. It distinguishes the app's own
    /// frames in a stack from those of its dependencies.
    pub folder: &'static str,
}

/// A personal or secret key. Its debug format hides it, so no log shows it.
#[derive(Clone)]
pub struct SecretKey(String);

/// The settings of this crate.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The app that sends the events.
    pub app: App,
    /// The project token. Every page contains it, so it is no secret. If it is empty, PostHog is off.
    pub project_token: String,
    /// The address that events are sent to.
    pub host: Url,
    /// Whether PostHog is off, even with a project token.
    pub disabled: bool,
    /// A personal or secret key. With it, flags are evaluated in this process.
    pub secret_key: Option<SecretKey>,
    /// The number of the project, for the deletion of persons. Without it PostHog uses the project that the
    /// key's owner last opened.
    pub project_id: Option<u64>,
    /// Whether failed requests and panics are captured automatically.
    pub capture_exceptions: bool,
    /// Whether posthog-js runs in pages.
    pub js: bool,
    /// Whether posthog-js records sessions.
    pub session_replay: bool,
    /// Whether `Sec-GPC: 1` and the app's own opt-out switch turn tracking off.
    pub respect_opt_out: bool,
    /// The path of the first-party proxy for posthog-js. Without it browsers connect straight to PostHog.
    pub proxy_path: Option<String>,
    /// How many events may wait. Large events count as several, see `delivery`.
    pub queue_size: usize,
    /// How long a batch is retried before it counts as lost.
    pub retry: Duration,
    /// How batches of events are sent.
    pub compression: Compression,
    /// How long a request waits for PostHog's answer about flags.
    ///
    /// If it is more than 300 ms, an attempt that broke off is repeated once, after 300 ms.
    pub flags_timeout: Duration,
}

/// A source of variables that also collects errors about them.
pub trait Variables {
    /// A variable's value without any change. It may be empty.
    fn raw(&mut self, name: &str) -> Option<String>;

    /// Records that a variable must be changed, and why.
    fn error(&mut self, name: &str, reason: &dyn Display);

    /// The default of a variable that is not set.
    fn default_of(&self, _name: &str) -> Option<String> {
        None
    }
}

/// The variables that must be changed, one line each.
#[derive(Debug, thiserror::Error)]
#[error("these settings need a change:\n  {}", .0.join("\n  "))]
pub struct SettingsError(Vec<String>);

/// The variables of the process.
#[derive(Default)]
struct ProcessVariables(Vec<String>);

impl Variables for ProcessVariables {
    fn raw(&mut self, name: &str) -> Option<String> {
        match std::env::var(name) {
            Ok(value) => Some(value),
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(_)) => {
                self.error(name, &"is not UTF-8 text");
                None
            }
        }
    }

    fn error(&mut self, name: &str, reason: &dyn Display) {
        self.0.push(format!("{name}: {reason}"));
    }
}

impl Environment {
    /// The name that events carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
        }
    }
}

impl SecretKey {
    /// The key itself, for the requests that need it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

impl FromStr for Compression {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "gzip" => Ok(Self::Gzip),
            "none" => Ok(Self::None),
            _ => Err("use gzip or none"),
        }
    }
}

impl Settings {
    /// Reads the variables of the process.
    ///
    /// ```
    /// use hoglet_posthog::{App, Environment, Settings};
    ///
    /// let app = App {
    ///     environment: Environment::Production,
    ///     release: env!("CARGO_PKG_VERSION"),
    ///     folder: env!("CARGO_MANIFEST_DIR"),
    /// };
    /// let settings = Settings::from_env(app)?;
    /// assert!(!settings.enabled(), "POSTHOG_PROJECT_TOKEN switches it on");
    /// # Ok::<_, hoglet_posthog::settings::SettingsError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The error lists every variable that must be changed, each with a remedy.
    pub fn from_env(app: App) -> Result<Self, SettingsError> {
        let mut variables = ProcessVariables::default();
        let settings = Self::read(&mut variables, app);
        match variables.0 {
            errors if errors.is_empty() => Ok(settings),
            errors => Err(SettingsError(errors)),
        }
    }

    /// Reads variables from any source.
    pub fn read(variables: &mut impl Variables, app: App) -> Self {
        let mut reader = Reader(variables);
        let reader = &mut reader;
        Self {
            app,
            project_token: project_token(reader),
            host: posthog_host(reader),
            disabled: reader.boolean("POSTHOG_DISABLED", false),
            secret_key: secret_key(reader),
            project_id: project_id(reader),
            capture_exceptions: reader.boolean("POSTHOG_CAPTURE_EXCEPTIONS", true),
            js: reader.boolean("POSTHOG_JS", true),
            session_replay: reader.boolean("POSTHOG_SESSION_REPLAY", true),
            respect_opt_out: reader.boolean("POSTHOG_RESPECT_OPT_OUT", true),
            proxy_path: proxy_path(reader),
            queue_size: reader.number("POSTHOG_QUEUE_SIZE", 40_000, 1..=10_000_000) as usize,
            retry: Duration::from_secs(reader.number("POSTHOG_RETRY_SECONDS", 900, 1..=86_400)),
            compression: compression(reader),
            flags_timeout: Duration::from_millis(reader.number(
                "POSTHOG_FLAGS_TIMEOUT_MILLISECONDS",
                250,
                1..=30_000,
            )),
        }
    }

    /// Whether PostHog is on.
    pub fn enabled(&self) -> bool {
        !self.disabled && !self.project_token.is_empty()
    }

    /// The host as a prefix for paths, without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.host.as_str().trim_end_matches('/')
    }

    /// The host's address, if PostHog is on and the host is this machine. Then it is a stand-in.
    pub fn local_url(&self) -> Option<&str> {
        let host = self.host.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        (local && self.enabled()).then(|| self.base_url())
    }

    /// Whether the app runs on a developer's machine.
    pub(crate) fn development(&self) -> bool {
        self.app.environment == Environment::Development
    }
}

/// Reads and checks single variables.
struct Reader<'a, V>(&'a mut V);

impl<V: Variables> Reader<'_, V> {
    fn error(&mut self, name: &str, reason: impl Display) {
        self.0.error(name, &reason);
    }

    /// A value without surrounding space. An empty value counts as not set.
    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.0.raw(name)?.trim().to_owned();
        (!value.is_empty()).then_some(value)
    }

    /// Reports an invalid value. The message shows the value, but no user or password in it.
    fn refuse(&mut self, name: &str, value: &str, reason: impl Display) {
        let shown = mask_credentials(value);
        self.error(name, format_args!("{shown:?} {reason}"));
    }

    fn number(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(text) = self.text(name) else {
            return default;
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                let (low, high) = range.into_inner();
                let reason = format_args!("is not a whole number from {low} to {high}");
                self.refuse(name, &text, reason);
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
                self.refuse(name, &text, "is not valid: use true or false");
                default
            }
        }
    }
}

fn compression(reader: &mut Reader<impl Variables>) -> Compression {
    const NAME: &str = "POSTHOG_COMPRESSION";
    let Some(text) = reader.text(NAME) else {
        return Compression::Gzip;
    };
    text.parse().unwrap_or_else(|error| {
        reader.refuse(NAME, &text, format_args!("is not valid: {error}"));
        Compression::Gzip
    })
}

/// `POSTHOG_API_KEY` is the older name of the same setting.
fn project_token(reader: &mut Reader<impl Variables>) -> String {
    const NAMES: [&str; 2] = ["POSTHOG_PROJECT_TOKEN", "POSTHOG_API_KEY"];
    let tokens = NAMES.map(|name| {
        let token = reader.text(name);
        if token.as_deref().is_some_and(is_secret_key) {
            // The message must not show the key, which can read the whole project.
            reader.error(
                name,
                "holds a personal or secret key (phx_…, phs_…), but every page contains this value; \
                 set the project token (phc_…) here, and the key as POSTHOG_SECRET_KEY",
            );
        } else if let Some(token) = &token {
            refuse_decoration(reader, name, token, "the project token (phc_…)");
        }
        token
    });
    match tokens {
        [Some(token), Some(other)] if token != other => {
            reader.error(
                NAMES[0],
                "differs from POSTHOG_API_KEY, which is the same setting; remove one of the two",
            );
            token
        }
        [token, other] => token.or(other).unwrap_or_default(),
    }
}

fn secret_key(reader: &mut Reader<impl Variables>) -> Option<SecretKey> {
    const NAME: &str = "POSTHOG_SECRET_KEY";
    let key = reader.text(NAME)?;
    refuse_decoration(reader, NAME, &key, "the key (phx_…, phs_…)");
    Some(SecretKey(key))
}

/// Reports a token in quotes or brackets, such as a placeholder of PostHog's docs.
///
/// PostHog would answer 200 to it and store nothing. The message does not show the value, which may be a key.
fn refuse_decoration(reader: &mut Reader<impl Variables>, name: &str, value: &str, what: &str) {
    let strange = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if let Some(strange) = value.chars().find(strange) {
        reader.error(
            name,
            format_args!(
                "holds {strange:?}, which no PostHog token contains; copy {what} from the project's settings, without \
                 quotes, spaces or brackets around it"
            ),
        );
    }
}

fn project_id(reader: &mut Reader<impl Variables>) -> Option<u64> {
    let text = reader.text("POSTHOG_PROJECT_ID")?;
    let id = text.parse().ok();
    if id.is_none() {
        let reason = "is not a project's number; in PostHog, the address of each page has it after /project/";
        reader.refuse("POSTHOG_PROJECT_ID", &text, reason);
    }
    id
}

/// The source's default is checked like a value: it comes from an answer to the generator.
fn posthog_host(reader: &mut Reader<impl Variables>) -> Url {
    const EXAMPLE: &str = "https://us.i.posthog.com";
    let text = reader.text("POSTHOG_HOST");
    let default = || reader.0.default_of("POSTHOG_HOST");
    let text = text.or_else(default).unwrap_or_else(|| EXAMPLE.to_owned());
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
            let reason = format_args!("is not an address such as {EXAMPLE}");
            reader.refuse("POSTHOG_HOST", &text, reason);
            Url::parse(EXAMPLE).expect("the example is an address")
        }
    }
}

/// Here an empty value has a meaning: browsers connect straight to PostHog.
fn proxy_path(reader: &mut Reader<impl Variables>) -> Option<String> {
    let Some(text) = reader.0.raw("POSTHOG_PROXY_PATH") else {
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
        let reason = "is not a path of this app such as /relay";
        reader.refuse("POSTHOG_PROXY_PATH", &text, reason);
    }
    Some(path.to_owned())
}

/// Whether a token has PostHog's prefix for personal or secret keys.
fn is_secret_key(token: &str) -> bool {
    let token = token.trim_start_matches(['"', '\'']).to_ascii_lowercase();
    token.starts_with("phx_") || token.starts_with("phs_")
}
