//! The public interface of a crate, read from the pages that rustdoc writes.
//!
//! Stable rustdoc writes only HTML, so this module reads HTML. It relies on four facts:
//!
//! - A module's page lists its items in `<dt>` elements, with links whose class is the item's kind.
//! - An item's page has the declaration in `item-decl`,
//! - the documentation in `docblock`,
//! - and the methods in `<section class="method">`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, iter};

use anyhow::Context;

use crate::repository;

/// A module, with its items that an app can name.
#[derive(Debug)]
pub struct Module {
    pub path: String,
    /// The first sentence of the module's documentation.
    pub doc: String,
    pub items: Vec<Item>,
}

#[derive(Debug)]
pub struct Item {
    /// `struct`, `trait`, `fn`, `macro`, …
    pub kind: String,
    pub name: String,
    pub declaration: String,
    pub doc: String,
    /// Named public fields of a struct, or variants of an enum.
    pub parts: Vec<String>,
    /// Methods, including the required methods of a trait.
    pub methods: Vec<Method>,
}

#[derive(Debug)]
pub struct Method {
    pub declaration: String,
    pub doc: String,
}

/// Documents crates of this workspace. Returns the folder with rustdoc's pages.
pub fn run(crates: &[&str], features: &[&str]) -> anyhow::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["doc", "--quiet", "--no-deps", "--lib"])
        .args(crates.iter().flat_map(|name| ["--package", name]))
        .args(features.iter().flat_map(|name| ["--features", name]))
        .current_dir(repository::top());
    repository::output(&mut command)?;
    let target = match env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => repository::top().join("target"),
    };
    Ok(target.join("doc"))
}

/// Every public module of a crate, in alphabetical order, its root first.
///
/// An item that a `pub use` re-exports is listed under the new path only, even if it is from another crate.
pub fn read(pages: &Path, crate_name: &str) -> anyhow::Result<Vec<Module>> {
    let mut listed = Vec::new();
    list(pages, &module_page(crate_name), crate_name, &mut listed)?;
    let exported: BTreeSet<PathBuf> = listed
        .iter()
        .flat_map(|(_, links)| links)
        .filter(|link| link.exported)
        .map(|link| link.page.clone())
        .collect();
    let mut modules = Vec::new();
    for (path, links) in listed {
        let mut items = Vec::new();
        for link in links {
            if link.kind != "mod" && (link.exported || !exported.contains(&link.page)) {
                items.push(item(pages, &link)?);
            }
        }
        let doc = first_sentence(&page_text(pages, &module_page(&path))?);
        modules.push(Module { path, doc, items });
    }
    Ok(modules)
}

/// An entry of a module's page.
struct Link {
    kind: String,
    name: String,
    /// Relative to the folder of all pages.
    page: PathBuf,
    /// Whether a `pub use` re-exports the item.
    exported: bool,
}

/// The links of a module and of all modules below it.
fn list(
    pages: &Path,
    page: &Path,
    path: &str,
    listed: &mut Vec<(String, Vec<Link>)>,
) -> anyhow::Result<()> {
    let links = links(&page_text(pages, page)?, page);
    let inner: Vec<(PathBuf, String)> = links
        .iter()
        .filter(|link| link.kind == "mod" && !link.exported)
        .map(|link| (link.page.clone(), format!("{path}::{}", link.name)))
        .collect();
    listed.push((path.to_owned(), links));
    for (page, path) in inner {
        list(pages, &page, &path, listed)?;
    }
    Ok(())
}

fn links(text: &str, page: &Path) -> Vec<Link> {
    let entries = text.split("<dt").skip(1);
    let entries = entries.filter_map(|entry| entry.split_once("</dt>"));
    let links = entries.filter_map(|(entry, _)| {
        let exported = between(entry, " id=\"reexport.", "\"");
        let (_, link) = entry.rsplit_once("<a class=\"")?;
        let (kind, link) = link.split_once('"')?;
        let (_, name) = between(link, "title=\"", "\"")?.rsplit_once([' ', ':'])?;
        let folder = page.parent().expect("a page is in a folder");
        Some(Link {
            kind: kind.to_owned(),
            name: exported.unwrap_or(name).to_owned(),
            page: joined(folder, between(link, "href=\"", "\"")?),
            exported: exported.is_some(),
        })
    });
    links.collect()
}

fn item(pages: &Path, link: &Link) -> anyhow::Result<Item> {
    let text = page_text(pages, &link.page)?;
    let declaration = between(&text, "item-decl\"><code>", "</code></pre>").unwrap_or_default();
    Ok(Item {
        kind: link.kind.clone(),
        name: link.name.clone(),
        declaration: plain(declaration),
        doc: first_sentence(&text),
        parts: match link.kind.as_str() {
            "struct" | "enum" => parts(&text),
            _ => Vec::new(),
        },
        methods: methods(&text),
    })
}

fn parts(text: &str) -> Vec<String> {
    let starts = ["<span id=\"structfield.", "<section id=\"variant."];
    let parts = starts.iter().flat_map(|start| text.split(start).skip(1));
    let names = parts.filter_map(|part| Some(part.split_once('"')?.0));
    names
        .filter(|name| name.starts_with(char::is_alphabetic))
        .map(str::to_owned)
        .collect()
}

fn methods(text: &str) -> Vec<Method> {
    // The methods of other traits and types begin after these headings.
    let ends = [
        "id=\"deref-methods",
        "id=\"trait-implementations\"",
        "id=\"implementors\"",
    ];
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    let text = &text[..end.unwrap_or(text.len())];
    let sections = text.split("<section id=\"").skip(1);
    let sections = sections.filter(|section| between(section, "class=\"", "\"") == Some("method"));
    let methods = sections.filter_map(|section| {
        let declaration = between(section, "<h4 class=\"code-header\">", "</h4>")?;
        Some(Method {
            declaration: plain(declaration),
            doc: first_sentence(section),
        })
    });
    methods.collect()
}

/// The first sentence of the first paragraph of documentation.
fn first_sentence(text: &str) -> String {
    let Some(doc) = between(text, "<div class=\"docblock\"><p>", "</p>") else {
        return String::new();
    };
    let doc = plain(doc);
    let end = doc.find(". ").map_or(doc.len(), |end| end + 1);
    doc[..end].to_owned()
}

/// HTML as text on one line.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for (index, part) in html.split('<').enumerate() {
        let part = match index {
            0 => part,
            _ => {
                let (tag, rest) = part.split_once('>').unwrap_or_default();
                match tag {
                    "code" | "/code" => text.push('`'),
                    tag if tag.starts_with("div") => text.push(' '),
                    _ => {}
                }
                rest
            }
        };
        text.push_str(part);
    }
    for (entity, sign) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("’", "'"),
        // rustdoc marks a type with this sign if it shows the type's traits.
        ("ⓘ", ""),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, sign);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")")
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

fn module_page(path: &str) -> PathBuf {
    path.split("::").chain(iter::once("index.html")).collect()
}

/// A relative link from a folder, without `..`.
fn joined(folder: &Path, link: &str) -> PathBuf {
    let mut page = folder.to_owned();
    for part in link.split('/') {
        match part {
            ".." => drop(page.pop()),
            part => page.push(part),
        }
    }
    page
}

fn page_text(pages: &Path, page: &Path) -> anyhow::Result<String> {
    let page = pages.join(page);
    fs::read_to_string(&page).with_context(|| format!("reading {}", page.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = r#"<dl class="item-table reexports"><dt id="reexport.Job"><code>pub use job::<a class="trait"
        href="job/trait.Job.html" title="trait hoglet_jobs::job::Job">Job</a>;</code></dt></dl><dl class="item-table"><dt><a
        class="mod" href="job/index.html" title="mod hoglet_jobs::job">job</a></dt><dd>One.</dd></dl>"#;

    const ITEM: &str = r#"<pre class="rust item-decl"><code>pub trait Job {}</code></pre><div class="docblock"><p>Work for
        <code>later</code>. And more.</p></div><section id="method.delay" class="method"><h4 class="code-header">fn
        <a href="x">delay</a>(
            &amp;self,
        ) -&gt; Vec&lt;u8&gt;</h4></section><div class="docblock"><p>How long.</p></div><h2 id="implementors"></h2><section
        id="method.clone" class="method"><h4 class="code-header">fn clone()</h4></section>"#;

    #[test]
    fn a_modules_links_are_found() {
        let links = links(
            &MODULE.replace("\n        ", " "),
            Path::new("hoglet_jobs/index.html"),
        );
        let found: Vec<_> = links
            .iter()
            .map(|link| (link.kind.as_str(), link.name.as_str(), link.exported))
            .collect();
        assert_eq!(found, [("trait", "Job", true), ("mod", "job", false)]);
        assert_eq!(links[0].page, Path::new("hoglet_jobs/job/trait.Job.html"));
    }

    #[test]
    fn an_items_documentation_and_its_own_methods_are_found() {
        let text = ITEM.replace("\n        ", " ");
        assert_eq!(first_sentence(&text), "Work for `later`.");
        let methods = methods(&text);
        assert_eq!(methods.len(), 1, "{methods:?}");
        assert_eq!(methods[0].declaration, "fn delay(&self) -> Vec<u8>");
        assert_eq!(methods[0].doc, "How long.");
    }
}
