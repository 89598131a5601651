//! What the template asks, read from its `cargo-generate.toml`.
//!
//! Stock cargo-generate reads the same file. `rule` is ours: `regex` in words, for who broke it.

use regex::Regex;
use serde::Deserialize;

use crate::error::Error;

#[derive(Debug, Default)]
pub struct Questions {
    /// Paths of the files that are rendered; all others are copied.
    pub rendered: Vec<String>,
    /// Paths of the files and folders that stay behind.
    pub ignored: Vec<String>,
    pub questions: Vec<Question>,
}

#[derive(Debug, Clone)]
pub struct Question {
    pub key: String,
    pub prompt: String,
    pub default: String,
    /// Empty: any text that fits `regex`.
    pub choices: Vec<String>,
    pub rule: String,
    regex: Option<Regex>,
}

#[derive(Deserialize)]
struct Manifest {
    template: Files,
    placeholders: toml::Table,
}

#[derive(Deserialize)]
struct Files {
    include: Vec<String>,
    ignore: Vec<String>,
}

#[derive(Deserialize)]
struct Placeholder {
    prompt: String,
    default: String,
    #[serde(default)]
    choices: Vec<String>,
    #[serde(default)]
    rule: String,
    regex: Option<String>,
}

impl Questions {
    pub fn parse(manifest: &[u8]) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let manifest: Manifest = toml::from_str(str::from_utf8(manifest)?)?;
        let mut questions = Vec::new();
        for (key, value) in manifest.placeholders {
            let Placeholder {
                prompt,
                default,
                choices,
                rule,
                regex,
            } = value.try_into()?;
            let regex = regex.map(|regex| Regex::new(&regex)).transpose()?;
            questions.push(Question {
                key,
                prompt,
                default,
                choices,
                rule,
                regex,
            });
        }
        Ok(Self {
            rendered: anchored(&manifest.template.include)?,
            ignored: manifest.template.ignore,
            questions,
        })
    }

    /// Whether a file of the template stays behind, itself or with a folder around it.
    pub fn ignores(&self, path: &str) -> bool {
        self.ignored.iter().any(|ignored| {
            path.strip_prefix(ignored.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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

/// To cargo-generate these are patterns as in `.gitignore`: without the slash, one would be for every folder.
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
    fn a_folder_that_stays_behind_takes_its_files_along_and_no_namesake() {
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
    fn what_is_rendered_is_at_the_top_alone() {
        let questions = Questions::parse(MANIFEST.as_bytes()).unwrap();
        assert_eq!(questions.rendered, ["README.md"]);
        let anywhere = MANIFEST.replace("/README.md", "README.md");
        let error = Questions::parse(anywhere.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("begin it with `/`"), "{error}");
    }
}
