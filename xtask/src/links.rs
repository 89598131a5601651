//! The links in `generator/embed/`, which bring the template into the package.
//!
//! There is a link for each entry of the template's top folder, and for the tests in `vendor/`, which
//! `hoglet vendor --with-tests` writes. A crate inside the template has its own folder, with a link for each of its
//! entries, because cargo does not package a folder that has a `Cargo.toml`.

use std::collections::BTreeMap;

use hoglet::template::questions::Questions;

use crate::{Tree, embedded};

/// Each link's path in `generator/embed/`, and its target.
pub fn derive(template: &Tree, questions: &Questions) -> BTreeMap<String, String> {
    let crates: Vec<&str> = template
        .keys()
        .filter_map(|path| path.strip_suffix("Cargo.toml"))
        .filter(|folder| folder.ends_with('/'))
        .collect();
    embedded::paths(template, questions)
        .map(|path| {
            let inner = crates.iter().filter(|folder| path.starts_with(**folder));
            let folder = inner.max_by_key(|folder| folder.len()).unwrap_or(&"");
            let entry = path[folder.len()..].split('/').next().unwrap_or_default();
            let name = format!("{folder}{entry}");
            let up = "../".repeat(folder.matches('/').count());
            (format!("{name}.in"), format!("{up}../../template/{name}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_inside_the_template_has_a_folder_of_links() {
        let files = [
            "Cargo.toml",
            "Cargo.toml.liquid",
            "inner/Cargo.toml",
            "inner/src/lib.rs",
            "inner/tests/own.rs",
            "vendor/one/Cargo.toml",
            "vendor/one/tests/web/main.rs",
            "src/a.rs",
            "src/b/c.rs",
        ];
        let template = files.map(|path| (path.to_owned(), Vec::new())).into();
        let questions = Questions {
            ignored: vec!["inner/tests".to_owned(), "vendor/one/tests".to_owned()],
            ..Questions::default()
        };
        let links = derive(&template, &questions);
        let links: Vec<(&str, &str)> = links
            .iter()
            .map(|(name, target)| (name.as_str(), target.as_str()))
            .collect();
        assert_eq!(
            links,
            [
                ("Cargo.toml.liquid.in", "../../template/Cargo.toml.liquid"),
                ("inner/Cargo.toml.in", "../../../template/inner/Cargo.toml"),
                ("inner/src.in", "../../../template/inner/src"),
                ("src.in", "../../template/src"),
                (
                    "vendor/one/Cargo.toml.in",
                    "../../../../template/vendor/one/Cargo.toml"
                ),
                (
                    "vendor/one/tests.in",
                    "../../../../template/vendor/one/tests"
                ),
            ]
        );
    }
}
