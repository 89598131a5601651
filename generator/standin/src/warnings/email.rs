//! Finds e-mail addresses in values that should not contain any.

pub fn is_email(text: &str) -> bool {
    match text.split_once('@') {
        Some((name, host)) => {
            let plain = |part: &str| {
                !part.is_empty()
                    && !part.contains(|c: char| c.is_whitespace() || "@/<>\"".contains(c))
            };
            plain(name)
                && plain(host)
                && host.contains('.')
                && !host.starts_with('.')
                && !host.ends_with('.')
        }
        None => false,
    }
}

/// Whether a URL has an e-mail address in its query, plain or percent-encoded.
pub fn has_email(url: &str) -> bool {
    url.split_once('?').is_some_and(|(_, query)| {
        form_urlencoded::parse(query.as_bytes()).any(|(_, value)| is_email(&value))
    })
}
