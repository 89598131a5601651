//! Makes files from the template and the answers, in memory.
//!
//! No clock, no randomness, no disk.

use std::borrow::Cow;

use liquid::model::Value;
use liquid::{Object, ParserBuilder};

use crate::error::Error;
use crate::file::File;
use crate::new::answers::Answers;
use crate::new::project_name::ProjectName;
use crate::template::Template;

/// All files of the app except the secret ones, in the order of their paths.
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
    let is_ignored = |path: &str| {
        let questions = &template.questions;
        questions.ignores_for(path, |key| answers.get(key))
    };
    let wanted = template.files.iter().filter(|(path, _)| !is_ignored(path));
    for (path, contents) in wanted {
        let contents = if template.questions.rendered.contains(path) {
            let source = str::from_utf8(contents).map_err(Error::template(path))?;
            let (before, liquid, after) = split(source);
            // This renderer fails on an undefined variable, while cargo-generate leaves it blank.
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

/// The variables of the template, under the names that cargo-generate uses.
fn variables(name: &ProjectName, answers: &Answers) -> Object {
    let mut variables = Object::new();
    variables.insert("project-name".into(), Value::scalar(name.to_string()));
    variables.insert("crate_name".into(), Value::scalar(name.crate_name()));
    for (key, value) in answers.iter() {
        variables.insert(key.to_owned().into(), Value::scalar(value.to_owned()));
    }
    variables
}

/// Splits off the text before the first and after the last Liquid tag.
///
/// In a lock file that text is nearly everything, and parsing it would take longer than the rest of the run. Whitespace
/// around the tags stays in the middle part, because `{{-` and `-}}` trim it.
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
        // The tag is never closed, and the parser will report it.
        _ => source.len(),
    };
    let start = source[..start].trim_end().len();
    let end = source.len() - source[end..].trim_start().len();
    (&source[..start], &source[start..end], &source[end..])
}
