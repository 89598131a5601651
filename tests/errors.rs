//! Errors of a generated app, as PostHog and the developer see them. The release build is tested too, because there
//! functions are inlined, and names and files can be lost.

#![cfg(unix)]

#[path = "support/generated.rs"]
mod generated;
#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "support/posthog.rs"]
mod posthog;
#[path = "support/process.rs"]
mod process;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use posthog::Posthog;
use process::Server;
use reqwest::blocking::{Client, Response};

const NAME: &str = "hedge";

/// A page that fails in many ways, and the lines where it fails.
const BROKEN: &str = include_str!("errors/broken.rs");
const PLACES: &[(&str, &str, &str)] = &[
    ("error", "Err(OrderError.into())", "error"),
    ("panic", "panic!(\"undone\")", "panic"),
    ("other_panic", "nothing.expect(", "other_panic"),
    ("database", "SELECT nonsense", "database"),
    ("other_database", "SELECT nothing", "other_database"),
    ("task", "undone in a task", "in_task"),
    ("thread", "undone in a thread", "in_thread"),
];

#[test]
fn a_release_build_tells_posthog_where_each_error_arose() {
    let _lock = generated::lock();
    let app = generated::new_app(NAME, &[]);
    break_in_many_ways(&app);
    cargo(&app, &["build", "--locked", "--release"]);

    let posthog = Posthog::start([]);
    let empty = tempfile::tempdir().expect("a temporary folder");
    let database = empty.path().join("app.sqlite");
    let server = Server::start(
        binary("release", empty.path())
            .env("APP_ENV", "production")
            .env("SECRET_KEY", "5e".repeat(64))
            .env(
                "DATABASE_URL",
                format!("sqlite://{}?mode=rwc", database.display()),
            )
            .envs(posthog.settings()),
    );
    let mut issues = BTreeSet::new();
    for (count, (path, line, function)) in PLACES.iter().enumerate() {
        let answer = get(&server, &format!("/broken/{path}"));
        posthog.wait_for("$exception", count + 1);
        let exceptions = posthog.events("event=$exception");
        let exception = &exceptions[count]["properties"];
        let frames = &exception["$exception_list"][0]["stacktrace"]["frames"];
        let frames = frames.as_array().expect("a stack");
        let innermost = frames.last().expect("a frame");
        assert_eq!(innermost["in_app"], true, "{path}: {frames:#?}");
        assert_eq!(
            innermost["filename"], "src/routes/broken.rs",
            "{path}: {frames:#?}"
        );
        let number = innermost["lineno"].as_u64().expect("a line") as usize;
        let arose = BROKEN.lines().nth(number - 1).expect("a line of the file");
        assert!(arose.contains(line), "{path} arose at {number}: {arose}");
        let name = innermost["function"].as_str().expect("a name");
        assert!(
            name.starts_with(&format!("app::routes::broken::{function}")),
            "{path}: {name}"
        );
        // The fields that PostHog groups by.
        let ours = frames.iter().filter(|frame| frame["in_app"] == true);
        let ours: Vec<_> = ours
            .map(|frame| (frame["filename"].clone(), frame["function"].clone()))
            .collect();
        assert!(
            issues.insert(format!("{ours:?}")),
            "{path} is an issue of its own"
        );

        // An error outside of a request has no request id.
        let outside = ["task", "thread"].contains(path);
        assert_eq!(exception["request_id"].is_null(), outside, "{path}");
        if !outside {
            assert_eq!(
                exception["request_id"],
                answer.headers()["x-request-id"].to_str().expect("text")
            );
        }
    }
    posthog.is_content();
    assert!(server.stop().success());
}

#[test]
fn a_broken_template_shows_itself_in_development_and_starts_nowhere_else() {
    let _lock = generated::lock();
    let app = generated::new_app(NAME, &[]);
    cargo(&app, &["build", "--locked"]);
    let base = app.join("templates/base.html");
    let whole = fs::read_to_string(&base).expect("a template");
    let broken = whole.replace("{% block title %}", "{% blok title %}");
    let line = 1 + whole
        .lines()
        .position(|line| line.contains("{% block title %}"))
        .expect("a title");

    fs::write(&base, &broken).expect("a writable template");
    let output = binary("debug", &app)
        .env("APP_ENV", "production")
        .env("SECRET_KEY", "5e".repeat(64))
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains(&format!("templates/base.html, line {line}: ")),
        "{said}"
    );
    assert!(!said.contains("listening on"), "{said}");

    let server = Server::start(&mut binary("debug", &app));
    let page = shown(get(&server, "/burrito"));
    assert!(
        page.contains(&format!("templates/base.html:{line}")),
        "{page}"
    );
    assert!(
        page.contains("{% blok title %}") && page.contains("reload.js"),
        "{page}"
    );
    let log = server.log();
    assert_eq!(log.matches("blok").count(), 1, "it is logged once: {log}");

    // The page that shows errors may be broken itself.
    let details = app.join("vendor/hoglet-web/templates/development_error.html");
    fs::write(&details, "{% nonsense %}").expect("a writable template");
    let answer = get(&server, "/burrito");
    let id = answer.headers()["x-request-id"]
        .to_str()
        .expect("text")
        .to_owned();
    let page = shown(answer);
    assert!(
        page.contains(&id) && page.contains("/static/app.css"),
        "{page}"
    );
    assert!(
        page.contains("nonsense") && page.contains("reload.js"),
        "{page}"
    );

    fs::write(&base, whole).expect("a writable template");
    assert_eq!(
        get(&server, "/burrito").status(),
        200,
        "mended, it works at once"
    );
    assert!(server.stop().success());
}

/// Adds the broken page, as the app's author would add a page.
fn break_in_many_ways(app: &Path) {
    fs::write(app.join("src/routes/broken.rs"), BROKEN).expect("a writable folder");
    let routes = app.join("src/routes.rs");
    let table = fs::read_to_string(&routes).expect("the route table");
    let lines: String = PLACES
        .iter()
        .map(|(name, _, _)| format!(".get(\"/broken/{name}\", broken::{name})"))
        .collect();
    let table = table
        .replace("pub mod home;", "pub mod broken;\npub mod home;")
        .replacen("Routes::default()", &format!("Routes::default(){lines}"), 1);
    fs::write(routes, table).expect("a writable file");
}

#[track_caller]
fn cargo(app: &Path, arguments: &[&str]) {
    generated::run(generated::cargo(app).args(arguments));
}

/// The built binary, in a folder and with an empty environment.
fn binary(profile: &str, folder: &Path) -> Command {
    let mut command = Command::new(generated::target().join(profile).join(NAME));
    command.current_dir(folder).env_clear().env("PORT", "0");
    command
}

#[track_caller]
fn get(server: &Server, path: &str) -> Response {
    let asked = Client::new()
        .get(server.url(path))
        .header("accept", "text/html");
    asked
        .send()
        .unwrap_or_else(|error| panic!("{error}\n{}", server.log()))
}

/// The text of the page, without its markup.
fn shown(answer: Response) -> String {
    let page = answer.text().expect("text");
    page.replace("&#x2f;", "/").replace("&quot;", "\"")
}
