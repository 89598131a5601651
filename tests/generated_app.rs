//! Checks that a generated app works: it is linted, built, tested, started and used, for each database.
//!
//! This compiles an app with all its dependencies, which takes minutes the first time; `target/` keeps them:
//!
//! ```sh
//! cargo test -p hoglet --test generated_app
//! ```

#![cfg(unix)]

#[path = "support/client.rs"]
mod client;
#[path = "support/generated.rs"]
mod generated;
#[path = "support/postgres.rs"]
mod postgres;
#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "support/posthog.rs"]
mod posthog;
#[path = "support/process.rs"]
mod process;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use client::Browser;
use postgres::Postgres;
use posthog::Posthog;
use process::Server;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

const NAME: &str = "hedge";
const TITLE: &str = "Hedge";
const EVENTS: &[&str] = &[
    "burrito_considered",
    "$identify",
    "user_signed_up",
    "dashboard_viewed",
    "profile_viewed",
    "error_triggered",
    "$groupidentify",
    "feature_used",
    "user_logged_out",
];

#[test]
fn an_app_on_sqlite_works() {
    let _lock = generated::lock();
    let app = App::generate("sqlite");
    app.check(&[]);
    let data = tempfile::tempdir().expect("a temporary folder");
    app.works_in_development(None);
    app.works_in_production(&format!(
        "sqlite://{}?mode=rwc",
        data.path().join("app.sqlite").display()
    ));
}

#[test]
fn an_app_on_postgres_works() {
    let Some(postgres) = Postgres::find() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "no PostgreSQL here: install it, or set TEST_POSTGRES_URL"
        );
        println!("skipped: no PostgreSQL here; install it, or set TEST_POSTGRES_URL");
        return;
    };
    let _lock = generated::lock();
    let app = App::generate("postgres");
    let environment = [
        ("DATABASE_URL", &*postgres.url),
        ("TEST_DATABASE_URL", &*postgres.url),
    ];
    app.check(&environment);
    app.check_hoglet_web(&environment);
    app.works_in_development(Some(&postgres.url));
    app.works_in_production(&postgres.url);
    app.shares_sessions_between_processes(&postgres.url);
}

#[test]
fn an_app_without_posthog_works() {
    let _lock = generated::lock();
    let app = App::generate("sqlite");
    let manifest = app.folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    let without = text.replace(r#"["sqlite", "posthog"]"#, r#"["sqlite"]"#);
    assert_ne!(text, without, "PostHog is a default feature");
    fs::write(&manifest, without).expect("a writable manifest");

    let tree = generated::cargo(&app.folder)
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&tree.stdout);
    assert!(tree.contains("hoglet-web "), "{tree}");
    for name in ["posthog-rs ", "hoglet-posthog ", "reqwest "] {
        assert!(!tree.contains(name), "{name}: {tree}");
    }
    app.check(&[]);

    let posthog = Posthog::start([]);
    let server = Server::start(app.binary(&app.folder).envs(posthog.settings()));
    visit_every_corner(&server, "without@example.com");
    let home = Browser::in_session(1).get(&server, "/burrito");
    let home = home.text().expect("text");
    assert!(
        !home.contains("array.js") && !home.contains("opt-out"),
        "{home}"
    );
    let proxy = Browser::in_session(1).get(&server, "/relay/static/array.js");
    assert_eq!(proxy.status(), 404);
    let log = &server.starting_log;
    assert!(log.contains("POSTHOG_PROJECT_TOKEN is ignored"), "{log}");
    assert!(server.stop().success());
    assert_eq!(posthog.events(""), [] as [Value; 0]);
}

#[test]
fn the_example_that_commands_made_works() {
    let _lock = generated::lock();
    App::of_example().check(&[]);
}

#[test]
fn production_asks_for_a_secret_key() {
    let _lock = generated::lock();
    let app = App::generate("sqlite");
    app.cargo(&["build", "--locked"], &[]);
    let empty = tempfile::tempdir().expect("a temporary folder");
    let output = app
        .binary(empty.path())
        .env("APP_ENV", "production")
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("SECRET_KEY"));
    assert_eq!(
        fs::read_dir(empty.path()).expect("readable").count(),
        0,
        "it writes nothing before it can start"
    );
}

#[test]
fn an_app_starts_with_every_region_that_the_question_takes() {
    let _lock = generated::lock();
    let app = App::generate("sqlite");
    app.cargo(&["build", "--locked"], &[]);
    let questions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template/cargo-generate.toml");
    let questions = fs::read_to_string(questions).expect("the template's questions");
    let questions: toml::Table = questions.parse().expect("TOML");
    let rule = questions["placeholders"]["posthog_region"]["regex"]
        .as_str()
        .expect("a rule")
        .trim_matches(['^', '$'])
        .to_owned();
    let empty = tempfile::tempdir().expect("a temporary folder");
    let regions = proptest::string::string_regex(&rule).expect("a rule that can be turned around");
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    };
    proptest!(config, |(region in regions)| {
        let host = match region.as_str() {
            "us" | "eu" => format!("https://{region}.i.posthog.com"),
            _ => region.clone(),
        };
        // Settings are read first, and without them there is no database.
        let output = app
            .binary(empty.path())
            .args(["migrate", "status"])
            .env("POSTHOG_HOST", host)
            .env("SECRET_KEY", "0".repeat(128))
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        prop_assert!(said.contains("DATABASE_URL"), "{}: {}", region, said);
        prop_assert_eq!(output.status.code(), Some(1));
    });
    assert_eq!(
        fs::read_dir(empty.path()).expect("readable").count(),
        0,
        "looking at a database does not make one"
    );
}

/// A generated app, in the folder that all generated apps share.
struct App {
    folder: PathBuf,
}

impl App {
    fn generate(database: &str) -> Self {
        let database = format!("database={database}");
        Self {
            folder: generated::new_app(NAME, &["--set", &database]),
        }
    }

    /// A copy of the example that commands alone made.
    fn of_example() -> Self {
        let files = xtask::repository::read(xtask::example::FOLDER).expect("the example");
        let write = |folder: &Path| xtask::repository::write(folder, &files);
        Self {
            folder: generated::write_app(|folder| write(folder).expect("a writable folder")),
        }
    }

    /// Runs the checks that the app's author would run before a commit.
    fn check(&self, environment: &[(&str, &str)]) {
        self.cargo(&["fmt", "--check"], &[]);
        self.cargo(
            &[
                "clippy",
                "--locked",
                "--all-targets",
                "--",
                "--deny",
                "warnings",
            ],
            &[],
        );
        self.cargo(&["build", "--locked"], &[]);
        self.cargo(&["test", "--locked"], environment);
    }

    /// Runs the tests that `hoglet vendor` writes, on this app's database. `cargo test --workspace` has run them on SQLite.
    fn check_hoglet_web(&self, environment: &[(&str, &str)]) {
        generated::run(
            Command::new(env!("CARGO_BIN_EXE_hoglet"))
                .args(["vendor", "--with-tests"])
                .current_dir(&self.folder),
        );
        // `--workspace` includes the app, because the app's feature chooses the database.
        // `sqlite` adds the second driver, because some of these tests are about SQLite files.
        let features = ["--workspace", "--features", "sqlite"];
        let arguments = [&["test", "--locked", "--test", "web"][..], &features].concat();
        self.cargo(&arguments, environment);
    }

    #[track_caller]
    fn cargo(&self, arguments: &[&str], environment: &[(&str, &str)]) {
        let mut cargo = generated::cargo(&self.folder);
        cargo.args(arguments);
        generated::run(cargo.envs(environment.iter().copied()));
    }

    /// The built binary, in a folder and with an empty environment.
    fn binary(&self, folder: &Path) -> Command {
        let mut command = Command::new(generated::target().join("debug").join(NAME));
        command.current_dir(folder).env_clear().env("PORT", "0");
        command
    }

    fn works_in_development(&self, database: Option<&str>) {
        let posthog = Posthog::start([]);
        let mut command = self.binary(&self.folder);
        command.envs(posthog.settings());
        command.envs(database.map(|url| ("DATABASE_URL", url)));
        let server = Server::start(&mut command);
        tour(server, &posthog, "development@example.com");
    }

    /// Runs in an empty folder, because the binary contains everything that it needs.
    fn works_in_production(&self, database: &str) {
        let posthog = Posthog::start([]);
        let empty = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(self.production(&empty, database).envs(posthog.settings()));
        tour(server, &posthog, "production@example.com");
    }

    fn production(&self, folder: &TempDir, database: &str) -> Command {
        let mut command = self.binary(folder.path());
        command
            .env("APP_ENV", "production")
            // Without this setting, the demo's errors are off in production.
            .env("DEMO_ERRORS", "true")
            .env("SECRET_KEY", "5e".repeat(64))
            .env("DATABASE_URL", database);
        command
    }

    fn shares_sessions_between_processes(&self, database: &str) {
        let empty = tempfile::tempdir().expect("a temporary folder");
        // Both start at once, so that they also run the migrations at the same time.
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| Server::start(&mut self.production(&empty, database)));
            let other = scope.spawn(|| Server::start(&mut self.production(&empty, database)));
            (
                one.join().expect("it starts"),
                other.join().expect("it starts"),
            )
        });
        let browser = Browser::in_session(1);
        browser.sign_up(&one, "shared@example.com");
        // Cookies are independent of ports.
        assert_eq!(browser.get(&other, "/dashboard").status(), 200);
        assert_eq!(browser.post(&other, "/logout", &[]).status(), 303);
        assert_eq!(browser.get(&one, "/dashboard").status(), 303);
    }
}

/// Visits every part of the app, then checks the events that PostHog received.
fn tour(server: Server, posthog: &Posthog, email: &str) {
    visit_every_corner(&server, email);

    posthog.wait_for("user_login_failed", 1);
    posthog.wait_for("$exception", 3);
    let events = posthog.events("");
    let person_of = |name: &str| {
        let event = events.iter().find(|event| event["event"] == name);
        event.unwrap_or_else(|| panic!("{name} never came"))["person"].clone()
    };
    let user = person_of("user_signed_up");
    assert!(user.is_string());
    for name in EVENTS {
        assert_eq!(
            person_of(name),
            user,
            "{name} is on the person who signed up"
        );
    }
    for event in &events {
        for name in ["environment", "release"] {
            assert!(event["properties"][name].is_string(), "{name} in {event}");
        }
    }
    posthog.is_content();
    let exceptions = posthog.get("/hoglet/exceptions").to_string();
    assert!(
        exceptions.contains("src/demo/"),
        "frames show where in the app it arose"
    );
    assert!(!exceptions.contains(email), "no error carries an address");

    // The last event is delivered too, although the process gets its signal immediately.
    Browser::in_session(3).post(&server, "/api/burrito/consider", &[]);
    assert!(server.stop().success());
    posthog.wait_for("burrito_considered", 2);
}

fn visit_every_corner(server: &Server, email: &str) {
    let browser = Browser::in_session(1);
    assert_eq!(browser.get(server, "/livez").status(), 200);
    assert_eq!(browser.get(server, "/readyz").status(), 200);

    let home = browser.get(server, "/");
    assert_eq!(home.status(), 200);
    assert_eq!(home.headers()["cache-control"], "no-store");
    assert!(home.headers().contains_key("x-request-id"));
    let home = home.text().expect("text");
    assert!(home.contains(TITLE), "the page bears the app's name");
    let stylesheet = home
        .split('"')
        .find(|part| part.starts_with("/static/") && part.contains(".css"))
        .expect("a stylesheet");
    assert_eq!(browser.get(server, stylesheet).status(), 200);

    let dashboard = browser.get(server, "/dashboard");
    assert_eq!(dashboard.status(), 303);
    assert!(
        dashboard.headers()["location"]
            .to_str()
            .expect("text")
            .starts_with("/login?next=")
    );
    assert_eq!(browser.get(server, "/burrito").status(), 200);
    let considered: Value = browser
        .post(server, "/api/burrito/consider", &[])
        .json()
        .expect("JSON");
    assert_eq!(considered, json!({"success": true, "count": 1}));

    browser.sign_up(server, email);
    for page in ["/dashboard", "/profile", "/dashboard/"] {
        assert_eq!(browser.get(server, page).status(), 200, "{page}");
    }
    for (error, status) in [
        ("value", 400),
        ("unhandled", 500),
        ("panic", 500),
        ("unknown", 422),
    ] {
        let answer = browser.post(server, "/api/trigger-error", &[("error_type", error)]);
        assert_eq!(answer.status(), status, "{error}");
    }
    let group: Value = browser
        .post(server, "/api/group-analytics", &[])
        .json()
        .expect("JSON");
    assert_eq!(group["success"], true);
    assert_eq!(browser.get(server, "/no-such-page").status(), 404);
    assert_eq!(browser.get(server, "/logout").status(), 405);
    assert_eq!(browser.post(server, "/logout", &[]).status(), 303);
    assert_eq!(browser.get(server, "/dashboard").status(), 303);
    // After a log-out, posthog-js begins a new session.
    let wrong = [("email", email), ("password", "not the password")];
    let failed = Browser::in_session(2).post(server, "/login", &wrong);
    assert_eq!(failed.status(), 422);
}
