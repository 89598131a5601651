//! [`Reader`]: reads variables as text, numbers, lists and addresses, and collects their errors.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use hoglet_errors::mask_credentials;
use ipnet::IpNet;
use url::Url;

use super::secret::Secret;

const NOT_AN_ORIGIN: &str = "is not an origin such as https://example.com";

/// All errors in the settings: one line each, with the name of the variable.
#[derive(Debug, thiserror::Error)]
#[error("these settings need a change:\n  {}", .0.join("\n  "))]
pub struct SettingsError(Vec<String>);

impl SettingsError {
    /// An error with these lines.
    pub fn new(lines: Vec<String>) -> Self {
        Self(lines)
    }
}

/// Reads variables one by one, and collects their errors and names.
pub struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The defaults from the answers to the generator.
    defaults: HashMap<String, String>,
    names: RefCell<Vec<String>>,
    errors: RefCell<Vec<String>>,
}

impl<'a> Reader<'a> {
    /// A reader for any source of variables, with default values.
    pub fn new(
        variable: &'a dyn Fn(&str) -> Option<OsString>,
        defaults: HashMap<String, String>,
    ) -> Self {
        Self {
            variable,
            defaults,
            names: RefCell::default(),
            errors: RefCell::default(),
        }
    }

    /// Returns the settings, if there was no error.
    ///
    /// # Errors
    ///
    /// All errors that were reported.
    pub fn finish<S>(self, settings: S) -> Result<S, SettingsError> {
        let errors = self.errors.into_inner();
        if errors.is_empty() {
            Ok(settings)
        } else {
            Err(SettingsError(errors))
        }
    }

    /// The names of the variables that were read, each once, in order.
    pub fn names(&self) -> Vec<String> {
        self.names.borrow().clone()
    }

    /// Reports an error in a variable. `reason` tells what to change.
    ///
    /// `reason` must not show the value: use [`Reader::refuse`] for that.
    pub fn error(&mut self, name: &str, reason: impl fmt::Display) {
        self.note(name, reason);
    }

    /// Reports a bad value, or a bad item of a list. The message shows the value before `reason`.
    ///
    /// It never shows a user or a password in the value.
    pub fn refuse(&mut self, name: &str, value: &str, reason: impl fmt::Display) {
        let all = self.text(name).unwrap_or_default();
        // A password may contain the separator of a list, so an item may be a part of a password.
        let shown = match mask_credentials(&all) {
            masked if masked != all => masked,
            _ => mask_credentials(value),
        };
        self.note(name, format_args!("{shown:?} {reason}"));
    }

    fn note(&self, name: &str, reason: impl fmt::Display) {
        self.errors.borrow_mut().push(format!("{name}: {reason}"));
    }

    /// The value as it is, even if it is empty. A value that is not UTF-8 is an error and counts as absent.
    pub fn raw(&self, name: &str) -> Option<String> {
        let mut names = self.names.borrow_mut();
        let first = !names.iter().any(|known| known == name);
        if first {
            names.push(name.to_owned());
        }
        let value = (self.variable)(name)?.into_string();
        if value.is_err() && first {
            self.note(name, "is not UTF-8 text");
        }
        value.ok()
    }

    /// The value without surrounding space. An empty value counts as absent.
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// The value, or the default from the answers to the generator.
    pub fn text_or_default(&self, name: &str) -> String {
        let default = || self.defaults.get(name).cloned().unwrap_or_default();
        self.text(name).unwrap_or_else(default)
    }

    /// A secret, such as the key of another company's API. No log shows it.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    /// A value of a type that can be parsed.
    pub fn parse<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, default: T) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|error| {
            self.refuse(name, &text, format_args!("is not valid: {error}"));
            default
        })
    }

    /// A whole number.
    pub fn number(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
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

    /// A duration in whole seconds.
    pub fn seconds(&mut self, name: &str, default: u64, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(name, default, range))
    }

    /// A boolean.
    pub fn boolean(&mut self, name: &str, default: bool) -> bool {
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

    /// A list, separated by commas or spaces.
    pub fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split([',', ' ', '\t', '\n'])
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// An address such as `https://example.com/hook?id=7`.
    pub fn url(&mut self, name: &str) -> Option<Url> {
        let text = self.text(name)?;
        let url = Url::parse(&text).ok().filter(Url::has_host);
        if url.is_none() {
            self.refuse(
                name,
                &text,
                "is not an address such as https://example.com/hook",
            );
        }
        url
    }

    /// An origin such as `https://example.com`.
    pub fn origin(&mut self, name: &str) -> Option<Url> {
        let text = self.text(name)?;
        let url = parse_origin(&text);
        if url.is_none() {
            self.refuse(name, &text, NOT_AN_ORIGIN);
        }
        url
    }

    /// A list of origins.
    pub fn origins(&mut self, name: &str) -> Vec<String> {
        self.parse_list(name, NOT_AN_ORIGIN, |item| {
            Some(parse_origin(item)?.origin().ascii_serialization())
        })
    }

    /// A list of networks such as `10.0.0.0/8`. An address is a network of its own.
    pub fn networks(&mut self, name: &str) -> Vec<IpNet> {
        self.parse_list(name, "is not a network such as 10.0.0.0/8", |item| {
            let address = || item.parse::<IpAddr>().map(IpNet::from).ok();
            item.parse().ok().or_else(address)
        })
    }

    /// A list of values. `reason` is the error for an item that cannot be parsed.
    pub fn parse_list<T>(
        &mut self,
        name: &str,
        reason: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut parsed = Vec::new();
        for item in self.list(name) {
            match parse(&item) {
                Some(value) => parsed.push(value),
                None => self.refuse(name, &item, reason),
            }
        }
        parsed
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_an_error_shows_no_password() {
        let variable = |name: &str| {
            let value = match name {
                "HOOK" => " https://example.com/hook?id=7 ",
                "MAIL" => "mailto:ann@example.com",
                "WORDS" => "https://ann:sesame@exa mple.com",
                _ => "",
            };
            Some(value.into())
        };
        let mut reader = Reader::new(&variable, HashMap::new());
        let hook = reader.url("HOOK").map(|url| url.to_string());
        assert_eq!(hook.as_deref(), Some("https://example.com/hook?id=7"));
        assert_eq!(reader.url("EMPTY"), None);
        reader.url("MAIL");
        reader.url("WORDS");
        let errors = reader.finish(()).map_err(|errors| errors.to_string());
        let errors = errors.expect_err("two are wrong");
        assert_eq!(errors.matches(" is not an address such as ").count(), 2);
        assert!(errors.contains("MAIL: "), "{errors}");
        assert!(
            errors.contains("WORDS: ") && !errors.contains("sesame"),
            "{errors}"
        );
    }

    #[test]
    fn a_secret_is_not_shown() {
        let variable = |_: &str| Some("sesame".into());
        let reader = Reader::new(&variable, HashMap::new());
        let secret = reader.secret("KEY").expect("it is set");
        assert_eq!(secret.expose(), "sesame");
        assert_eq!(format!("{secret:?}"), "[secret]");
    }
}
