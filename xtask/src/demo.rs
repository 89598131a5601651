//! `.hoglet/generated.toml`: the demo in the journal of a new app.
//!
//! `hoglet destroy demo` reads it to remove the demo like a part that `hoglet generate` wrote.

use anyhow::{Context, ensure};
use hoglet::destroy::DEMO;
use hoglet::generate::journal::{Entry, FileEntry, Journal, LineEntry, sha256};

use crate::Tree;

/// The path of the journal in the template.
pub use hoglet::generate::journal::PATH;

/// The demo's own files and folders.
const PLACES: &[&str] = &[
    "src/demo",
    "src/demo.rs",
    "static/demo.css",
    "static/demo.js",
    "templates/demo",
    "tests/web/demo",
    "tests/web/demo.rs",
];

/// Lines of other files that refer to the demo: the file, the lines, and the lines without the demo.
const LINES: &[(&str, &str, &str)] = &[
    ("src/lib.rs", "pub mod demo;\n", ""),
    (
        "src/features.rs",
        "pub const AFTER_LOG_IN: &str = \"/dashboard\";\n",
        "pub const AFTER_LOG_IN: &str = \"/profile\";\n",
    ),
    (
        "src/features.rs",
        "pub const FEATURES: Features<AppState, user::Model> = Features(&[&crate::demo::Demo]);\n",
        "pub const FEATURES: Features<AppState, user::Model> = Features(&[]);\n",
    ),
    ("tests/web/main.rs", "mod demo;\n", ""),
    (
        ".env.example",
        "# Whether the profile has buttons that cause errors. Default: true, in production false\n# DEMO_ERRORS=\n\n",
        "",
    ),
    (
        "README.md",
        "| the demo, which you can remove | `src/demo/`, `templates/demo/`, `tests/web/demo/` |\n",
        "",
    ),
];

/// The journal, made from the files of the template.
///
/// # Errors
///
/// Fails if a file is missing in the template, or if it does not have its lines exactly once.
pub fn derive(template: &Tree) -> anyhow::Result<Vec<u8>> {
    let mut demo = Entry {
        command: DEMO.to_owned(),
        kind: DEMO.to_owned(),
        name: DEMO.to_owned(),
        ..Entry::default()
    };
    for place in PLACES {
        let files = template.iter().filter(|(path, _)| is_in(place, path));
        let before = demo.file.len();
        demo.file.extend(files.map(|(path, contents)| FileEntry {
            path: path.clone(),
            sha256: sha256(contents),
        }));
        ensure!(demo.file.len() > before, "template/{place} is missing");
    }
    for (path, text, instead) in LINES {
        let contents = template
            .get(*path)
            .with_context(|| format!("template/{path} is missing"))?;
        let count = str::from_utf8(contents)?
            .split_inclusive('\n')
            .collect::<Vec<_>>()
            .windows(text.lines().count())
            .filter(|lines| lines.concat() == *text)
            .count();
        ensure!(
            count == 1,
            "template/{path} has these lines {count} times:\n{text}"
        );
        demo.line.push(LineEntry {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
            instead: (*instead).to_owned(),
            ..LineEntry::default()
        });
    }
    let journal = Journal {
        generated: vec![demo],
    };
    Ok(journal.to_text()?.into_bytes())
}

fn is_in(place: &str, path: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Tree {
        let files = PLACES.iter().map(|place| ((*place).to_owned(), Vec::new()));
        let mut template: Tree = files.collect();
        for (path, text, _) in LINES {
            let file = template.entry((*path).to_owned()).or_default();
            file.extend_from_slice(text.as_bytes());
        }
        template
    }

    #[test]
    fn every_file_of_the_demo_is_in_the_journal_with_its_hash() {
        let mut template = template();
        template.remove("src/demo");
        template.insert("src/demo/burrito.rs".to_owned(), b"eaten\n".to_vec());
        template.insert("src/demos.rs".to_owned(), Vec::new());
        let journal = String::from_utf8(derive(&template).unwrap()).unwrap();
        assert!(journal.contains("\"src/demo/burrito.rs\""), "{journal}");
        assert!(journal.contains(&sha256(b"eaten\n")), "{journal}");
        assert!(!journal.contains("src/demos.rs"), "{journal}");
    }

    #[test]
    fn a_place_that_has_changed_is_an_error() {
        let mut moved = template();
        moved.remove("static/demo.js");
        let error = derive(&moved).unwrap_err().to_string();
        assert_eq!(error, "template/static/demo.js is missing");

        let mut twice = template();
        let modules = twice.get_mut("src/lib.rs").unwrap();
        modules.extend_from_slice(b"pub mod demo;\n");
        let error = derive(&twice).unwrap_err().to_string();
        assert!(error.contains("2 times"), "{error}");
    }
}
