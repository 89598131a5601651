//! The ways in which people change a generated app.

use crate::app::App;

/// A user's change, with its name.
type Change = (&'static str, fn(&App));

const CHANGES: &[Change] = &[
    ("brand", brand),
    ("home_page", home_page),
    ("page_by_hand", page_by_hand),
    ("generated_resource", generated_resource),
    ("changed_handlers", changed_handlers),
    ("own_layer", own_layer),
    ("own_crate", own_crate),
    ("edited_vendor", edited_vendor),
    ("deleted_files", deleted_files),
    ("deleted_demo", deleted_demo),
    // The others look for lines that end in LF.
    ("crlf", crlf),
];

/// A user who keeps the demo.
pub const WITH_DEMO: &[&str] = &[
    "brand",
    "home_page",
    "page_by_hand",
    "generated_resource",
    "changed_handlers",
    "own_layer",
    "own_crate",
];

/// A user who does everything that is in no conflict with a release of `releases.rs`.
pub const EVERYTHING: &[&str] = &[
    "brand",
    "home_page",
    "page_by_hand",
    "generated_resource",
    "changed_handlers",
    "own_layer",
    "own_crate",
    "deleted_demo",
    "crlf",
];

/// A user who edits the framework, and deletes files. Some releases are in conflict with that.
pub const AGAINST_ADVICE: &[&str] = &["edited_vendor", "deleted_files", "crlf"];

/// Changes the app in the ways of these names, and commits.
pub fn change(app: &App, names: &[&str]) {
    for name in names {
        let known = CHANGES.iter().find(|(known, _)| known == name);
        let (_, change) = known.unwrap_or_else(|| panic!("no change is called {name}"));
        change(app);
    }
    app.commit();
}

fn brand(app: &App) {
    app.edit(
        "static/app.css",
        "  --accent: light-dark(#a8431c, #f2986b);\n",
        "  --accent: light-dark(#1c4ba8, #6b98f2);\n",
    );
    app.edit(
        "templates/base.html",
        "<img src=\"{{ asset('hedgehog.svg') }}\" alt=\"\" width=\"44\" height=\"27\">",
        "<img src=\"{{ asset('logo.svg') }}\" alt=\"\" width=\"44\" height=\"44\">",
    );
    app.write(
        "static/logo.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><rect width=\"1\" height=\"1\"/></svg>\n",
    );
    app.write(
        ".env",
        format!("{}APP_NAME=Prickle & Co\n", app.read(".env")),
    );
}

fn home_page(app: &App) {
    app.edit(
        "templates/home.html",
        "    <h1>{{ app.name }}</h1>\n",
        "    <h1>Everything about hedgehogs</h1>\n",
    );
    app.edit(
        "templates/home.html",
        "  <img src=\"{{ asset('hedgehog.svg') }}\" alt=\"\" width=\"310\" height=\"190\">\n",
        "  <p class=\"quote\">“Pointed.” (A reader)</p>\n",
    );
}

fn page_by_hand(app: &App) {
    app.write(
        "src/routes/pricing.rs",
        "//! `/pricing`\n\nuse crate::prelude::*;\n\npub async fn show(page: Page) -> Result<Html<String>> {\n    page.render(\"pricing.html\", context! { price => 12 })\n}\n",
    );
    app.write(
        "templates/pricing.html",
        "{% extends \"base.html\" %}\n\n{% block main %}\n<h1>{{ price }} leaves a month</h1>\n{% endblock %}\n",
    );
    app.write(
        "tests/web/pricing.rs",
        "//! `/pricing`\n\nuse crate::support::*;\n\n#[tokio::test]\nasync fn it_says_the_price() {\n    let app = App::start().await;\n    assert_shows(&app.browser().page(\"/pricing\").await, \"12 leaves\");\n}\n",
    );
    app.edit(
        "src/routes.rs",
        "pub mod profile;\n",
        "pub mod pricing;\npub mod profile;\n",
    );
    app.edit(
        "src/routes.rs",
        "        .merge(FEATURES.routes())\n",
        "        .merge(FEATURES.routes())\n        .get(\"/pricing\", pricing::show)\n",
    );
    app.edit(
        "tests/web/main.rs",
        "mod profile;\n",
        "mod pricing;\nmod profile;\n",
    );
}

fn generated_resource(app: &App) {
    let resource = [
        "generate",
        "resource",
        "post",
        "title:string:search",
        "body:text?",
    ];
    app.hoglet(&resource);
}

fn changed_handlers(app: &App) {
    app.edit(
        "src/routes/signup.rs",
        "            let message = \"This e-mail address already has an account. Log in instead.\";\n",
        "            let message = \"This e-mail address already has an account. Please log in.\";\n",
    );
    app.edit(
        "src/routes/link_gone.rs",
        "        let message = \"This link no longer works.\";\n",
        "        let message = \"This link has had its day.\";\n",
    );
}

fn deleted_demo(app: &App) {
    app.hoglet(&["destroy", "demo"]);
}

/// An editor that writes CRLF. Half of these files are changed by a release.
fn crlf(app: &App) {
    for file in [
        "src/routes.rs",
        "src/routes/profile.rs",
        "src/settings.rs",
        "templates/base.html",
        ".env.example",
        "Cargo.toml",
        ".hoglet/generated.toml",
        "vendor/hoglet-web/src/settings/hoglet.rs",
        "README.md",
    ] {
        app.write(
            file,
            app.read(file).replace("\r\n", "\n").replace('\n', "\r\n"),
        );
    }
}

fn own_layer(app: &App) {
    app.edit(
        "src/app.rs",
        "use axum::http::Extensions;\n",
        "use axum::extract::Request;\nuse axum::http::{Extensions, HeaderValue};\nuse axum::middleware::{Next, from_fn};\n",
    );
    app.edit(
        "src/app.rs",
        "        Places::default()\n",
        "        Places::default().outermost(|_| from_fn(remember_terry))\n",
    );
    app.write(
        "src/app.rs",
        format!(
            "{}\nasync fn remember_terry(request: Request, next: Next) -> Response {{\n    let mut response = next.run(request).await;\n    let name = HeaderValue::from_static(\"GNU Terry Pratchett\");\n    response.headers_mut().insert(\"x-clacks-overhead\", name);\n    response\n}}\n",
            app.read("src/app.rs")
        ),
    );
}

/// A crate in a folder of the app, so that the tests need no network.
fn own_crate(app: &App) {
    app.write(
        "crates/tariff/Cargo.toml",
        "[package]\nname = \"tariff\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    app.write(
        "crates/tariff/src/lib.rs",
        "//! What things cost.\n\n/// Leaves a month.\npub const PRICE: u32 = 12;\n",
    );
    app.write(
        "src/billing.rs",
        "//! What the app charges.\n\npub use tariff::PRICE;\n",
    );
    app.edit(
        "src/lib.rs",
        "pub mod commands;\n",
        "pub mod billing;\npub mod commands;\n",
    );
    app.edit(
        "Cargo.toml",
        "thiserror = \"2\"\n",
        "# Our own prices.\ntariff = { path = \"crates/tariff\" }\nthiserror = \"2\"\n",
    );
    let lock = app.read("Cargo.lock");
    let (others, own) = lock.split_once("name = \"yard\"\n").expect("the app");
    let own = own.replacen(" \"thiserror\",\n", " \"tariff\",\n \"thiserror\",\n", 1);
    app.write("Cargo.lock", format!("{others}name = \"yard\"\n{own}"));
    app.edit(
        "Cargo.lock",
        "[[package]]\nname = \"tempfile\"\n",
        "[[package]]\nname = \"tariff\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"tempfile\"\n",
    );
}

fn edited_vendor(app: &App) {
    app.edit(
        "vendor/hoglet-web/src/settings/hoglet.rs",
        "\"SHUTDOWN_TIMEOUT_SECONDS\", 8",
        "\"SHUTDOWN_TIMEOUT_SECONDS\", 9",
    );
}

/// Files that releases change, and which nothing else needs.
fn deleted_files(app: &App) {
    app.remove("docs/recipes.md");
    app.remove("src/demo/groups.rs");
    app.edit("src/demo.rs", "mod groups;\n", "");
    app.edit(
        "src/demo.rs",
        "            .post(\"/api/group-analytics\", groups::use_feature)\n",
        "",
    );
}
