//! The `User-Agent` header, as text for people: `Firefox on Linux`.

/// The longest header that is stored, in characters. A longer one is cut.
const MAX_LENGTH: usize = 300;

/// Browsers by a part of their header.
///
/// The order matters: most browsers also name others, for compatibility.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// A short description of a browser.
pub fn describe(user_agent: &str) -> String {
    let named = |names: &[(&str, &'static str)]| {
        let mut names = names.iter();
        let found = names.find(|(part, _)| user_agent.contains(part));
        found.map(|(_, name)| *name)
    };
    match (named(BROWSERS), named(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "An unknown browser".to_owned(),
    }
}

/// The header as it is stored: cut, and without control characters, which could garble a terminal.
pub(crate) fn cut(user_agent: &[u8]) -> String {
    let text = String::from_utf8_lossy(user_agent);
    let plain = text.chars().filter(|letter| !letter.is_control());
    plain.take(MAX_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_have_the_names_that_people_know() {
        const MOZILLA: &str = "Mozilla/5.0";
        const KIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (user_agent, name) in [
            (
                format!("{MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
                "Firefox on Linux",
            ),
            (
                format!(
                    "{MOZILLA} (Windows NT 10.0; Win64; x64) {KIT} Chrome/140.0.0.0 Safari/537.36"
                ),
                "Chrome on Windows",
            ),
            (
                format!(
                    "{MOZILLA} (Windows NT 10.0; Win64; x64) {KIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
                ),
                "Edge on Windows",
            ),
            (
                format!(
                    "{MOZILLA} (Linux; Android 15; K) {KIT} Chrome/140.0.0.0 Mobile Safari/537.36"
                ),
                "Chrome on Android",
            ),
            (
                format!(
                    "{MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
                ),
                "Safari on iPhone",
            ),
            (
                format!(
                    "{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
                ),
                "Safari on macOS",
            ),
            ("curl/8.14.1".to_owned(), "curl"),
            (
                format!("{MOZILLA} (X11; Linux x86_64)"),
                "A browser on Linux",
            ),
            (String::new(), "An unknown browser"),
        ] {
            assert_eq!(describe(&user_agent), name, "{user_agent}");
        }
    }

    #[test]
    fn a_stored_header_is_short_and_has_no_control_characters() {
        assert_eq!(cut(b"a\x1b[31m\tb\xff"), "a[31mb\u{fffd}");
        assert_eq!(cut("é".repeat(400).as_bytes()).chars().count(), 300);
    }
}
