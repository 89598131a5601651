//! The answers of one run: the command line's, then the prompts', then defaults.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;
use crate::template::questions::Questions;

/// A valid value for each key.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, String>);

impl Answers {
    /// Checks the answers of the command line.
    ///
    /// If a question has two answers, the last one counts.
    pub fn given(questions: &Questions, pairs: &[(String, String)]) -> Result<Self, Error> {
        let mut answers = Self::default();
        for (key, value) in pairs {
            questions.get(key)?.check(value)?;
            answers.insert(key, value);
        }
        Ok(answers)
    }

    pub fn insert(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), value.to_owned());
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Answers every open question with its default.
    pub fn complete(&mut self, questions: &Questions) {
        for question in &questions.questions {
            self.0
                .entry(question.key.clone())
                .or_insert_with(|| question.default.clone());
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }
}
