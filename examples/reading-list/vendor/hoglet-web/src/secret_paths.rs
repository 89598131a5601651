//! Paths that contain a token: `/reset-password/{token}`.
//!
//! Anyone who reads such a path can use the token. So the token is masked in the log, in PostHog and for the
//! next page.
//!
//! The route table marks these paths by the name of the parameter. The match is tolerant, because a path that is
//! mistyped, encoded twice or continued gets a 404, but still contains the token.

use std::borrow::Cow;

use hoglet_errors::decoded;

/// Replaces a token.
const MASK: &str = "***";
/// Separates parameters, and their names from their values.
const SEPARATORS: [char; 5] = ['?', '#', '&', '=', ';'];

/// The paths of an app that contain a token.
#[derive(Clone, Debug, Default)]
pub struct SecretPaths {
    secret: Vec<SecretPath>,
    /// Routes without a parameter. They contain no token.
    plain: Vec<&'static str>,
}

#[derive(Clone, Debug)]
struct SecretPath {
    /// The segments before the token. `None` means a parameter.
    before: Vec<Option<&'static str>>,
    /// The masked path: `/reset-password/***`
    shown: String,
}

impl SecretPaths {
    /// Finds the secret paths of a route table.
    pub fn among(paths: impl IntoIterator<Item = &'static str> + Clone) -> Self {
        let all = paths.clone().into_iter();
        Self {
            secret: all.filter_map(SecretPath::of).collect(),
            plain: paths
                .into_iter()
                .filter(|path| !path.contains('{'))
                .collect(),
        }
    }

    /// The path with a mask in place of its token and everything after it. `None` if it contains no token.
    pub fn masked(&self, path: &str) -> Option<String> {
        if self.secret.is_empty() || self.plain.contains(&path.trim_end_matches('/')) {
            return None;
        }
        let path = decoded(path);
        let segments: Vec<&str> = path
            .split(['/', '\\'])
            .map(|segment| segment.split(';').next().unwrap_or_default().trim())
            .filter(|segment| !segment.is_empty())
            .collect();
        let mut secret = self.secret.iter();
        secret
            .find(|secret| secret.is_in(&segments))
            .map(|secret| secret.shown.clone())
    }

    /// Masks the tokens in an address, with or without a host: in its path, and in addresses in its
    /// parameters.
    pub fn masked_address<'a>(&self, address: &'a str) -> Cow<'a, str> {
        if self.secret.is_empty() {
            return Cow::Borrowed(address);
        }
        let begin = match address.split_once("://") {
            Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => {
                let host = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                address.len() - rest.len() + host
            }
            _ => 0,
        };
        let end = address[begin..]
            .find(['?', '#'])
            .map_or(address.len(), |at| begin + at);
        let path = &address[begin..end];
        let masked = self.masked(path);
        let parameters = self.masked_parameters(&address[end..]);
        if masked.is_none() && matches!(parameters, Cow::Borrowed(_)) {
            return Cow::Borrowed(address);
        }
        let path = masked.as_deref().unwrap_or(path);
        Cow::Owned(format!("{}{path}{parameters}", &address[..begin]))
    }

    fn masked_parameters<'a>(&self, parameters: &'a str) -> Cow<'a, str> {
        let mut masked = String::new();
        let mut found = false;
        for parameter in parameters.split_inclusive(SEPARATORS) {
            let value = parameter.trim_end_matches(SEPARATORS);
            let separator = &parameter[value.len()..];
            let address = decoded(value);
            let path = address.split(['?', '#']).next().unwrap_or_default();
            match self.masked(path) {
                Some(path) => {
                    masked.push_str(&path);
                    found = true;
                }
                None => masked.push_str(value),
            }
            masked.push_str(separator);
        }
        if found {
            Cow::Owned(masked)
        } else {
            Cow::Borrowed(parameters)
        }
    }
}

impl SecretPath {
    fn of(path: &'static str) -> Option<Self> {
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let is_token = |segment: &&str| matches!(*segment, "{token}" | "{*token}");
        segments.clone().find(is_token)?;
        let before: Vec<&str> = segments.take_while(|segment| !is_token(segment)).collect();
        Some(Self {
            shown: before
                .iter()
                .chain([&MASK])
                .map(|segment| format!("/{segment}"))
                .collect(),
            before: before
                .into_iter()
                .map(|segment| (!segment.starts_with('{')).then_some(segment))
                .collect(),
        })
    }

    /// Matches anywhere in the path, because people paste links after other text.
    fn is_in(&self, segments: &[&str]) -> bool {
        let length = self.before.len() + 1;
        let named = self.before.iter().any(Option::is_some);
        let places = if named { usize::MAX } else { 1 };
        segments.windows(length).take(places).any(|window| {
            let mut pairs = self.before.iter().zip(window);
            pairs.all(|(known, sent)| known.is_none_or(|known| known.eq_ignore_ascii_case(sent)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths() -> SecretPaths {
        SecretPaths::among([
            "/",
            "/reset-password",
            "/reset-password/sent",
            "/reset-password/{token}",
            "/teams/{id}/join/{token}/now",
            "/orders/{id}",
        ])
    }

    #[test]
    fn a_token_and_all_that_follows_it_is_masked_however_it_is_written() {
        for path in [
            "/reset-password/T",
            "/reset-password/T/",
            "//reset-password//T",
            "/reset-password/T/x/y",
            "/Reset-Password/T",
            "/reset%2Dpassword/T",
            "/reset-password%2FT",
            "/reset-password%252fT",
            "/reset-password/%54",
            "/reset-password;a=b/T;c",
            "/reset-password\\T",
            "/app/reset-password/T",
            "/reset-password/../T",
            "/reset-password/sent/T",
            "reset-password/T",
        ] {
            assert_eq!(
                paths().masked(path).as_deref(),
                Some("/reset-password/***"),
                "{path}"
            );
        }
        let masked = paths().masked("/teams/7/join/T/now");
        assert_eq!(masked.as_deref(), Some("/teams/{id}/join/***"));
        assert!(paths().masked("/teams/7/join/T").is_some());
    }

    #[test]
    fn what_holds_no_token_stays() {
        for path in [
            "/",
            "",
            "/reset-password",
            "/reset-password/",
            "/reset-password/sent",
            "/reset-password/sent/",
            "/orders/7",
            "/teams/7/join",
            "/%",
            "/%zz%2",
        ] {
            assert_eq!(paths().masked(path), None, "{path}");
            assert_eq!(paths().masked_address(path), path);
        }
        assert_eq!(SecretPaths::default().masked("/reset-password/T"), None);
    }

    #[test]
    fn addresses_keep_what_is_around_the_path() {
        for (address, masked) in [
            (
                "https://shop.example/reset-password/T?a=1#b",
                "https://shop.example/reset-password/***?a=1#b",
            ),
            ("/reset-password/T?a=1", "/reset-password/***?a=1"),
            (
                "/reset-password/T?a=https://shop.example/b",
                "/reset-password/***?a=https://shop.example/b",
            ),
            (
                "/a?b=/reset-password/T?c=://d",
                "/a?b=/reset-password/***?c=://d",
            ),
            (
                "/login?next=%2Freset-password%2FT&a=1",
                "/login?next=/reset-password/***&a=1",
            ),
            (
                "https://shop.example?next=https%3A%2F%2Fx.example%2Freset-password%2FT%3Fb",
                "https://shop.example?next=/reset-password/***",
            ),
            ("https://shop.example", "https://shop.example"),
            ("/orders/7?a=b==&c;d#e", "/orders/7?a=b==&c;d#e"),
        ] {
            assert_eq!(paths().masked_address(address), masked);
        }
    }

    #[test]
    fn a_token_may_stand_at_the_beginning() {
        let paths = SecretPaths::among(["/{token}"]);
        assert_eq!(paths.masked("/T").as_deref(), Some("/***"));
        assert_eq!(paths.masked("/"), None);
    }
}
