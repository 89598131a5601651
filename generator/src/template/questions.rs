//! The questions of the template, read from its `cargo-generate.toml`.
//!
//! Stock cargo-generate reads the same file. Two keys are ours. `rule` describes `regex` in words, and a question with
//! `asked = false` takes its default unless the command line answers it.

use std::collections::BTreeMap;

use regex::Regex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::error::Error;

#[derive(Debug, Default)]
pub struct Questions {
    /// Paths of the files that are rendered. All other files are copied.
    pub rendered: Vec<String>,
    /// Paths of the files and folders that are in no app.
    pub ignored: Vec<String>,
    /// Paths that are left out of an app with a certain answer.
    pub conditional: Vec<Conditional>,
    pub questions: Vec<Question>,
}

/// Paths that are left out of an app if a question has this answer.
#[derive(Debug)]
pub struct Conditional {
    pub key: String,
    pub answer: String,
    pub ignored: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Question {
    #[serde(skip)]
    pub key: String,
    pub prompt: String,
    pub default: String,
    /// If empty, the answer is any text that matches `regex`.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Whether it is asked in a terminal.
    #[serde(default = "yes")]
    pub asked: bool,
    #[serde(default)]
    pub rule: String,
    #[serde(default, deserialize_with = "regex")]
    regex: Option<Regex>,
}

#[derive(Deserialize)]
struct Manifest {
    template: Files,
    #[serde(default)]
    conditional: BTreeMap<String, Ignored>,
    placeholders: toml::Table,
}

#[derive(Deserialize)]
struct Files {
    include: Vec<String>,
    ignore: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignored {
    ignore: Vec<String>,
}

fn yes() -> bool {
    true
}

fn regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let regex = text.map(|text| Regex::new(&text)).transpose();
    regex.map_err(D::Error::custom)
}

impl Questions {
    pub fn parse(manifest: &[u8]) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let manifest: Manifest = toml::from_str(str::from_utf8(manifest)?)?;
        let mut questions = Vec::new();
        for (key, value) in manifest.placeholders {
            let question: Question = value.try_into()?;
            questions.push(Question { key, ..question });
        }
        Ok(Self {
            rendered: anchored(&manifest.template.include)?,
            ignored: manifest.template.ignore,
            conditional: manifest
                .conditional
                .into_iter()
                .map(|(condition, Ignored { ignore })| Conditional::parse(&condition, ignore))
                .collect::<Result<_, _>>()?,
            questions,
        })
    }

    /// Whether a file is in no app, because it or a folder above it is ignored.
    pub fn ignores(&self, path: &str) -> bool {
        contains(&self.ignored, path)
    }

    /// Whether a file is left out of an app with these answers.
    pub fn ignores_for<'a>(&self, path: &str, answer: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.conditional.iter().any(|conditional| {
            answer(&conditional.key) == Some(&conditional.answer)
                && contains(&conditional.ignored, path)
        })
    }

    /// The question of that key, or an error that lists all keys.
    pub fn get(&self, key: &str) -> Result<&Question, Error> {
        self.questions
            .iter()
            .find(|question| question.key == key)
            .ok_or_else(|| Error::UnknownQuestion {
                key: key.to_owned(),
                known: self
                    .questions
                    .iter()
                    .map(|question| question.key.clone())
                    .collect(),
            })
    }
}

impl Conditional {
    /// Reads `key == "answer"`. Stock cargo-generate would allow any expression.
    fn parse(condition: &str, ignored: Vec<String>) -> Result<Self, String> {
        let parts = condition.split_once("==");
        let parts = parts.and_then(|(key, answer)| {
            let answer = answer.trim().strip_prefix('"')?.strip_suffix('"')?;
            Some((key.trim().to_owned(), answer.to_owned()))
        });
        let (key, answer) = parts.ok_or_else(|| {
            format!("the condition `{condition}` is not of the form `key == \"answer\"`")
        })?;
        Ok(Self {
            key,
            answer,
            ignored,
        })
    }
}

/// Whether a path, or a folder above it, is in the list.
fn contains(paths: &[String], path: &str) -> bool {
    paths.iter().any(|ignored| {
        path.strip_prefix(ignored.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Removes the leading slash, which each pattern must have.
///
/// For cargo-generate these are patterns as in `.gitignore`: without the slash they would match in every folder.
fn anchored(patterns: &[String]) -> Result<Vec<String>, String> {
    let anchored = |pattern: &String| match pattern.strip_prefix('/') {
        Some(path) => Ok(path.to_owned()),
        None => Err(format!(
            "`include` names `{pattern}` of any folder; begin it with `/`"
        )),
    };
    patterns.iter().map(anchored).collect()
}

impl Question {
    /// Whether a value answers the question.
    pub fn check(&self, value: &str) -> Result<(), Error> {
        let (key, value) = (self.key.clone(), value.to_owned());
        if !self.choices.is_empty() && !self.choices.contains(&value) {
            return Err(Error::NotAChoice {
                key,
                value,
                choices: self.choices.clone(),
            });
        }
        if self
            .regex
            .as_ref()
            .is_some_and(|regex| !regex.is_match(&value))
        {
            return Err(Error::BrokenRule {
                key,
                value,
                rule: self.rule.clone(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
        placeholders = {}
        [template]
        include = ["/README.md"]
        ignore = ["data", "inner/tests"]
    "#;

    #[test]
    fn an_ignored_folder_takes_its_files_with_it_but_no_folder_of_the_same_name() {
        let questions = Questions::parse(MANIFEST.as_bytes()).unwrap();
        for path in ["data", "data/app.sqlite", "inner/tests/web/main.rs"] {
            assert!(questions.ignores(path), "{path}");
        }
        for path in [
            "database.rs",
            "inner/data",
            "inner/src/lib.rs",
            "tests/a.rs",
        ] {
            assert!(!questions.ignores(path), "{path}");
        }
    }

    #[test]
    fn an_answer_leaves_files_out() {
        let manifest =
            format!("{MANIFEST}[conditional.'agents == \"no\"']\nignore = [\"AGENTS.md\"]");
        let questions = Questions::parse(manifest.as_bytes()).unwrap();
        let ignores = |path: &str, answer| questions.ignores_for(path, |_| answer);
        assert!(ignores("AGENTS.md", Some("no")));
        assert!(!ignores("AGENTS.md", Some("yes")));
        assert!(!ignores("README.md", Some("no")));
        let other = manifest.replace("==", "!=");
        let error = Questions::parse(other.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("is not of the form"), "{error}");
    }

    #[test]
    fn only_files_at_the_top_are_rendered() {
        let questions = Questions::parse(MANIFEST.as_bytes()).unwrap();
        assert_eq!(questions.rendered, ["README.md"]);
        let anywhere = MANIFEST.replace("/README.md", "README.md");
        let error = Questions::parse(anywhere.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("begin it with `/`"), "{error}");
    }
}
