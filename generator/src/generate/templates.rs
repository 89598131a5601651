//! [`Templates`]: the Liquid templates of the generators, embedded in this program.
//!
//! Templates in the app replace them.
//!
//! In a template of a page or a mail, `{{ … }}` and `{% … %}` belong to minijinja, which renders the page later. If such a
//! template has tags in square brackets, those are Liquid's: `[[ name.snake ]]` and `[% if public %]`.

use std::borrow::Cow;
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
    /// Reads the templates of the app in this folder.
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

    /// Renders the template of this name. The app's own replaces the embedded one.
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
        let liquid = in_braces(name, text);
        let rendered = parser
            .parse(&liquid)
            .and_then(|parsed| parsed.render(values));
        rendered.map_err(|cause| match own {
            Some(text) => {
                let message = cause.to_string();
                let mistake = Mistake(&message);
                Error::OwnTemplate {
                    file: format!("{FOLDER}/{name}.liquid"),
                    line: mistake.line(text),
                    cause: mistake.reason(),
                }
            }
            None => Error::template(format!("{name}.liquid"))(cause),
        })
    }
}

/// A template with Liquid's tags in braces.
///
/// Those of a page or a mail may be in square brackets.
fn in_braces<'a>(name: &str, text: &'a str) -> Cow<'a, str> {
    let is_view = name.ends_with(".html") || name.ends_with(".txt");
    if !is_view || !(text.contains("[[") || text.contains("[%")) {
        return Cow::Borrowed(text);
    }
    // Control characters stand for the page's own braces meanwhile.
    let text = text.replace("{{", "\u{1}").replace("{%", "\u{2}");
    let text = text.replace("[[", "{{").replace("]]", "}}");
    let text = text.replace("[%", "{%").replace("%]", "%}");
    let text = text.replace('\u{1}', r#"{{ "{{" }}"#);
    Cow::Owned(text.replace('\u{2}', r#"{{ "{%" }}"#))
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

/// A mistake in a template, as Liquid describes it: ` --> 3:7` and an explanation, or `requested variable=nam`.
struct Mistake<'a>(&'a str);

impl Mistake<'_> {
    /// The line of the mistake in the template, counted from 1, if it can be found.
    fn line(&self, template: &str) -> Option<usize> {
        let number = self.0.split_once("--> ").and_then(|(_, rest)| {
            let number = rest.split(':').next()?;
            number.trim().parse().ok()
        });
        number.or_else(|| {
            let name = self.requested()?;
            let uses = |line: &str| {
                let tag = line.find("{{").or_else(|| line.find("{%"));
                tag.is_some_and(|tag| line[tag..].contains(name))
            };
            template.lines().position(uses).map(|before| before + 1)
        })
    }

    /// The name that Liquid looked for and did not find.
    fn requested(&self) -> Option<&str> {
        let (_, rest) = self.0.split_once("requested ")?;
        let (_, name) = rest.lines().next()?.split_once('=')?;
        Some(name)
    }

    fn reason(&self) -> String {
        let explained = self.0.rsplit_once("\n  = ");
        let first = self.0.lines().next().unwrap_or_default();
        let text = explained.map_or(first, |(_, explanation)| explanation);
        let text = text.trim().trim_start_matches("liquid: ");
        let text = text.trim_end_matches('.');
        match self.requested() {
            Some(name) => format!("{text} `{name}`"),
            None => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_an_own_template_has_its_file_and_line() {
        let values = Object::from_iter([("name".into(), Value::scalar("post"))]);
        for (template, expected) in [
            (
                "a\n{{ nam }}",
                "`.hoglet/templates/event/entry.liquid`, line 2: Unknown variable `nam`",
            ),
            (
                "a\n\n{{ name | up }}",
                "`.hoglet/templates/event/entry.liquid`, line 3: Unknown filter `up`",
            ),
            (
                "{% if %}",
                "`.hoglet/templates/event/entry.liquid`, line 1: Value expected",
            ),
            (
                "{% for a in name %}{% endfor %}",
                "`.hoglet/templates/event/entry.liquid`: Expected array, found `string`",
            ),
        ] {
            let own = BTreeMap::from([("event/entry".to_owned(), template.to_owned())]);
            let rendered = Templates { own }.render("event/entry", &values);
            let error = rendered.unwrap_err().to_string();
            assert!(error.starts_with(&format!("{expected}; ")), "{error}");
        }
    }

    #[test]
    fn an_own_template_wins() {
        let own = BTreeMap::from([("event/entry".to_owned(), "mine: {{ name }}".to_owned())]);
        let values = Object::from_iter([("name".into(), Value::scalar("post"))]);
        let rendered = Templates { own }.render("event/entry", &values);
        assert_eq!(rendered.unwrap(), "mine: post");
    }
}
