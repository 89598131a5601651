//! `hoglet dev` as its user sees it: what is changed shows, what is broken does no harm, and no event is lost.
//!
//! Like `generated_app`, this compiles an app with all its dependencies; `target/` keeps them.

#![cfg(unix)]

#[path = "support/generated.rs"]
mod generated;
#[path = "support/process.rs"]
mod process;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use process::Server;
use reqwest::blocking::{Client, Response, get};
use serde_json::Value;

/// What would lead every event past the stand-in, were it not overruled.
const ELSEWHERE: &str = "
POSTHOG_API_KEY=phc_elsewhere
POSTHOG_HOST=http://127.0.0.1:9
POSTHOG_DISABLED=true
";

#[test]
fn what_is_changed_shows_and_what_is_broken_does_no_harm() {
    let _lock = generated::lock();
    let app = App::generate();
    app.edit(".env", |text| text + ELSEWHERE);
    let dev = app.dev();
    let posthog = dev.posthog();

    // A view shows at once, and pages hear of it.
    let version = dev.text("/dev/reload");
    assert!(
        dev.text("/")
            .contains(&format!("data-version=\"{version}\""))
    );
    app.edit("templates/home.html", |text| {
        text.replace("{% block main %}", "{% block main %}<p>another view</p>")
    });
    assert!(dev.text("/").contains("another view"));
    let changed = dev.text("/dev/reload");
    assert_ne!(changed, version);

    // A flag that is switched shows as soon.
    let flag = Client::new().put(format!("{posthog}/hoglet/flags/new-menu"));
    let switched = flag.body("true").send().expect("an answer");
    assert_eq!(switched.status(), 200);
    dev.reloads(&changed);
    let changed = dev.text("/dev/reload");

    // A handler is built, and the new app answers at the same address.
    app.edit("src/routes/health.rs", |text| {
        text.replace("\"ok\"\n", "\"another handler\"\n")
    });
    dev.server.says("hoglet  | src/routes/health.rs changed");
    dev.answers("/livez", "another handler");
    assert_ne!(dev.text("/dev/reload"), changed, "pages hear of it too");

    // A broken build is cargo's to explain. Meanwhile the last good one serves.
    let good = app.read("src/routes/health.rs");
    app.edit("src/routes/health.rs", |text| text + "broken\n");
    dev.server.says("error: ");
    dev.server
        .says("hoglet  | the last good build keeps serving");
    assert_eq!(dev.text("/livez"), "another handler");
    app.edit("src/routes/health.rs", |_| {
        good.replace("another handler", "mended handler")
    });
    dev.answers("/livez", "mended handler");

    // What the old processes captured has arrived, and what is captured last will.
    dev.consider_burrito();
    let arrived =
        format!("{posthog}/hoglet/wait?event=burrito_considered&events=1&timeout_ms=20000");
    let arrived: Value = get(arrived).and_then(Response::json).expect("JSON");
    assert_eq!(arrived["met"], true);
    dev.server.says("posthog | burrito_considered");
    dev.consider_burrito();
    let (status, log) = dev.server.interrupt();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("posthog | burrito_considered"), "{log}");
    assert!(log.contains("captured=2 delivered=2 lost=0"), "{log}");
}

#[test]
fn a_change_of_settings_starts_the_app_anew_and_delivers_what_it_captured() {
    let _lock = generated::lock();
    let app = App::generate();
    let dev = app.dev();
    let version = dev.text("/dev/reload");
    dev.consider_burrito();
    app.edit(".env", |text| text + "SHUTDOWN_TIMEOUT_SECONDS=7\n");
    dev.server.says("hoglet  | .env changed");
    dev.server.says("captured=1 delivered=1 lost=0");
    let line = dev.server.says("listening on ");
    assert_ne!(
        line,
        format!("listening on {}", dev.server.address),
        "a port that was only taken because it was free is not kept over what .env says"
    );
    let address = line.trim_start_matches("listening on ");
    let now = get(format!("{address}/dev/reload")).and_then(Response::text);
    assert_ne!(now.expect("text"), version);

    // A setting that cannot be is the app's to explain, and to be mended.
    app.edit(".env", |text| text + "PORT=none\nLOG_FORMAT=none\n");
    dev.server.says("LOG_FORMAT");
    dev.server.says("hoglet  | the app ended");
    app.edit(".env", |text| {
        text.replace("LOG_FORMAT=none", "LOG_FORMAT=json")
    });
    dev.server.says("listening on ");
    assert!(dev.server.stop().success());
}

#[test]
fn a_new_app_can_be_built_and_started_at_once() {
    let _lock = generated::lock();
    let app = App::generate();
    fs::remove_dir_all(&app.folder).expect("it was there");
    let new = Server::start(
        app.hoglet()
            .args(["new", "--yes", "--no-git", "--json", "--run"])
            .arg(&app.folder),
    );
    assert_eq!(get(new.url("/livez")).expect("an answer").status(), 200);
    new.says("is running");
    new.says(&format!("app     {}", new.address));
    new.says("posthog http://127.0.0.1:");
    assert!(new.stop().success());
}

/// An app whose dependencies are compiled.
struct App {
    folder: PathBuf,
}

impl App {
    fn generate() -> Self {
        let folder = generated::folder().join("dev/hedge");
        let _ = fs::remove_dir_all(&folder);
        let app = Self { folder };
        generated::run(
            app.hoglet()
                .args(["new", "--yes", "--no-git"])
                .arg(&app.folder),
        );
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--locked"]).current_dir(&app.folder);
        generated::run(cargo.env("CARGO_TARGET_DIR", generated::target()));
        app
    }

    fn hoglet(&self) -> Command {
        let mut hoglet = Command::new(env!("CARGO_BIN_EXE_hoglet"));
        hoglet
            .env("CARGO_TARGET_DIR", generated::target())
            .env("NO_COLOR", "1")
            .env("PORT", "0");
        hoglet
    }

    fn dev(&self) -> Dev {
        let mut hoglet = self.hoglet();
        // From anywhere inside the app, as cargo does.
        hoglet.arg("dev").current_dir(self.folder.join("src"));
        Dev {
            server: Server::start(&mut hoglet),
        }
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).expect("a readable file")
    }

    fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
        let old = self.read(file);
        let new = change(old.clone());
        assert_ne!(new, old, "{file} is another one");
        fs::write(self.folder.join(file), new).expect("a writable file");
    }
}

/// A running `hoglet dev`.
struct Dev {
    server: Server,
}

impl Dev {
    /// The address that it prints.
    fn posthog(&self) -> String {
        let line = self.server.says("    posthog ");
        line.replace("posthog", "").trim().to_owned()
    }

    fn text(&self, path: &str) -> String {
        get(self.server.url(path))
            .and_then(Response::text)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.server.log()))
    }

    /// Waits until open pages are told to load anew.
    #[track_caller]
    fn reloads(&self, version: &str) {
        let start = Instant::now();
        while self.text("/dev/reload") == version {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "pages hear nothing"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until it does. While the app is started anew, nobody answers.
    #[track_caller]
    fn answers(&self, path: &str, expected: &str) {
        let start = Instant::now();
        loop {
            let text = get(self.server.url(path)).and_then(Response::text);
            if text.is_ok_and(|text| text == expected) {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(120),
                "{path} never said `{expected}`:\n{}",
                self.server.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn consider_burrito(&self) {
        let request = Client::new().post(self.server.url("/api/burrito/consider"));
        assert_eq!(request.send().expect("an answer").status(), 200);
    }
}
