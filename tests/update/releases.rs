//! Releases that change the template as real ones do. They are made from the template of this program.
//!
//! Every one is a template that compiles.

use std::borrow::Cow;

use hoglet::releases::{Releases, hash};
use hoglet::template::{self, Template};
use semver::Version;
use xtask::Tree;

/// A change of a release, with its name.
pub type Change = (&'static str, fn(&mut Draft));

/// The changes. Each leaves alone what the users of `users.rs` change, unless its comment says otherwise.
pub const CHANGES: &[Change] = &[
    ("insert_a_route", insert_a_route),
    ("rename_a_file", rename_a_file),
    ("change_defaults", change_defaults),
    ("add_a_setting", add_a_setting),
    ("add_a_migration", add_a_migration),
    ("add_a_question", add_a_question),
    ("remove_a_page", remove_a_page),
    ("reindent_vendor", reindent_vendor),
    ("move_a_folder", move_a_folder),
];

/// Changes for tests of their own.
const OTHERS: &[Change] = &[
    ("nothing", |_| {}),
    ("add_a_picture", |draft| draft.add("static/paw.png", PAW)),
    ("change_the_picture", |draft| {
        draft.add("static/paw.png", [0xff, 0xd8, 2])
    }),
    ("remove_the_picture", |draft| draft.remove("static/paw.png")),
    ("reword_the_home_page", reword_the_home_page),
    ("use_the_listing", use_the_listing),
    ("remove_signup", |draft| {
        draft.remove("src/routes/signup.rs")
    }),
];

/// Bytes that are not UTF-8.
pub const PAW: &[u8] = &[0xff, 0xd8, 1];

/// The files of a template, while they are changed.
pub struct Draft(Tree);

impl Draft {
    fn text(&self, file: &str) -> &str {
        let bytes = self
            .0
            .get(file)
            .unwrap_or_else(|| panic!("{file} is in the template"));
        str::from_utf8(bytes).expect("a text")
    }

    fn add(&mut self, file: &str, contents: impl AsRef<[u8]>) {
        self.0.insert(file.to_owned(), contents.as_ref().to_vec());
    }

    fn remove(&mut self, file: &str) {
        self.0
            .remove(file)
            .unwrap_or_else(|| panic!("{file} is in the template"));
    }

    fn rename(&mut self, from: &str, to: &str) {
        let contents = self
            .0
            .remove(from)
            .unwrap_or_else(|| panic!("{from} is in the template"));
        self.add(to, contents);
    }

    fn edit(&mut self, file: &str, from: &str, to: &str) {
        let text = self.text(file);
        assert!(text.contains(from), "{file} contains {from}:\n{text}");
        let text = text.replacen(from, to, 1);
        self.add(file, text);
    }

    /// Changes every text whose path satisfies a condition.
    fn rewrite(&mut self, is_meant: impl Fn(&str) -> bool, change: impl Fn(&str, &str) -> String) {
        for (path, contents) in &mut self.0 {
            if is_meant(path)
                && let Ok(text) = str::from_utf8(contents)
            {
                *contents = change(path, text).into_bytes();
            }
        }
    }
}

/// The first of the changes, for a list of releases that begins with the newest real release before 1.0.0.
pub const AFTER_A_REAL_RELEASE: &str = "after_a_real_release";

/// The releases 1.0.0, 1.1.0, 1.2.0, and so on. 1.0.0 is the template of this program.
///
/// Each further release has the changes of these names, joined with `+`.
pub fn releases(changes: &[String]) -> Releases {
    let (mut releases, changes) = match changes.split_first() {
        Some((first, rest)) if first == AFTER_A_REAL_RELEASE => (vec![real_release()], rest),
        _ => (Vec::new(), changes),
    };
    let embedded = template::embedded_tree().into_iter();
    let embedded = embedded.map(|(path, contents)| (path, contents.into_owned()));
    let mut draft = Draft(embedded.collect());
    releases.push(release(0, &mut draft));
    for (names, minor) in changes.iter().zip(1..) {
        for name in names.split('+') {
            let mut known = CHANGES.iter().chain(OTHERS);
            let (_, change) = known
                .find(|(known, _)| *known == name)
                .unwrap_or_else(|| panic!("no change is called {name}"));
            change(&mut draft);
        }
        releases.push(release(minor, &mut draft));
    }
    Releases::new(releases)
}

/// The newest release whose template is not that of this program.
fn real_release() -> (Version, String, template::Tree) {
    let carried = Releases::carried().expect("they are sound");
    let newest = &carried.newest().hash;
    let mut earlier = carried.all().iter().rev();
    let earlier = earlier
        .find(|release| release.hash != *newest)
        .expect("the template has changed since its first release");
    let tree = carried.tree(earlier).expect("it can be unpacked");
    (earlier.version.clone(), earlier.notes.to_string(), tree)
}

/// The template of a release.
pub fn template_of(releases: &Releases, version: &Version) -> Template {
    let release = releases.get(version).expect("a release");
    let tree = releases.tree(release).expect("it can be unpacked");
    Template::new(tree).expect("a template")
}

fn release(minor: u64, draft: &mut Draft) -> (Version, String, template::Tree) {
    let version = Version::new(1, minor, 0);
    derive_the_journal(draft);
    stamp(draft, &version);
    let notes = format!("## Changes of {version}\n\nNo step by hand.\n");
    (version, notes, borrowed(draft))
}

fn borrowed(draft: &Draft) -> template::Tree {
    let files = draft.0.iter();
    files
        .map(|(path, contents)| (path.clone(), Cow::Owned(contents.clone())))
        .collect()
}

/// Writes the hashes of the demo's files, as `cargo xtask refresh` does.
fn derive_the_journal(draft: &mut Draft) {
    let mut tree = draft.0.clone();
    for twin in ["README.md", ".env.example"] {
        let text = draft.text(&format!("{twin}.liquid"));
        tree.insert(twin.to_owned(), text.as_bytes().to_vec());
    }
    let journal = xtask::demo::derive(&tree).expect("the demo is there");
    draft.add(xtask::demo::PATH, journal);
}

/// Writes the version and the hash into the template of `.hoglet.toml`.
fn stamp(draft: &mut Draft, version: &Version) {
    const ORIGIN: &str = ".hoglet.toml.liquid";
    let hash = hash::of(&borrowed(draft));
    let lines = draft.text(ORIGIN).lines();
    let lines = lines.filter(|line| !line.starts_with("template_hash"));
    let mut text = String::new();
    for line in lines {
        if line.starts_with("template_version") {
            text += &format!("template_version = \"{version}\"\ntemplate_hash = \"{hash}\"\n");
        } else {
            text += &format!("{line}\n");
        }
    }
    draft.add(ORIGIN, text);
}

fn insert_a_route(draft: &mut Draft) {
    draft.add(
        "src/routes/imprint.rs",
        "//! `/imprint`: the people behind this app.\n\nuse crate::prelude::*;\n\npub async fn show(page: Page) -> Result<Html<String>> {\n    page.render(\"imprint.html\", context! {})\n}\n",
    );
    draft.add(
        "templates/imprint.html",
        "{% extends \"base.html\" %}\n\n{% block main %}\n<h1>Imprint</h1>\n{% endblock %}\n",
    );
    draft.add(
        "tests/web/imprint.rs",
        "//! `/imprint`\n\nuse crate::support::*;\n\n#[tokio::test]\nasync fn everybody_reads_it() {\n    let app = App::start().await;\n    assert_shows(&app.browser().page(\"/imprint\").await, \"Imprint\");\n}\n",
    );
    draft.edit(
        "src/routes.rs",
        "pub mod link_gone;\n",
        "pub mod imprint;\npub mod link_gone;\n",
    );
    draft.edit(
        "src/routes.rs",
        "        .post(\"/login-link\", login_link::send)\n",
        "        .get(\"/imprint\", imprint::show)\n        .post(\"/login-link\", login_link::send)\n",
    );
    draft.edit(
        "tests/web/main.rs",
        "mod login;\n",
        "mod imprint;\nmod login;\n",
    );
    draft.edit(
        "templates/base.html",
        "    {% if analytics_available %}",
        "    <p><a href=\"/imprint\">Imprint</a></p>\n    {% if analytics_available %}",
    );
    draft.edit("docs/recipes.md", "# Recipes\n", "# Recipes for this app\n");
}

fn rename_a_file(draft: &mut Draft) {
    draft.rename("src/routes/link_gone.rs", "src/routes/dead_link.rs");
    draft.edit("src/routes.rs", "pub mod link_gone;\n", "");
    draft.edit(
        "src/routes.rs",
        "pub mod confirm_email;\n",
        "pub mod confirm_email;\npub mod dead_link;\n",
    );
    draft.edit(
        "src/routes/login_link.rs",
        "use super::forgot_password::link_sent;\nuse super::link_gone::",
        "use super::dead_link::{NextStep, link_gone};\nuse super::forgot_password::link_sent;\nuse super::link_gone::",
    );
    draft.edit(
        "src/routes/login_link.rs",
        "use super::link_gone::{NextStep, link_gone};\n",
        "",
    );
    for file in [
        "src/routes/confirm_email.rs",
        "src/routes/reset_password.rs",
    ] {
        draft.edit(file, "use super::link_gone::", "use super::dead_link::");
    }
    draft.edit(
        "src/routes/dead_link.rs",
        "//! The page for links that do not work:",
        "//! The page for links that no longer work:",
    );
}

fn change_defaults(draft: &mut Draft) {
    draft.edit(
        "vendor/hoglet-web/src/settings/hoglet.rs",
        "\"REQUEST_TIMEOUT_SECONDS\", 30",
        "\"REQUEST_TIMEOUT_SECONDS\", 45",
    );
    draft.edit(
        ".env.example.liquid",
        "# REQUEST_TIMEOUT_SECONDS=30",
        "# REQUEST_TIMEOUT_SECONDS=45",
    );
    // An app that has an answer keeps it.
    draft.edit(
        "cargo-generate.toml",
        "default = \"us\"",
        "default = \"eu\"",
    );
}

fn add_a_setting(draft: &mut Draft) {
    draft.edit(
        "src/settings.rs",
        "    /// The switches of the features",
        "    /// The address for questions.\n    pub support_address: Option<String>,\n    /// The switches of the features",
    );
    draft.edit(
        "src/settings.rs",
        "            switches: Switches",
        "            support_address: reader.text(\"SUPPORT_ADDRESS\"),\n            switches: Switches",
    );
    draft.edit(
        ".env.example.liquid",
        "# The longest time for a request.",
        "# The address for questions\n# SUPPORT_ADDRESS=\n# The longest time for a request.",
    );
}

fn add_a_migration(draft: &mut Draft) {
    let users = draft.text("src/migrations/m20261121_143000_create_users.rs");
    let (head, rest) = users.split_once("        manager\n").expect("the table");
    let (_, tail) = rest.split_once("            .await\n").expect("its end");
    let create = "        manager\n            .create_table(\n                Table::create()\n                    .table(\"notices\")\n                    .col(uuid(\"id\").primary_key())\n                    .col(string(\"text\"))\n                    .to_owned(),\n            )\n            .await\n";
    let text = format!("{head}{create}{tail}");
    let text = text.replace("the table of accounts", "the table of notices");
    let text = text.replace("table(\"users\")", "table(\"notices\")");
    draft.add("src/migrations/m20270301_090000_create_notices.rs", text);
    draft.edit(
        "src/migrations.rs",
        "mod m20261121_143000_create_users;\n",
        "mod m20270301_090000_create_notices;\n\nmod m20261121_143000_create_users;\n",
    );
    draft.edit(
        "src/migrations.rs",
        "            Box::new(m20261121_",
        "            Box::new(m20270301_090000_create_notices::Migration),\n            Box::new(m20261121_",
    );
}

fn add_a_question(draft: &mut Draft) {
    draft.edit(
        "cargo-generate.toml",
        "[placeholders.database]",
        "[placeholders.motto]\ntype = \"string\"\nprompt = \"Which motto?\"\ndefault = \"Slow and steady\"\n\n[placeholders.database]",
    );
    draft.edit(
        ".hoglet.toml.liquid",
        "database = ",
        "motto = \"{{ motto }}\"\ndatabase = ",
    );
    draft.edit(
        "README.md.liquid",
        "Settings are environment variables;",
        "The motto is: {{ motto }}.\n\nSettings are environment variables;",
    );
}

fn remove_a_page(draft: &mut Draft) {
    for file in ["src/demo/groups.rs", "tests/web/demo/groups.rs"] {
        draft.remove(file);
    }
    draft.edit("src/demo.rs", "mod groups;\n", "");
    draft.edit(
        "src/demo.rs",
        "            .post(\"/api/group-analytics\", groups::use_feature)\n",
        "",
    );
    draft.edit("tests/web/demo.rs", "mod groups;\n", "");
    let events = draft.text("src/demo/events.rs");
    let (before, _) = events
        .split_once("\n    /// A user used a feature")
        .expect("the event");
    let events = format!("{before}}}\n");
    draft.add("src/demo/events.rs", events);
    let page = draft.text("templates/demo/dashboard.html");
    let (before, rest) = page
        .split_once("    <h2>Group analytics</h2>")
        .expect("the section");
    let (_, after) = rest.split_once("  </section>\n").expect("its end");
    let before = before
        .trim_end()
        .strip_suffix("<section>")
        .expect("its beginning");
    let page = format!("{}\n{after}", before.trim_end());
    draft.add("templates/demo/dashboard.html", page);
}

/// Changes nearly every line. It is in conflict with a user who edited `vendor/`.
fn reindent_vendor(draft: &mut Draft) {
    // rustfmt would undo it.
    draft.add("vendor/rustfmt.toml", "disable_all_formatting = true\n");
    draft.rewrite(
        |path| path.starts_with("vendor/"),
        |path, text| match path.rsplit('.').next() {
            Some("rs") => format!("{}// Indented with tabs.\n", with_tabs(text, "    ")),
            Some("html" | "css" | "js") => with_tabs(text, "  "),
            _ => text.to_owned(),
        },
    );
}

fn with_tabs(text: &str, indent: &str) -> String {
    let mut changed = String::new();
    for mut line in text.split_inclusive('\n') {
        while let Some(rest) = line.strip_prefix(indent) {
            changed.push('\t');
            line = rest;
        }
        changed += line;
    }
    changed
}

fn move_a_folder(draft: &mut Draft) {
    let moved: Vec<String> = draft.0.keys().cloned().collect();
    for path in moved {
        let rest = path.strip_prefix("src/routes");
        if let Some(rest) = rest.filter(|rest| rest.starts_with(['/', '.'])) {
            draft.rename(&path, &format!("src/pages{rest}"));
        }
    }
    draft.rewrite(
        |path| !path.starts_with("vendor/") && !path.starts_with(".hoglet/"),
        |_, text| text.replace("src/routes", "src/pages"),
    );
    draft.edit(
        "src/lib.rs",
        "`routes` is the table",
        "`pages` is the table",
    );
    draft.edit("src/lib.rs", "pub mod routes;\n", "");
    draft.edit(
        "src/lib.rs",
        "pub mod models;\n",
        "pub mod models;\npub mod pages;\n",
    );
    draft.edit("src/app.rs", "use crate::routes;\n", "");
    draft.edit(
        "src/app.rs",
        "use crate::prelude::*;\n",
        "use crate::pages;\nuse crate::prelude::*;\n",
    );
    draft.edit("src/app.rs", "routes::pages()", "pages::pages()");
    draft.edit(
        "tests/web/templates.rs",
        "use app::routes;",
        "use app::pages;",
    );
    draft.edit(
        "tests/web/templates.rs",
        "routes::pages()",
        "pages::pages()",
    );
    draft.edit(
        "tests/web/support.rs",
        "app::routes::next",
        "app::pages::next",
    );
}

/// In conflict with a user who changed the same heading.
fn reword_the_home_page(draft: &mut Draft) {
    draft.edit(
        "templates/home.html",
        "    <h1>{{ app.name }}</h1>\n",
        "    <h1>Welcome to {{ app.name }}</h1>\n",
    );
}

/// Changes a view, and adds a page that needs it.
fn use_the_listing(draft: &mut Draft) {
    let listing = format!(
        "{}\n{{# Used by the archive. #}}\n",
        draft.text("templates/listing.html")
    );
    draft.add("templates/listing.html", listing);
    draft.add(
        "templates/archive.html",
        "{% extends \"base.html\" %}\n{% import \"listing.html\" as listing %}\n",
    );
}
