//! The template engine: its syntax, its functions, and the variables that never change.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value, context, escape_formatter};
use rust_embed::RustEmbed;

use crate::files::Files;
use crate::package::Package;
use crate::settings::Settings;
use crate::{assets, reload};

/// Hoglet's own templates, for development.
#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// The variables that are the same in every template, for as long as the process runs.
pub(super) type Globals = [(&'static str, Value); 6];

pub(super) fn globals(package: &Package, settings: &Settings) -> Globals {
    [
        (
            "app",
            context! { name => &settings.app_name, description => package.description },
        ),
        ("development", settings.development().into()),
        ("has_sources", settings.has_sources().into()),
        ("mail_available", settings.mail.available().into()),
        ("analytics_available", settings.posthog.enabled().into()),
        ("standin", settings.standin().into()),
    ]
}

pub(super) fn environment(
    templates: Files,
    assets: Files,
    globals: &Globals,
) -> Environment<'static> {
    let mut environment = Environment::new();
    for (name, value) in globals {
        environment.add_global(*name, value.clone());
    }
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::SemiStrict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    environment.set_syntax(syntax.expect("these options do not contradict each other"));
    environment.add_function("asset", assets::addresses(assets));
    environment.add_function("version", reload::version);
    // A value that a row does not have shows nothing, instead of the word “none”.
    environment.set_formatter(|output, state, value| match value.is_none() {
        true => Ok(()),
        false => escape_formatter(output, state, value),
    });
    environment.set_loader(move |name| {
        let file = templates.get_or(name, &Files::of::<Templates>());
        Ok(file.map(|file| String::from_utf8_lossy(&file.data).into_owned()))
    });
    environment
}
