//! [`Templates`]: the Liquid templates of the generators, embedded in this program. An app's own win.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use liquid::model::Value;
use liquid::{Object, ParserBuilder};

use crate::error::Error;
use crate::generate::name::Name;

/// An app's own templates are in this folder: `resource/routes.rs.liquid` and others.
pub const FOLDER: &str = ".hoglet/templates";

/// The text of each template by its name, such as `resource/routes.rs`.
static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/generators.rs"));

/// Templates by name, such as `resource/routes.rs`.
#[derive(Debug, Default)]
pub struct Templates {
    /// Those in the app's `.hoglet/templates/`.
    pub own: BTreeMap<String, String>,
}

impl Templates {
    /// The embedded templates, and those of the app in this folder.
    pub fn read(app: &Path) -> Result<Self, Error> {
        let mut own = BTreeMap::new();
        let folder = app.join(FOLDER);
        for (name, _) in EMBEDDED {
            let file = folder.join(format!("{name}.liquid"));
            match fs::read_to_string(&file) {
                Ok(text) => drop(own.insert((*name).to_owned(), text)),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => return Err(Error::disk("read", file)(cause)),
            }
        }
        Ok(Self { own })
    }

    /// The names and the texts of the embedded templates of a kind.
    pub fn embedded(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        EMBEDDED
            .iter()
            .copied()
            .filter(move |(name, _)| name.split('/').next() == Some(kind))
    }

    /// Renders the template of this name, the app's own or the embedded one.
    pub fn render(&self, name: &str, values: &Object) -> Result<String, Error> {
        let embedded = EMBEDDED.iter().find(|(embedded, _)| *embedded == name);
        let embedded = embedded.map(|(_, text)| *text);
        let own = self.own.get(name).map(String::as_str);
        let text = own
            .or(embedded)
            .expect("a kind renders templates that exist");
        let parser = ParserBuilder::with_stdlib()
            .build()
            .map_err(Error::template("liquid"))?;
        let rendered = parser.parse(text).and_then(|parsed| parsed.render(values));
        rendered.map_err(|cause| match own {
            Some(text) => Error::OwnTemplate {
                file: format!("{FOLDER}/{name}.liquid"),
                line: line(&cause.to_string(), text),
                cause: reason(&cause.to_string()),
            },
            None => Error::template(format!("{name}.liquid"))(cause),
        })
    }
}

/// The spellings of a name, for templates: `snake`, `camel`, `kebab`, `title`, `lower` and `screaming`.
pub fn spellings(name: &Name) -> Value {
    let spellings = [
        ("snake", name.snake()),
        ("camel", name.camel()),
        ("kebab", name.kebab()),
        ("title", name.title()),
        ("lower", name.lower()),
        ("screaming", name.screaming()),
    ];
    let spellings = spellings.map(|(key, text)| (key.into(), Value::scalar(text)));
    Value::Object(Object::from_iter(spellings))
}

/// The line of a mistake in a template, counted from 1.
///
/// A mistake in the syntax comes with its line: ` --> 3:7`. A mistake while rendering comes with its tag instead.
fn line(message: &str, template: &str) -> usize {
    let number = message.split_once("--> ").and_then(|(_, rest)| {
        let number = rest.split(':').next()?;
        number.trim().parse().ok()
    });
    let tag = || {
        let tag = message
            .lines()
            .find_map(|line| line.trim().strip_prefix("from: "))?;
        let lines = template.lines().position(|line| line.contains(tag.trim()));
        lines.map(|before| before + 1)
    };
    number.or_else(tag).unwrap_or(1)
}

/// The first sentence of a message of Liquid, or its last line if that explains a mistake in the syntax.
fn reason(message: &str) -> String {
    let message = message.trim();
    message.to_owned()
}
