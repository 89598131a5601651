//! The files of a template, by their paths in an app.

use std::collections::BTreeMap;

use crate::template::Tree;

/// Contents by path.
pub type Contents<'a> = BTreeMap<&'a str, &'a [u8]>;

/// Renames `X.liquid` to `X`.
pub fn contents(tree: &Tree) -> Contents<'_> {
    let is_rendered = |path: &&String| path.ends_with(".liquid");
    let copied = tree.iter().filter(|(path, _)| !is_rendered(path));
    let rendered = tree.iter().filter(|(path, _)| is_rendered(path));
    // A rendered file comes last, so that it replaces the file of the same path that makes the template a crate.
    copied
        .chain(rendered)
        .map(|(path, contents)| {
            (
                path.strip_suffix(".liquid").unwrap_or(path),
                contents.as_ref(),
            )
        })
        .collect()
}
