//! Views: the app's templates, with Hoglet's own behind them.
//!
//! A release build carries the templates inside. Other builds read them from `templates/` on every
//! request, so that a changed view shows on reload. All are parsed at start-up: only in development
//! does the app start with a broken one, to show in the page what is wrong with it.

use std::error::Error;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value};
use rust_embed::RustEmbed;

use crate::assets;
use crate::error::{AppError, Cause, Result};
use crate::files::Files;
use crate::reload;
use crate::settings::Settings;

/// Hoglet's own: what only development needs.
#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// The template engine.
#[derive(Clone, Debug)]
pub struct Views {
    templates: Files,
    assets: Files,
    embedded: Option<Arc<Environment<'static>>>,
}

/// All that is wrong with the templates, one line each.
#[derive(Debug, thiserror::Error)]
#[error("these templates need a change:\n  {}", .0.join("\n  "))]
pub struct BrokenTemplates(Vec<String>);

impl Views {
    /// The engine for an app's templates, with Hoglet's behind them.
    ///
    /// # Errors
    ///
    /// Where a template is broken, unless the sources are at hand: then pages show it.
    pub fn new(
        templates: Files,
        assets: Files,
        settings: &Settings,
    ) -> Result<Self, BrokenTemplates> {
        let environment = environment(templates, assets);
        let broken = BrokenTemplates(broken_templates(&environment, templates));
        match (broken.0.is_empty(), settings.has_sources()) {
            (false, false) => return Err(broken),
            (false, true) => tracing::warn!("{broken}"),
            (true, _) => {}
        }
        // Read again for every page, so that a corrected template shows at once.
        let embedded = (!cfg!(debug_assertions)).then(|| Arc::new(environment));
        Ok(Self {
            templates,
            assets,
            embedded,
        })
    }

    /// Renders a template with these variables.
    ///
    /// # Errors
    ///
    /// Where the template is broken, or uses a value that is not there.
    pub fn render(&self, template: &str, context: Value) -> Result<String> {
        let environment = match &self.embedded {
            Some(environment) => environment.clone(),
            None => Arc::new(environment(self.templates, self.assets)),
        };
        let rendered = environment
            .get_template(template)
            .and_then(|template| template.render(context));
        rendered.map_err(|error| {
            AppError::from_cause(Cause {
                template: innermost_place(&error),
                ..Cause::of(&error)
            })
        })
    }
}

fn broken_templates(environment: &Environment<'_>, templates: Files) -> Vec<String> {
    let mut names = templates.names();
    names.sort();
    let errors = names
        .iter()
        .filter_map(|name| environment.get_template(name).err());
    errors
        .map(|error| {
            let (name, line) = innermost_place(&error).unwrap_or_default();
            let what = error
                .detail()
                .map_or_else(|| error.to_string(), str::to_owned);
            format!("templates/{name}, line {line}: {what}")
        })
        .collect()
}

/// The template and the line that an error arose in: its innermost source knows best, as the others
/// are the templates that include or extend it.
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

fn environment(templates: Files, assets: Files) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::SemiStrict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    environment.set_syntax(syntax.expect("these options do not contradict each other"));
    environment.add_function("asset", move |name: &str| assets::url(assets, name));
    environment.add_function("version", reload::version);
    environment.set_loader(move |name| {
        let file = templates.get_or(name, &Files::of::<Templates>());
        Ok(file.map(|file| String::from_utf8_lossy(&file.data).into_owned()))
    });
    environment
}
