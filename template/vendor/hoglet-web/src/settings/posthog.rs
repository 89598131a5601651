//! PostHog's settings.

use std::str::FromStr;
use std::time::Duration;

use reqwest::Url;

use super::reader::Reader;
use super::secret::Secret;

/// `POSTHOG_COMPRESSION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Batches of events are sent as gzip.
    Gzip,
    /// Batches of events are sent as they are.
    None,
}

/// What the variables that begin with `POSTHOG_` say.
#[derive(Clone, Debug)]
pub struct PostHogSettings {
    /// Stands in every page, so it is no secret; empty means that PostHog is off.
    pub project_token: String,
    /// Where events are sent.
    pub host: Url,
    /// Off, whatever else is set.
    pub disabled: bool,
    /// A personal or secret key: flags are then evaluated in this process.
    pub secret_key: Option<Secret>,
    /// The number of the project, for what only a personal key may do; without it PostHog takes
    /// the one that the key's owner has looked at last.
    pub project_id: Option<u64>,
    /// Errors and panics are captured by themselves.
    pub capture_exceptions: bool,
    /// posthog-js runs in pages.
    pub js: bool,
    /// posthog-js records what people see and do.
    pub session_replay: bool,
    /// Who opts out is left out.
    pub respect_opt_out: bool,
    /// First-party path of the proxy for posthog-js; `None` sends browsers straight to PostHog.
    pub proxy_path: Option<String>,
    /// Events that wait at most; large ones as if they were several, see `posthog::delivery`.
    pub queue_size: usize,
    /// How long a batch is retried before it counts as lost.
    pub retry: Duration,
    /// How batches of events are sent.
    pub compression: Compression,
    /// How long a request waits for PostHog's answer about flags. Above 300 ms there is room for
    /// one retry, 300 ms after an attempt that broke off.
    pub flags_timeout: Duration,
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

impl PostHogSettings {
    /// Reads PostHog's settings.
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
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
            retry: reader.seconds("POSTHOG_RETRY_SECONDS", 900, 1..=86_400),
            compression: reader.parse("POSTHOG_COMPRESSION", Compression::Gzip),
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

    /// The host as a prefix for paths: no trailing slash.
    pub fn base_url(&self) -> &str {
        self.host.as_str().trim_end_matches('/')
    }
}

/// `POSTHOG_API_KEY` is the older name for the same thing.
fn project_token(reader: &mut Reader) -> String {
    const NAMES: [&str; 2] = ["POSTHOG_PROJECT_TOKEN", "POSTHOG_API_KEY"];
    let tokens = NAMES.map(|name| {
        let token = reader.text(name);
        if token.as_deref().is_some_and(is_secret_key) {
            // The value is not shown: whoever has it may read the whole project.
            reader.error(
                name,
                "holds a personal or secret key (phx_…, phs_…), and this value stands in every page; \
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

fn secret_key(reader: &mut Reader) -> Option<Secret> {
    const NAME: &str = "POSTHOG_SECRET_KEY";
    let key = reader.text(NAME)?;
    refuse_decoration(reader, NAME, &key, "the key (phx_…, phs_…)");
    Some(Secret::new(key))
}

/// PostHog would answer 200 to a token in quotes, or to a placeholder of its docs, and keep nothing. The value is not
/// shown: it may be a key.
fn refuse_decoration(reader: &mut Reader, name: &str, value: &str, what: &str) {
    let strange = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if let Some(strange) = value.chars().find(strange) {
        reader.error(
            name,
            format_args!(
                "holds {strange:?}, which no token of PostHog's has; copy {what} from the project's settings, without \
                 quotes, spaces or brackets around it"
            ),
        );
    }
}

fn project_id(reader: &mut Reader) -> Option<u64> {
    let text = reader.text("POSTHOG_PROJECT_ID")?;
    let id = text.parse().ok();
    if id.is_none() {
        reader.error(
            "POSTHOG_PROJECT_ID",
            format_args!(
                "{text:?} is not the number of a project; it stands in the address of every page of \
                 PostHog, behind /project/"
            ),
        );
    }
    id
}

/// The compiled-in default is checked like a value: it came from an answer to the generator.
fn posthog_host(reader: &mut Reader) -> Url {
    const EXAMPLE: &str = "https://us.i.posthog.com";
    let text = reader.text_or_default("POSTHOG_HOST");
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
            reader.error(
                "POSTHOG_HOST",
                format_args!("{text:?} is not an address such as {EXAMPLE}"),
            );
            Url::parse(EXAMPLE).expect("the example is an address")
        }
    }
}

/// Here an empty value means something: straight to PostHog.
fn proxy_path(reader: &mut Reader) -> Option<String> {
    let Some(text) = reader.raw("POSTHOG_PROXY_PATH") else {
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
        reader.error(
            "POSTHOG_PROXY_PATH",
            format_args!("{text:?} is not a path of this app such as /relay"),
        );
    }
    Some(path.to_owned())
}

/// PostHog's prefixes for keys that belong to a person or to a server.
fn is_secret_key(token: &str) -> bool {
    let token = token.trim_start_matches(['"', '\'']).to_ascii_lowercase();
    token.starts_with("phx_") || token.starts_with("phs_")
}
