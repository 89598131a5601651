//! One variable at a time: text, numbers, lists, addresses. An error names its variable and the remedy.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use url::Url;

/// All that is wrong with the settings, one line each, every line naming its variable.
#[derive(Debug, thiserror::Error)]
#[error("these settings need a change:\n  {}", .0.join("\n  "))]
pub struct SettingsError(Vec<String>);

impl SettingsError {
    /// These lines.
    pub fn new(lines: Vec<String>) -> Self {
        Self(lines)
    }
}

/// Reads variables one by one and gathers what is wrong with them, and which there are.
pub struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// What was answered when the app was generated.
    defaults: HashMap<String, String>,
    asked: RefCell<Vec<String>>,
    errors: RefCell<Vec<String>>,
}

impl<'a> Reader<'a> {
    /// Reads from any source of variables, with these defaults behind it.
    pub fn new(
        variable: &'a dyn Fn(&str) -> Option<OsString>,
        defaults: HashMap<String, String>,
    ) -> Self {
        Self {
            variable,
            defaults,
            asked: RefCell::default(),
            errors: RefCell::default(),
        }
    }

    /// The settings, if nothing was wrong.
    ///
    /// # Errors
    ///
    /// All that was wrong.
    pub fn finish<S>(self, settings: S) -> Result<S, SettingsError> {
        let errors = self.errors.into_inner();
        if errors.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(errors))
        }
    }

    /// The names that were asked for, each once, in that order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }

    /// Notes that a variable needs a change: `reason` says which.
    pub fn error(&mut self, name: &str, reason: impl fmt::Display) {
        self.note(name, reason);
    }

    fn note(&self, name: &str, reason: impl fmt::Display) {
        self.errors.borrow_mut().push(format!("{name}: {reason}"));
    }

    /// A value as it stands, an empty one too. One that is not UTF-8 is an error, and then none.
    pub fn raw(&self, name: &str) -> Option<String> {
        let mut asked = self.asked.borrow_mut();
        let first = !asked.iter().any(|known| known == name);
        if first {
            asked.push(name.to_owned());
        }
        let value = (self.variable)(name)?.into_string();
        if value.is_err() && first {
            self.note(name, "is not UTF-8 text");
        }
        value.ok()
    }

    /// A value without surrounding space; an empty one counts as absent.
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// A value or, where there is none, what was answered when the app was generated.
    pub fn text_or_default(&self, name: &str) -> String {
        let default = || self.defaults.get(name).cloned().unwrap_or_default();
        self.text(name).unwrap_or_else(default)
    }

    /// A value of a type that can be read from text.
    pub fn parse<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, default: T) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|error| {
            self.error(name, format_args!("{text:?}: {error}"));
            default
        })
    }

    /// A whole number.
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

    /// A time in whole seconds.
    pub fn seconds(
        &mut self,
        name: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Duration {
        Duration::from_secs(self.number(name, default, range))
    }

    /// Yes or no.
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

    /// Values with commas or spaces between them.
    pub fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split([',', ' ', '\t', '\n'])
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// An origin such as `https://example.com`.
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

    /// Some of them.
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

    /// Networks such as `10.0.0.0/8`.
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
