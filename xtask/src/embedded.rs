//! The files of the template that are embedded in the generator.

use std::borrow::Cow;

use hoglet::template::questions::Questions;
use hoglet::template::{self, vendored_crate};

use crate::Tree;

/// The paths of the embedded files.
pub fn paths<'a>(template: &'a Tree, questions: &'a Questions) -> impl Iterator<Item = &'a String> {
    template
        .keys()
        .filter(|path| !questions.ignores(path) || vendored_crate(path).is_some())
        // `X.liquid` replaces `X`.
        .filter(|path| !template.contains_key(&format!("{path}.liquid")))
}

/// The embedded files of the next build.
pub fn tree(template: &Tree, questions: &Questions) -> template::Tree {
    paths(template, questions)
        .map(|path| (path.clone(), Cow::Owned(template[path].clone())))
        .collect()
}
