//! One variable at a time: text, numbers, lists, addresses. An error names its variable and the remedy.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use reqwest::Url;

use super::{
    Environment, SECRET_KEY_BYTES, Secret, Settings, SettingsError, new_secret_key, title_case,
};

/// Reads variables one by one and gathers what is wrong with them.
pub struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    errors: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            variable,
            errors: Vec::new(),
        }
    }

    /// The settings, if nothing was wrong.
    pub fn finish(self, settings: Settings) -> Result<Settings, SettingsError> {
        if self.errors.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(self.errors))
        }
    }

    fn error(&mut self, name: &str, reason: impl fmt::Display) {
        self.errors.push(format!("{name}: {reason}"));
    }

    /// A value without surrounding space; an empty one counts as absent.
    pub fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    pub fn parse<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, default: T) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|error| {
            self.error(name, format_args!("{text:?}: {error}"));
            default
        })
    }

    /// By default the project's name, in title case.
    pub fn app_name(&mut self) -> String {
        match self.text("APP_NAME") {
            Some(name) if name.chars().any(char::is_control) => {
                self.error("APP_NAME", "must be one line of text");
                name
            }
            Some(name) => name,
            None => title_case(env!("CARGO_PKG_NAME")),
        }
    }

    pub fn host(&mut self) -> String {
        let host = self.text("HOST").unwrap_or_else(|| "127.0.0.1".into());
        if host.parse::<std::net::IpAddr>().is_err() && host != "localhost" {
            self.error(
                "HOST",
                format_args!(
                    "{host:?} is not an IP address to listen on; try 127.0.0.1 or 0.0.0.0"
                ),
            );
        }
        host
    }

    pub fn number(
        &mut self,
        name: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> u64 {
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

    pub fn boolean(&mut self, name: &str, default: bool) -> bool {
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

    pub fn origin(&mut self, name: &str) -> Option<Url> {
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

    pub fn origins(&mut self, name: &str) -> Vec<String> {
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

    pub fn networks(&mut self, name: &str) -> Vec<IpNet> {
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

    pub fn database_url(&mut self, defaults: &HashMap<String, String>) -> Secret {
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

    pub fn secret_key(&mut self, environment: Environment) -> Secret {
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

    /// `POSTHOG_API_KEY` is the older name for the same thing.
    pub fn project_token(&mut self) -> String {
        const NAMES: [&str; 2] = ["POSTHOG_PROJECT_TOKEN", "POSTHOG_API_KEY"];
        let tokens = NAMES.map(|name| {
            let token = self.text(name);
            if token.as_deref().is_some_and(is_secret_key) {
                // The value is not shown: whoever has it may read the whole project.
                self.error(
                    name,
                    "holds a personal or secret key (phx_…, phs_…), and this value stands in every page; \
                     set the project token (phc_…) here, and the key as POSTHOG_SECRET_KEY",
                );
            }
            token
        });
        match tokens {
            [Some(token), Some(other)] if token != other => {
                self.error(
                    NAMES[0],
                    "differs from POSTHOG_API_KEY, which is the same setting; remove one of the two",
                );
                token
            }
            [token, other] => token.or(other).unwrap_or_default(),
        }
    }

    /// The compiled-in default is checked like a value: it came from an answer to the generator.
    pub fn posthog_host(&mut self, defaults: &HashMap<String, String>) -> Url {
        const EXAMPLE: &str = "https://us.i.posthog.com";
        let text = self.text("POSTHOG_HOST");
        let text = text.unwrap_or_else(|| defaults["POSTHOG_HOST"].clone());
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
                    format_args!("{text:?} is not an address such as {EXAMPLE}"),
                );
                Url::parse(EXAMPLE).expect("the example is an address")
            }
        }
    }

    /// Here an empty value means something: straight to PostHog.
    pub fn proxy_path(&mut self) -> Option<String> {
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
        } else if crate::routes::has_path(path) {
            self.error(
                "POSTHOG_PROXY_PATH",
                format_args!("{path:?} is taken by a page of this app; try /relay"),
            );
        }
        Some(path.to_owned())
    }
}

/// PostHog's prefixes for keys that belong to a person or to a server.
fn is_secret_key(token: &str) -> bool {
    let token = token.trim_start_matches(['"', '\'']).to_ascii_lowercase();
    token.starts_with("phx_") || token.starts_with("phs_")
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
