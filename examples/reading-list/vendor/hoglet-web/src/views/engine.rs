//! The template engine: its syntax, its functions, and the variables that never change.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, State, Value, context, escape_formatter};
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

/// The template function `here`: marks the link to the current page in the navigation.
///
/// On a page below another one, such as `/posts/new`, it marks the link to that other one.
fn here(state: &State<'_, '_>, address: &str) -> Value {
    let path = state.lookup("path").unwrap_or_default();
    let below = path.as_str().and_then(|path| path.strip_prefix(address));
    match below {
        Some("") => Value::from_safe_string(r#" aria-current="page""#.to_owned()),
        Some(below) if below.starts_with('/') => {
            Value::from_safe_string(r#" aria-current="true""#.to_owned())
        }
        _ => Value::from(""),
    }
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
    environment.add_function("here", here);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_to_the_current_page_or_to_the_one_above_is_marked() {
        let mut environment = Environment::new();
        environment.add_function("here", here);
        for (path, address, mark) in [
            ("/posts", "/posts", r#" aria-current="page""#),
            ("/posts/new", "/posts", r#" aria-current="true""#),
            ("/postscript", "/posts", ""),
            ("/", "/posts", ""),
            ("/posts", "/", ""),
            ("/", "/", r#" aria-current="page""#),
        ] {
            let rendered = environment.render_named_str(
                "navigation.html",
                "{{ here(address) }}",
                context! { path, address },
            );
            assert_eq!(rendered.expect("it renders"), mark, "{path} {address}");
        }
    }
}
