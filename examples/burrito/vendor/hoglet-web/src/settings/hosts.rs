//! [`Hosts`]: the host names that the app answers to.
//!
//! A foreign web page can make its own host name point to this machine (DNS rebinding). The browser then lets
//! the page read the app's answers, such as the mail that development stores. The `Host` header reveals such
//! a request.

use std::net::{IpAddr, Ipv4Addr};

use url::Url;

use super::environment::Environment;
use super::reader::Reader;

/// A host in a request or a setting: `example.com`, `[::1]:8000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// In lower case and ASCII, without a final dot. An IPv6 address is in brackets.
    name: String,
    port: Option<u16>,
}

impl Host {
    /// Parses a name or an address, with or without a port.
    pub fn parse(text: &str) -> Option<Self> {
        let end = match text.find(']') {
            Some(bracket) => bracket + 1,
            None => text.find(':').unwrap_or(text.len()),
        };
        let (name, port) = text.split_at(end);
        let port = match port {
            "" | ":" => None,
            _ => {
                let digits = port.strip_prefix(':')?;
                let digits = digits
                    .bytes()
                    .all(|digit| digit.is_ascii_digit())
                    .then_some(digits)?;
                Some(digits.parse().ok()?)
            }
        };
        let name = name.strip_suffix('.').unwrap_or(name);
        let is_invalid = |character: char| {
            character.is_ascii()
                && !character.is_ascii_alphanumeric()
                && !"-_.[:]".contains(character)
        };
        // `.example.com` is not a host, and patterns are not supported.
        let has_empty_label = name.split('.').any(str::is_empty);
        if has_empty_label || name.contains(is_invalid) {
            return None;
        }
        // Parsing an address is slow, and every request names a host.
        if is_normal(name) {
            let name = name.to_owned();
            return Some(Self { name, port });
        }
        let url = Url::parse(&format!("http://{name}")).ok()?;
        let name = url.host_str().filter(|name| !name.is_empty())?.to_owned();
        (url.port().is_none() && url.path() == "/").then_some(Self { name, port })
    }

    /// Whether this is a loopback address, `localhost`, or a name below it.
    fn is_this_machine(&self) -> bool {
        let address = self.name.trim_matches(['[', ']']).parse::<IpAddr>();
        match address {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => self.name == "localhost" || self.name.ends_with(".localhost"),
        }
    }
}

/// Whether a browser writes a name as it is: an IPv4 address, or a domain in lower case.
///
/// A domain with a final label such as `0x7f` is an address, and one with `xn--` may be invalid.
fn is_normal(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    name.parse::<Ipv4Addr>().is_ok()
        || last.starts_with(|letter: char| letter.is_ascii_lowercase())
            && name.bytes().all(is_plain)
            && !name.contains("xn--")
}

/// The hosts that the app answers to. Health checks are answered for any host.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// The host of `APP_URL` or else `HOST`, and `ALLOWED_HOSTS`.
    listed: Vec<Host>,
    /// Whether the app also answers to the names of this machine.
    this_machine: bool,
}

impl Hosts {
    /// Reads `ALLOWED_HOSTS`.
    pub(super) fn read(
        reader: &mut Reader,
        environment: Environment,
        host: &str,
        app_url: Option<&Url>,
    ) -> Self {
        let reason = "is not a host such as www.example.com or 10.0.0.7:8000";
        let mut listed = reader.parse_list("ALLOWED_HOSTS", reason, Host::parse);
        let production = environment == Environment::Production;
        let bracketed = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        let public = app_url.and_then(Url::host_str);
        let own = if production && public.is_some() {
            [public, None]
        } else {
            [public, Some(bracketed.as_str())]
        };
        listed.extend(own.into_iter().flatten().filter_map(Host::parse));
        Self {
            listed,
            // Without APP_URL the app has no public name, so people try it on this machine.
            this_machine: !production || app_url.is_none(),
        }
    }

    /// Whether a request for this host is answered. The port matters only if `ALLOWED_HOSTS` names one.
    pub fn contain(&self, host: &Host) -> bool {
        let mut listed = self.listed.iter();
        listed.any(|known| {
            known.name == host.name && (known.port.is_none() || known.port == host.port)
        }) || (self.this_machine && host.is_this_machine())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str, port: Option<u16>) -> Option<Host> {
        let name = name.to_owned();
        Some(Host { name, port })
    }

    #[test]
    fn a_host_is_read_however_it_is_written() {
        for (text, expected) in [
            ("example.com", host("example.com", None)),
            ("EXAMPLE.com.:8000", host("example.com", Some(8000))),
            ("example.com:", host("example.com", None)),
            ("bücher.example", host("xn--bcher-kva.example", None)),
            ("127.0.0.1:80", host("127.0.0.1", Some(80))),
            ("127.1", host("127.0.0.1", None)),
            ("[::1]", host("[::1]", None)),
            ("[0:0:0:0:0:0:0:1]:8000", host("[::1]", Some(8000))),
            ("web_1", host("web_1", None)),
        ] {
            assert_eq!(Host::parse(text), expected, "{text}");
        }
        for text in [
            "",
            ".",
            ":80",
            "::1",
            "[::1",
            "[::1]x",
            "a b",
            "*",
            "*.example.com",
            ".example.com",
            "www..example.com",
            "https://example.com",
            "example.com/",
            "user@example.com",
            "example.com:x",
            "example.com:70000",
            "example.com:80:80",
            "example.com?",
            "example.com#",
        ] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_normal_name_is_written_as_the_url_parser_writes_it() {
        for name in [
            "example.com",
            "localhost",
            "a--b.example",
            "-a-.x-",
            "0x7f.a",
            "1.2.3.a",
            "127.0.0.1",
        ] {
            assert!(is_normal(name), "{name}");
            let url = Url::parse(&format!("http://{name}")).expect("an address");
            assert_eq!(url.host_str(), Some(name));
        }
        for name in [
            "127.1",
            "a.0x7f",
            "a.1",
            "EXAMPLE.com",
            "web_1",
            "xn--a",
            "a.xn--b",
            "127.0.0.01",
            "b\u{fc}cher.example",
        ] {
            assert!(!is_normal(name), "{name}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_addresses_and_names() {
        for text in [
            "localhost",
            "LOCALHOST:1",
            "shop.localhost",
            "127.0.0.1",
            "127.8.8.8",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(
                Host::parse(text).is_some_and(|host| host.is_this_machine()),
                "{text}"
            );
        }
        for text in [
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::2]",
            "0.0.0.0",
        ] {
            assert!(
                Host::parse(text).is_some_and(|host| !host.is_this_machine()),
                "{text}"
            );
        }
    }
}
