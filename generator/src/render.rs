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
            let (before, liquid, after) = split(source);
            // Unlike cargo-generate's, our renderer takes a variable that nobody defined for an error.
            let rendered = parser
                .parse(liquid)
                .and_then(|liquid| liquid.render(&variables))
                .map_err(Error::template(path))?;
            let text = [before, &rendered, after].concat();
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

/// Cuts off the text around all liquid, which needs no parsing: in a lock file that is nearly everything, and parsing it
/// would take longer than the rest of the run. Whitespace stays inside, since `{{-` and `-}}` trim it.
fn split(source: &str) -> (&str, &str, &str) {
    let first =
        |delimiters: [&str; 2]| delimiters.iter().filter_map(|text| source.find(text)).min();
    let last = |delimiters: [&str; 2]| {
        delimiters
            .iter()
            .filter_map(|text| source.rfind(text))
            .max()
    };
    let Some(start) = first(["{{", "{%"]) else {
        return (source, "", "");
    };
    let end = match (last(["{{", "{%"]), last(["}}", "%}"])) {
        (Some(open), Some(close)) if open < close => close + 2,
        // Never closed: the parser will say so.
        _ => source.len(),
    };
    let start = source[..start].trim_end().len();
    let end = source.len() - source[end..].trim_start().len();
    (&source[..start], &source[start..end], &source[end..])
}
