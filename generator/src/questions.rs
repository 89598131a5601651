//! What the template asks, read from its `cargo-generate.toml`.
//!
//! Stock cargo-generate reads the same file. `rule` is ours: `regex` in words, for who broke it.

use regex::Regex;
use serde::Deserialize;

use crate::error::Error;

#[derive(Debug, Default)]
pub struct Questions {
    /// Names of the files that are rendered; all others are copied.
    pub rendered: Vec<String>,
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
    template: Rendered,
    placeholders: toml::Table,
}

#[derive(Deserialize)]
struct Rendered {
    include: Vec<String>,
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
            rendered: manifest.template.include,
            questions,
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
