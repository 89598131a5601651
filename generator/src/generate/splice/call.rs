//! Calls in a chain, with the line breaks of rustfmt.

/// rustfmt's `fn_call_width`. If the arguments are wider, each gets a line.
const WIDEST_ARGUMENTS: usize = 60;

/// A call in a chain: `.get("/posts", posts::index)`.
pub fn call(method: &str, arguments: &[&str]) -> String {
    let line = arguments.join(", ");
    if line.chars().count() <= WIDEST_ARGUMENTS {
        return format!(".{method}({line})");
    }
    let lines: String = arguments
        .iter()
        .map(|argument| format!("    {argument},\n"))
        .collect();
    format!(".{method}(\n{lines})")
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn wide_arguments_get_a_line_each() {
        assert_eq!(
            call("get", &["\"/posts\"", "posts::index"]),
            ".get(\"/posts\", posts::index)"
        );
        assert_eq!(call("job::<send::Send>", &[]), ".job::<send::Send>()");
        // The template's `routes.rs` has this call, formatted by rustfmt.
        assert_eq!(
            call(
                "post",
                &[
                    "\"/profile/sessions/delete-others\"",
                    "profile::sessions::end_others"
                ]
            ),
            ".post(\n    \"/profile/sessions/delete-others\",\n    profile::sessions::end_others,\n)"
        );
        let sixty = "a".repeat(60);
        assert_eq!(call("get", &[&sixty]), format!(".get({sixty})"));
        assert_eq!(
            call("get", &[&sixty, "b"]),
            format!(".get(\n    {sixty},\n    b,\n)")
        );
    }
}
