//! `vendor/hoglet-web/EX.md`: the interface for apps on one page.

use std::fmt::Write;

use anyhow::ensure;

use crate::rustdoc::{self, Item, Module};

/// The path of the index in the template.
pub const PATH: &str = "vendor/hoglet-web/INDEX.md";

/// The crates in the index.
///
/// `hoglet_web` re-exports the items of the other two that apps need.
const CRATES: &[&str] = &["hoglet-web", "hoglet-jobs", "hoglet-posthog"];

/// Modules that no app calls: the layers around its pages, and Hoglet's internals.
const LEFT_OUT: &[&str] = &[
    "hoglet_web::assets",
    "hoglet_web::compression",
    "hoglet_web::cookies",
    "hoglet_web::error_pages",
    "hoglet_web::handlers",
    "hoglet_web::health",
    "hoglet_web::housekeeping",
    "hoglet_web::logging",
    "hoglet_web::media_type",
    "hoglet_web::migrations",
    "hoglet_web::outbox",
    "hoglet_web::panics",
    "hoglet_web::person_deletion",
    "hoglet_web::request",
    "hoglet_web::secret_paths",
    "hoglet_web::server",
    "hoglet_web::views",
    "hoglet_web::visitor",
    "hoglet_web::visitor_link",
];

/// Modules inside those modules that an app does need.
///
/// Everything else in them is a detail.
const DEEPER: &[&str] = &[
    "hoglet_web::handlers::opt_out",
    "hoglet_web::passwords::rule",
    "hoglet_web::session::signed_in",
    "hoglet_web::session::users",
    "hoglet_web::tokens::stored",
    "hoglet_web::visit::log_in",
];

const HEAD: &str = "\
# What an app can call

The public items of Hoglet that an app uses, with the first sentence of their documentation. This file is made from rustdoc;
`cargo doc --workspace --no-deps --open` shows everything.

Lifetimes are left out. Await a function that returns a `BoxFuture` like an `async fn`.
";

pub fn derive() -> anyhow::Result<Vec<u8>> {
    // The app is documented too, so that the crates have the features that the app's handlers use.
    let crates = [&["my-app"], CRATES].concat();
    let pages = rustdoc::run(&crates, &["hoglet-web/testing"])?;
    let mut text = HEAD.to_owned();
    for module in rustdoc::read(&pages, "hoglet_web")? {
        write_module(&mut text, &module)?;
    }
    ensure!(
        text.contains("struct `Visit`"),
        "no `Visit` among the items that rustdoc shows: has its HTML changed? See xtask/src/rustdoc.rs"
    );
    Ok(text.into_bytes())
}

fn write_module(text: &mut String, module: &Module) -> anyhow::Result<()> {
    let Module { path, doc, items } = module;
    if items.is_empty() || !is_for_apps(path) {
        return Ok(());
    }
    writeln!(text, "\n## {path}\n")?;
    if !doc.is_empty() {
        writeln!(text, "{doc}\n")?;
    }
    for item in items {
        write_item(text, item)?;
    }
    Ok(())
}

fn is_for_apps(path: &str) -> bool {
    match path.matches("::").count() {
        0 | 1 => !LEFT_OUT.contains(&path),
        _ => DEEPER.contains(&path),
    }
}

fn write_item(text: &mut String, item: &Item) -> anyhow::Result<()> {
    let Item { kind, name, .. } = item;
    let title = match kind.as_str() {
        "fn" | "type" | "constant" => format!("`{}`", short(&item.declaration)),
        "macro" => format!("macro `{name}!`"),
        _ => format!("{kind} `{name}`"),
    };
    writeln!(text, "- {title}{}", behind_colon(&item.doc))?;
    if !item.parts.is_empty() {
        let parts = if kind == "enum" { "variants" } else { "fields" };
        writeln!(text, "  - {parts} `{}`", item.parts.join("`, `"))?;
    }
    for method in &item.methods {
        let declaration = short(&method.declaration);
        writeln!(text, "  - `{declaration}`{}", behind_colon(&method.doc))?;
    }
    Ok(())
}

fn behind_colon(doc: &str) -> String {
    match doc {
        "" => String::new(),
        doc => format!(": {}", doc.trim_end_matches(':')),
    }
}

/// A declaration without `pub`, lifetimes and the value of a constant.
fn short(declaration: &str) -> String {
    let declaration = match declaration.split_once(" = ") {
        Some((constant, _)) if declaration.contains("const ") => constant,
        _ => declaration,
    };
    let mut text = declaration.replace("pub ", "");
    for lifetime in ["'a", "'b", "'c"] {
        for (long, short) in [
            (format!("<{lifetime}, "), "<"),
            (format!("<{lifetime}>"), ""),
            (format!("&{lifetime} "), "&"),
            (format!("{lifetime}, "), ""),
        ] {
            text = text.replace(&long, short);
        }
    }
    text.trim_end_matches([';', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_and_what_surrounds_pages_are_left_out() {
        for path in [
            "hoglet_web",
            "hoglet_web::visit",
            "hoglet_web::session::users",
        ] {
            assert!(is_for_apps(path), "{path}");
        }
        for path in ["hoglet_web::server", "hoglet_web::session::store"] {
            assert!(!is_for_apps(path), "{path}");
        }
    }

    #[test]
    fn a_declaration_is_as_short_as_it_can_be() {
        let declaration =
            "pub fn begin<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool>>";
        let short_one = "fn begin(&self, name: &str) -> BoxFuture<Result<bool>>";
        assert_eq!(short(declaration), short_one);
        assert_eq!(short("pub const MAX: usize = 254;"), "const MAX: usize");
        assert_eq!(
            short("pub type Errors = Vec<String>;"),
            "type Errors = Vec<String>"
        );
    }
}
