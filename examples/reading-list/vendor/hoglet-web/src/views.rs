//! [`Views`]: the template engine, with the app's templates, and Hoglet's as a fallback.
//!
//! A release build embeds the templates. Other builds read them from `templates/` on every request, so that
//! a reload shows a changed template. All templates are parsed at start-up. In development the app starts
//! even with a broken template, and the page shows the mistake.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

use minijinja::{Environment, Value};

use crate::error::{AppError, Cause, Result};
use crate::files::Files;
use crate::package::Package;
use crate::settings::Settings;
use engine::{Globals, environment, globals};

mod engine;

/// The template engine.
#[derive(Clone, Debug)]
pub struct Views {
    templates: Files,
    assets: Files,
    globals: Globals,
    embedded: Option<Arc<Environment<'static>>>,
}

/// All mistakes in the templates, one per line.
#[derive(Debug, thiserror::Error)]
#[error("these templates need a change:\n  {}", .0.join("\n  "))]
pub struct BrokenTemplates(Vec<String>);

impl Views {
    /// Builds the engine for an app's templates.
    ///
    /// # Errors
    ///
    /// If a template is broken, unless the app runs with its sources: then pages show the mistake.
    pub fn new(
        templates: Files,
        assets: Files,
        package: &Package,
        settings: &Settings,
    ) -> Result<Self, BrokenTemplates> {
        let globals = globals(package, settings);
        let environment = environment(templates, assets, &globals);
        let broken = BrokenTemplates(broken_templates(&environment, templates));
        match (broken.0.is_empty(), settings.has_sources()) {
            (false, false) => return Err(broken),
            (false, true) => tracing::warn!("{broken}"),
            (true, _) => {}
        }
        // Debug builds read the templates for every page, so that a correction is visible at once.
        let embedded = (!cfg!(debug_assertions)).then(|| Arc::new(environment));
        Ok(Self {
            templates,
            assets,
            globals,
            embedded,
        })
    }

    /// Renders a template.
    ///
    /// # Errors
    ///
    /// If the template is broken, or uses a value that does not exist.
    #[track_caller]
    pub fn render(&self, template: &str, context: Value) -> Result<String> {
        let environment = self.environment();
        let rendered = environment
            .get_template(template)
            .and_then(|template| template.render(context));
        match rendered {
            Ok(rendered) => Ok(rendered),
            // Not in a closure, because `#[track_caller]` must record the caller of this method.
            Err(error) => Err(AppError::from_cause(cause(&error))),
        }
    }

    /// Renders a template, and one of its blocks again. Returns the whole text and the block.
    ///
    /// # Errors
    ///
    /// The errors of [`Views::render`], and an error if there is no such block.
    #[track_caller]
    pub fn render_with_block(
        &self,
        template: &str,
        block: &str,
        context: Value,
    ) -> Result<(String, String)> {
        let environment = self.environment();
        let rendered = environment.get_template(template).and_then(|template| {
            let mut whole = template.render_captured(context)?;
            let block = whole.with_state_mut(|state| state.render_block(block))?;
            Ok((whole.into_output(), block))
        });
        match rendered {
            Ok(rendered) => Ok(rendered),
            // Not in a closure, because `#[track_caller]` must record the caller of this method.
            Err(error) => Err(AppError::from_cause(cause(&error))),
        }
    }

    fn environment(&self) -> Arc<Environment<'static>> {
        match &self.embedded {
            Some(environment) => environment.clone(),
            None => Arc::new(environment(self.templates, self.assets, &self.globals)),
        }
    }
}

#[track_caller]
fn cause(error: &minijinja::Error) -> Cause {
    Cause {
        template: innermost_place(error),
        ..Cause::of(error)
    }
}

fn broken_templates(environment: &Environment<'_>, templates: Files) -> Vec<String> {
    let mut names = templates.names();
    names.sort();
    let errors = names
        .iter()
        .filter_map(|name| environment.get_template(name).err());
    let errors = errors.map(|error| {
        let (name, line) = innermost_place(&error).unwrap_or_default();
        let what = error
            .detail()
            .map_or_else(|| error.to_string(), str::to_owned);
        format!("templates/{name}, line {line}: {what}")
    });
    errors.chain(broken_mails(&names, templates)).collect()
}

/// Checks `templates/mail/`: a mail has a `.txt` and an `.html` template, and the `.txt` has a subject.
///
/// The layout has none, and files in subfolders are parts of mails.
fn broken_mails(names: &[Cow<'static, str>], templates: Files) -> Vec<String> {
    let mut broken = Vec::new();
    for name in names {
        let Some(mail) = name
            .strip_prefix("mail/")
            .filter(|mail| !mail.contains('/'))
        else {
            continue;
        };
        let (mail, other) = match (mail.strip_suffix(".txt"), mail.strip_suffix(".html")) {
            (Some(mail), _) => (mail, format!("mail/{mail}.html")),
            (_, Some(mail)) => (mail, format!("mail/{mail}.txt")),
            _ => continue,
        };
        if templates.get(&other).is_none() {
            broken.push(format!("templates/{name}: it also needs templates/{other}"));
        }
        let file = templates.get(name).filter(|_| name.ends_with(".txt"));
        if let Some(file) = file
            && mail != "layout"
            && !has_subject(&String::from_utf8_lossy(&file.data))
        {
            broken.push(format!(
                "templates/{name}: it needs a subject: {{% block subject %}}…{{% endblock %}}"
            ));
        }
    }
    broken
}

fn has_subject(source: &str) -> bool {
    let mut tags = source.split("{%").skip(1);
    tags.any(|tag| {
        let mut words = tag.trim_start_matches('-').split_whitespace();
        words.next() == Some("block")
            && words.next().is_some_and(|name| name.starts_with("subject"))
    })
}

/// The template and line in which an error arose.
///
/// They are those of the innermost source. The other sources are templates that include or extend it.
fn innermost_place(error: &minijinja::Error) -> Option<(String, usize)> {
    let mut place = None;
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<minijinja::Error>()
            && let (Some(name), Some(line)) = (error.name(), error.line())
        {
            place = Some((name.to_owned(), line));
        }
        next = error.source();
    }
    place
}
