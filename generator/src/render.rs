//! Template and answers to files, in memory. No clock, no randomness, no disk.

use std::borrow::Cow;

use liquid::model::Value;
use liquid::{Object, ParserBuilder};

use crate::answers::Answers;
use crate::error::Error;
use crate::project_name::ProjectName;
use crate::template::Template;

/// A file of the app, its path relative to the app's directory and with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub contents: Cow<'static, [u8]>,
    /// For its owner's eyes only, never in git, and never overwritten.
    pub secret: bool,
}

/// All files of the app, in the order of their paths, but for the secret ones.
pub fn render(
    template: &Template,
    name: &ProjectName,
    answers: &Answers,
) -> Result<Vec<File>, Error> {
    let parser = ParserBuilder::with_stdlib()
        .build()
        .map_err(Error::template("liquid"))?;
    let variables = variables(name, answers);
    let mut files = Vec::new();
    for (path, contents) in &template.files {
        let contents = if template.questions.rendered.contains(path) {
            let source = str::from_utf8(contents).map_err(Error::template(path))?;
            // Unlike cargo-generate's, our renderer takes a variable that nobody defined for an error.
            let text = parser
                .parse(source)
                .and_then(|file| file.render(&variables))
                .map_err(Error::template(path))?;
            Cow::Owned(text.into_bytes())
        } else {
            contents.clone()
        };
        files.push(File {
            path: path.clone(),
            contents,
            secret: false,
        });
    }
    Ok(files)
}

/// Under the names that cargo-generate gives them.
fn variables(name: &ProjectName, answers: &Answers) -> Object {
    let mut variables = Object::new();
    variables.insert("project-name".into(), Value::scalar(name.to_string()));
    variables.insert("crate_name".into(), Value::scalar(name.crate_name()));
    for (key, value) in answers.iter() {
        variables.insert(key.to_owned().into(), Value::scalar(value.to_owned()));
    }
    variables
}
