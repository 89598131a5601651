//! The running app with a stand-in for PostHog behind it, and the actions of a user in a browser.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::chromium::{self, Tab};
use crate::posthog::Posthog;
use crate::process::Server;

/// The settings that the server put into the page.
pub const CONFIG: &str = "JSON.parse(document.getElementById('posthog-config').textContent)";

pub const PASSWORD: &str = "correct horse battery staple";

/// A wide and a narrow screen, in CSS pixels.
pub const SCREENS: [(u32, u32); 2] = [(1280, 900), (390, 844)];

/// The app, its data, and the stand-in for PostHog.
pub struct House {
    pub app: Server,
    pub posthog: Posthog,
    pub data: TempDir,
}

impl House {
    /// `None` if there is no browser.
    pub fn open() -> Option<Self> {
        Self::with(&[])
    }

    /// Like [`Self::open`], with environment variables for the app.
    pub fn with(environment: &[(&str, &str)]) -> Option<Self> {
        Self::running(|| app().to_owned(), environment)
    }

    /// Like [`Self::with`], for another app. It is built only if there is a browser.
    pub fn running(build: impl FnOnce() -> PathBuf, environment: &[(&str, &str)]) -> Option<Self> {
        if chromium::program().is_none() {
            assert!(env::var_os("CI").is_none(), "no chromium here: install it");
            println!("skipped: no chromium here; install it");
            return None;
        }
        let data = tempfile::tempdir().expect("a temporary folder");
        let flags = json!({
            "new-dashboard-feature": {"payload": {"seats": 5, "until": "spring"}},
            "dashboard-headline": "friendly",
        });
        let file = data.path().join("flags.json");
        fs::write(&file, flags.to_string()).expect("a writable folder");
        let posthog = Posthog::start([OsStr::new("--flags"), file.as_os_str()]);
        let mut app = Command::new(build());
        app.current_dir(data.path())
            .env_clear()
            .env("PORT", "0")
            .envs(posthog.settings())
            .envs(environment.iter().copied());
        Some(Self {
            app: Server::start(&mut app),
            posthog,
            data,
        })
    }

    pub fn url(&self, path: &str) -> String {
        self.app.url(path)
    }

    /// Checks that the app logged no error, and that it ends when it is told to.
    pub fn close(self) {
        let log = self.app.log();
        assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
        assert!(self.app.stop().success());
    }

    /// Checks that every event is from these persons and sessions, and that there are no warnings.
    #[track_caller]
    pub fn received_only(&self, expected: &[&Who]) {
        for event in self.posthog.events("") {
            let is = |who: &&&Who| {
                event["distinct_id"] == *who.id && event["session_id"] == *who.session
            };
            assert!(
                expected.iter().any(|who| is(&who)),
                "none of {expected:?}: {event}"
            );
        }
        self.posthog.is_content();
    }

    /// The person that an id belongs to.
    #[track_caller]
    pub fn person(&self, distinct_id: &str) -> Value {
        let people = self
            .posthog
            .get(&format!("/hoglet/people?distinct_id={distinct_id}"));
        assert_eq!(people.as_array().map(Vec::len), Some(1), "{distinct_id}");
        people[0].clone()
    }
}

/// The person of a page, on which posthog-js and the server agree.
#[derive(Debug, PartialEq)]
pub struct Who {
    pub id: String,
    pub identified: bool,
    pub session: String,
}

#[track_caller]
pub fn who(tab: &Tab) -> Who {
    tab.until("window.posthog?.__loaded === true");
    let server = tab.eval(CONFIG);
    let id = tab.text("posthog.get_distinct_id()");
    assert_eq!(server["distinct_id"], *id);
    let identified = tab.eval("posthog.get_property('$user_state') === 'identified'");
    assert_eq!(server["is_identified"], identified);
    Who {
        id,
        identified: identified == true,
        session: tab.text("posthog.get_session_id()"),
    }
}

#[track_caller]
pub fn sign_up(tab: &Tab, house: &House, email: &str) {
    tab.go(&house.url("/signup"));
    sign_up_here(tab, email);
}

#[track_caller]
pub fn sign_up_here(tab: &Tab, email: &str) {
    tab.fill("#name", "A Hedgehog");
    tab.fill("#email", email);
    tab.fill("#password", PASSWORD);
    tab.leaves(|| tab.click("main button"));
    assert_eq!(tab.text("location.pathname"), "/dashboard");
}

#[track_caller]
pub fn log_in(tab: &Tab, house: &House, email: &str) {
    tab.go(&house.url("/login"));
    log_in_here(tab, email);
}

#[track_caller]
pub fn log_in_here(tab: &Tab, email: &str) {
    tab.fill("#email", email);
    tab.fill("#password", PASSWORD);
    tab.leaves(|| tab.click("main button"));
    assert_eq!(tab.text("location.pathname"), "/dashboard");
}

#[track_caller]
pub fn log_out(tab: &Tab) {
    tab.leaves(|| tab.click("form[action='/logout'] button"));
    assert_eq!(tab.text("location.pathname"), "/");
}

pub fn cookies(tab: &Tab) -> Vec<String> {
    let answer = tab.call("Network.getCookies", json!({}));
    let cookies = answer["cookies"].as_array().expect("a list");
    let mut names: Vec<String> = cookies
        .iter()
        .filter_map(|cookie| cookie["name"].as_str())
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

pub fn is_from(event: &Value, library: &str) -> bool {
    event["properties"]["$lib"] == library
}

pub fn is_local(url: &str, house: &House) -> bool {
    url.starts_with(&house.app.address)
        || ["about:", "blob:", "data:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
}

pub fn without(problems: Vec<String>, expected: &str) -> Vec<String> {
    problems
        .into_iter()
        .filter(|problem| !problem.contains(expected))
        .collect()
}

pub fn picture(tab: &Tab, name: &str) {
    if let Some(folder) = env::var_os("SCREENSHOTS") {
        fs::create_dir_all(&folder).expect("a writable folder");
        tab.until("document.getAnimations().length === 0");
        tab.screenshot(&Path::new(&folder).join(format!("{name}.png")));
    }
}

/// The template's own binary, which is built only if it is missing or old.
///
/// `cargo test --workspace` has built it already. A separate build would compile its dependencies again, with other features.
fn app() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .parent()
            .expect("the target folder");
        let binary = target.join("debug/my-app");
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template");
        let built = fs::metadata(&binary).and_then(|file| file.modified()).ok();
        if built.is_none_or(|built| built < newest(&template.join("src"))) {
            run(Command::new(env!("CARGO"))
                .args(["build", "--locked", "--package", "my-app", "--target-dir"])
                .arg(target)
                .current_dir(template));
        }
        binary
    })
}

fn newest(folder: &Path) -> SystemTime {
    let times = fs::read_dir(folder)
        .expect("a readable folder")
        .map(|entry| {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                newest(&path)
            } else {
                path.metadata()
                    .and_then(|file| file.modified())
                    .expect("a time")
            }
        });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
