//! Local paths: redirect targets that come from a request.

use url::Url;

/// The longest path, in bytes. Without a limit, a request could fill a cookie or a table.
pub const MAX_BYTES: usize = 2000;

/// Returns the path if it is a path of this app.
///
/// A path that a browser could read as another host is refused, such as `//host`, `/\host` or a path with control
/// characters. So is a path longer than [`MAX_BYTES`].
pub fn local_path(next: &str) -> Option<&str> {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let local = next.len() <= MAX_BYTES
        && next.starts_with('/')
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic())
        && !could_name_a_host(path);
    local.then_some(next)
}

/// Whether a path could lead to another host, if a script, a link or a `Location` contains only this path.
///
/// Such paths are `//host`, `/\host`, their percent-encoded forms, which a proxy may decode, and `/.//host`, which
/// browsers turn into `//host`.
pub fn could_name_a_host(path: &str) -> bool {
    if !path.contains("//") && !path.contains(['\\', '%']) {
        return false;
    }
    // The path is checked both as a browser normalizes it and as it was written: `//host/../..` normalizes to `/`,
    // but names a host if it is used alone.
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

/// The address of a page with the path to open next, such as `/login?next=%2Fprofile`.
///
/// If the path is not a path of this app, the address has no `next`.
pub fn leading_to(page: &str, next: &str) -> String {
    let Some(next) = local_path(next) else {
        return page.to_owned();
    };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}
