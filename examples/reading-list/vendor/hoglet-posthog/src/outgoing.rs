//! The HTTP client for PostHog, and the proxy that it uses.
//!
//! As with curl, the proxy is that of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in upper or
//! lower case. But requests to this machine never use a proxy: the stand-in of `hoglet dev` runs here, and a
//! company's proxy cannot reach it.

use std::error::Error;
use std::ffi::OsStr;
use std::net::IpAddr;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{ClientBuilder, Proxy, Url};

/// The proxies of the environment.
pub struct Proxies {
    matcher: Matcher,
    http: Option<String>,
    https: Option<String>,
}

impl Proxies {
    /// Reads the variables of the process.
    pub fn from_environment() -> Self {
        Self::new(&|name| std::env::var(name).ok())
    }

    /// Reads variables with this function.
    pub fn new(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| {
            let given = [name.to_owned(), name.to_lowercase()];
            given
                .iter()
                .filter_map(|name| variable(name))
                .find(|value| !value.trim().is_empty())
        };
        // In a CGI script HTTP_PROXY holds the request's header `Proxy`, which a client can set.
        let http = either("HTTP_PROXY").filter(|_| variable("REQUEST_METHOD").is_none());
        let all = either("ALL_PROXY");
        let http = http.or_else(|| all.clone());
        let https = either("HTTPS_PROXY").or(all);
        let matcher = Matcher::builder()
            .http(http.clone().unwrap_or_default())
            .https(https.clone().unwrap_or_default())
            .no(either("NO_PROXY").unwrap_or_default())
            .build();
        Self {
            matcher,
            http,
            https,
        }
    }

    /// The proxy for an address, with its user and password; none if no proxy applies.
    fn on_the_way_to(&self, url: &Url) -> Option<&str> {
        if is_this_machine(url) {
            return None;
        }
        self.matcher.intercept(&url.as_str().parse().ok()?)?;
        match url.scheme() {
            "http" => self.http.as_deref(),
            "https" => self.https.as_deref(),
            _ => None,
        }
    }

    /// The proxy for an address, without user and password, for messages.
    pub fn name(&self, url: &str) -> Option<String> {
        let url = Url::parse(url).ok()?;
        self.on_the_way_to(&url)?;
        let uri = url.as_str().parse().ok()?;
        let proxy = self.matcher.intercept(&uri)?;
        Some(proxy.uri().to_string().trim_end_matches('/').to_owned())
    }
}

/// A builder for a client that uses the proxies of the environment.
pub fn client() -> ClientBuilder {
    let proxies = Arc::new(Proxies::from_environment());
    let proxy = Proxy::custom(move |url| proxies.on_the_way_to(url).map(str::to_owned));
    reqwest::Client::builder().proxy(proxy)
}

/// The proxy for an address, for messages; none if no proxy applies.
pub fn proxy_to(url: &str) -> Option<String> {
    Proxies::from_environment().name(url)
}

/// The proxies of the environment that cannot be used: each variable, its problem and the remedy.
///
/// The text does not contain the value, which may contain a password.
pub fn unusable_proxies() -> Vec<String> {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let names = names.map(|name| [name.to_owned(), name.to_lowercase()]);
    let complaint = |name: String| {
        let wrong = wrong_with(&std::env::var_os(&name)?)?;
        Some(format!("{name} {wrong}"))
    };
    names.into_iter().flatten().filter_map(complaint).collect()
}

fn wrong_with(proxy: &OsStr) -> Option<&'static str> {
    let Some(proxy) = proxy.to_str() else {
        return Some("is not UTF-8 text, so it does not apply; correct it, or take it out");
    };
    if proxy.trim().is_empty() {
        return None;
    }
    let somewhere = "http://posthog.example/".parse().ok()?;
    let matcher = Matcher::builder().http(proxy).build();
    match matcher.intercept(&somewhere) {
        Some(found)
            if found
                .uri()
                .scheme_str()
                .is_some_and(|scheme| scheme.starts_with("socks")) =>
        {
            Some(
                "names a SOCKS proxy, which cannot be used; name an http:// proxy, or leave PostHog out with NO_PROXY",
            )
        }
        Some(_) if Proxy::all(proxy).is_ok() => None,
        _ => Some(
            "is not an address such as http://proxy.example:3128, so it does not apply; correct it, or take it out",
        ),
    }
}

/// Describes an error of a request, with its sources and the proxy.
///
/// The text does not contain the address, which may contain a token.
pub fn describe(error: reqwest::Error, url: &str) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text += ": ";
            text += &inner_text;
        }
        cause = inner.source();
    }
    text + &by_way_of(url)
}

/// A part of a message that names the proxy; empty if no proxy applies.
///
/// It is `, through the proxy http://proxy.example:3128 …`.
pub fn by_way_of(url: &str) -> String {
    proxy_to(url).map_or_else(String::new, |proxy| {
        format!(", through the proxy {proxy} (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY; NO_PROXY leaves it out)")
    })
}

/// Whether an address leads to this machine: loopback, unspecified, `localhost` or a name below it.
fn is_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let host = host.trim_matches(['[', ']']).trim_end_matches('.');
    match host.parse::<IpAddr>() {
        Ok(address) => {
            let address = address.to_canonical();
            address.is_loopback() || address.is_unspecified()
        }
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::new(&|name| {
            let found = variables.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_told() {
        for proxy in [
            "",
            " ",
            "proxy.example",
            "proxy.example:3128",
            "http://ann:hunter2@proxy.example:3128",
            "https://proxy.example",
            "http://[::1]:3128/",
        ] {
            assert_eq!(wrong_with(OsStr::new(proxy)), None, "{proxy}");
        }
        for (proxy, said) in [
            ("socks5://proxy.example:1080", "SOCKS"),
            ("socks5h://ann:hunter2@proxy.example", "SOCKS"),
            ("a proxy", "not an address"),
            ("http://", "not an address"),
            ("ftp://proxy.example", "not an address"),
            ("proxy.example:99999", "not an address"),
        ] {
            let wrong = wrong_with(OsStr::new(proxy));
            assert!(
                wrong.is_some_and(|wrong| wrong.contains(said)),
                "{proxy}: {wrong:?}"
            );
        }
    }

    const HERE: &[&str] = &[
        "http://127.0.0.1:8010/batch/",
        "https://127.8.9.1/",
        "http://127.1:80/",
        "http://[::1]:8010/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost:8010",
        "http://LOCALHOST./",
        "https://posthog.localhost/",
        "http://0.0.0.0:8010/",
    ];
    const ELSEWHERE: &[&str] = &[
        "https://us.i.posthog.com/batch/",
        "http://10.0.0.1/",
        "http://localhost.example/",
        "http://notlocalhost/",
        "http://[2001:db8::1]/",
    ];

    #[test]
    fn this_machine_is_never_reached_through_a_proxy() {
        for name in ["ALL_PROXY", "all_proxy"] {
            let proxies = proxies(&[(name, "proxy.example:3128")]);
            for url in HERE {
                assert_eq!(proxies.name(url), None, "{url}");
            }
            for url in ELSEWHERE {
                let proxy = proxies.name(url);
                assert_eq!(proxy.as_deref(), Some("http://proxy.example:3128"), "{url}");
            }
        }
    }

    #[test]
    fn the_environment_says_which_proxy_and_its_password_is_not_shown() {
        let set = [
            ("http_proxy", "http://ann:hunter2@one.example:1"),
            ("HTTPS_PROXY", "two.example:2"),
            ("ALL_PROXY", "http://three.example:3"),
            ("NO_PROXY", "internal.example, 10.0.0.0/8"),
        ];
        let name = |url: &str| proxies(&set).name(url);
        assert_eq!(name("http://a.example/").unwrap(), "http://one.example:1");
        assert_eq!(name("https://a.example/").unwrap(), "http://two.example:2");
        assert_eq!(name("https://posthog.internal.example/"), None);
        assert_eq!(name("http://10.1.2.3/"), None);

        let url = Url::parse("http://a.example/").unwrap();
        let used = proxies(&set).on_the_way_to(&url).map(str::to_owned);
        assert_eq!(used.unwrap(), "http://ann:hunter2@one.example:1");
        let empty = proxies(&[("HTTPS_PROXY", " "), ("https_proxy", "two.example:2")]);
        assert_eq!(
            empty.name("https://a.example/").unwrap(),
            "http://two.example:2"
        );
        let cgi = proxies(&[("HTTP_PROXY", "one.example"), ("REQUEST_METHOD", "GET")]);
        assert_eq!(cgi.name("http://a.example/"), None);
        assert_eq!(proxies(&[]).name("http://a.example/"), None);
    }
}
