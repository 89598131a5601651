//! The files of a template, by their paths in an app.

use std::collections::BTreeMap;

use crate::template::Tree;

/// The contents of each file, by path.
pub type Contents<'a> = BTreeMap<&'a str, &'a [u8]>;

/// The files of a template. `X.liquid` has the path `X`.
pub fn contents(tree: &Tree) -> Contents<'_> {
    let is_rendered = |path: &&String| path.ends_with(".liquid");
    let copied = tree.iter().filter(|(path, _)| !is_rendered(path));
    let rendered = tree.iter().filter(|(path, _)| is_rendered(path));
    // A file that is rendered comes last. It replaces the file with the same path, which exists only because the template is
    // a crate.
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
