//! `.hoglet.toml`: the release that an app was made from, and its answers.

use std::fs;
use std::path::Path;

use semver::Version;

use crate::error::Error;
use crate::new::answers::Answers;
use crate::project::{MARK, Project};
use crate::shared::env_text::without_byte_order_mark;

/// The key of the app's name among the answers.
pub const PROJECT_NAME: &str = "project-name";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub version: Version,
    /// `None` for an app of an early template, which names only its version.
    pub hash: Option<String>,
    /// The answers, including `project-name`.
    pub answers: Answers,
}

impl Origin {
    pub fn read(project: &Project) -> Result<Self, Error> {
        read(&project.root, &project.name).map_err(|cause| Error::Origin { cause })
    }
}

fn read(app: &Path, name: &str) -> Result<Origin, String> {
    let text = fs::read_to_string(app.join(MARK)).map_err(|cause| cause.to_string())?;
    let mut origin = parse(&text)?;
    if origin.answers.get(PROJECT_NAME).is_none() {
        origin.answers.insert(PROJECT_NAME, name);
    }
    Ok(origin)
}

fn parse(text: &str) -> Result<Origin, String> {
    let text = without_byte_order_mark(text);
    let table: toml::Table = toml::from_str(text).map_err(|cause| {
        let start = cause.span().map_or(0, |span| span.start.min(text.len()));
        let line = text[..start].matches('\n').count() + 1;
        format!("line {line}: {}", cause.message())
    })?;
    let version = text_of(&table, "template_version")?;
    let version = version.ok_or("it has no `template_version`")?;
    let mut answers = Answers::default();
    let given = table.get("answers").map(|answers| {
        let table = answers.as_table();
        table.ok_or("`answers` is not a table")
    });
    if let Some(given) = given.transpose()? {
        for key in given.keys() {
            let value = text_of(given, key)?;
            answers.insert(key, value.unwrap_or_default());
        }
    }
    Ok(Origin {
        version: version
            .parse()
            .map_err(|_| format!("`template_version` is `{version}`, which is not a version"))?,
        hash: text_of(&table, "template_hash")?.map(str::to_owned),
        answers,
    })
}

fn text_of<'a>(table: &'a toml::Table, key: &str) -> Result<Option<&'a str>, String> {
    match table.get(key) {
        None => Ok(None),
        Some(value) => match value.as_str() {
            Some(text) => Ok(Some(text)),
            None => Err(format!("`{key}` is not a text in quotes")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text).unwrap_err()
    }

    #[test]
    fn it_has_the_version_the_hash_and_the_answers() {
        let text = "\u{feff}template_version = \"0.2.0\"\ntemplate_hash = \"ab\"\n[answers]\ndatabase = \"sqlite\"\n";
        let origin = parse(text).unwrap();
        assert_eq!(origin.version, Version::new(0, 2, 0));
        assert_eq!(origin.hash.as_deref(), Some("ab"));
        assert_eq!(origin.answers.get("database"), Some("sqlite"));
        let old = parse("template_version = \"0.1.0\"\n").unwrap();
        assert_eq!((old.hash, old.answers), (None, Answers::default()));
    }

    #[test]
    fn without_a_name_among_the_answers_it_is_that_of_the_package() {
        let app = tempfile::tempdir().unwrap();
        let file = app.path().join(MARK);
        fs::write(&file, "template_version = \"0.1.0\"\n").unwrap();
        let name = |origin: Origin| origin.answers.get(PROJECT_NAME).unwrap().to_owned();
        assert_eq!(name(read(app.path(), "hedge").unwrap()), "hedge");
        let text = "template_version = \"0.1.0\"\n[answers]\nproject-name = \"first\"\n";
        fs::write(&file, text).unwrap();
        assert_eq!(name(read(app.path(), "hedge").unwrap()), "first");
    }

    #[test]
    fn a_broken_file_says_where() {
        assert!(refused("a = 1\nb =\n").starts_with("line 2: "));
        assert_eq!(refused(""), "it has no `template_version`");
        assert_eq!(
            refused("template_version = 1"),
            "`template_version` is not a text in quotes"
        );
        assert_eq!(
            refused("template_version = \"soon\""),
            "`template_version` is `soon`, which is not a version"
        );
        let answers = "template_version = \"0.1.0\"\n[answers]\nagents = true\n";
        assert_eq!(refused(answers), "`agents` is not a text in quotes");
        let answers = "template_version = \"0.1.0\"\nanswers = 1\n";
        assert_eq!(refused(answers), "`answers` is not a table");
    }
}
