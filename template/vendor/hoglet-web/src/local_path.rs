//! Paths that somebody else has written, and that a redirect may lead to.

use url::Url;

/// The longest path that is followed or kept, in bytes. Without a bound, one request could fill a cookie
/// or a table.
pub const MAX_BYTES: usize = 2000;

/// A path of this app, or nothing. Anything a browser could take for another host is refused:
/// `//host`, `/\host`, and what control characters make of a path. So is what is longer than
/// [`MAX_BYTES`].
pub fn local_path(next: &str) -> Option<&str> {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let local = next.len() <= MAX_BYTES
        && next.starts_with('/')
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic())
        && !could_name_a_host(path);
    local.then_some(next)
}

/// Whether a path could be read as the name of another host, once it stands alone in a script, a link
/// or a `Location`: `//host`, `/\host`, their percent-encoded forms, which a proxy may decode, and
/// `/.//host`, which browsers make `//host` of.
pub fn could_name_a_host(path: &str) -> bool {
    if !path.contains("//") && !path.contains(['\\', '%']) {
        return false;
    }
    // As a browser normalizes it, behind a host that is not in question. `//host/../..` is `/` there,
    // and yet a host where it stands alone, so the path counts as it was written, too.
    let Ok(url) = Url::parse(&format!("http://host{path}")) else {
        return true;
    };
    begins_with_two_slashes(path) || begins_with_two_slashes(url.path())
}

fn begins_with_two_slashes(path: &str) -> bool {
    let rest = path.get(1..4).or(path.get(1..)).unwrap_or_default();
    let rest = rest.to_ascii_lowercase();
    ["/", "\\", "%2f", "%5c"]
        .iter()
        .any(|slash| rest.starts_with(slash))
}

/// The address of a page that leads on to such a path, as `/login?next=%2Fprofile` does; the page
/// alone, where the path is not one of this app.
pub fn leading_to(page: &str, next: &str) -> String {
    let Some(next) = local_path(next) else {
        return page.to_owned();
    };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}
