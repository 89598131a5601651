//! Paths that somebody else has written, and that a redirect may lead to.

/// A path of this app, or nothing. Anything a browser could take for another host is refused:
/// `//host`, `/\host`, and what control characters make of a path.
pub fn local_path(next: &str) -> Option<&str> {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    local.then_some(next)
}

/// The address of a page that leads on to such a path, as `/login?next=%2Fprofile` does.
pub fn leading_to(page: &str, next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}
