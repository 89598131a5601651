//! `hoglet dev` as its user sees it: changes show, a broken build does no harm, and no event is lost.
//!
//! Like `generated_app`, this compiles an app with all its dependencies; `target/` keeps them. Some tests need a browser,
//! which is Chromium. Without it those tests print a message, and in CI they fail.

#![cfg(unix)]

#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "support/chromium.rs"]
mod chromium;
#[path = "support/generated.rs"]
mod generated;
#[path = "support/process.rs"]
mod process;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use chromium::Chromium;
use hoglet::releases::VERSION;
use process::Server;
use reqwest::blocking::{Client, Response, get};
use serde_json::{Value, json};

/// Settings that `hoglet dev` overrides. Otherwise no event would reach the stand-in.
const ELSEWHERE: &str = "
POSTHOG_API_KEY=phc_elsewhere
POSTHOG_PROJECT_TOKEN=phc_elsewhere
POSTHOG_HOST=http://127.0.0.1:9
POSTHOG_DISABLED=true
";

#[test]
fn changes_show_and_a_failed_build_does_no_harm() {
    let _lock = generated::lock();
    let app = App::generate();
    app.edit(".env", |text| text + ELSEWHERE);
    let dev = app.dev();
    let posthog = dev.posthog();

    // A changed view shows at once, and open pages learn of the change.
    let version = dev.version();
    assert!(
        dev.text("/")
            .contains(&format!("data-version=\"{version}\""))
    );
    app.edit("templates/home.html", |text| {
        text.replace("{% block main %}", "{% block main %}<p>another view</p>")
    });
    assert!(dev.text("/").contains("another view"));
    let changed = dev.version();
    assert_ne!(changed, version);

    // A switched flag shows at once too.
    let flag = Client::new().put(format!("{posthog}/hoglet/flags/new-menu"));
    let switched = flag.body("true").send().expect("an answer");
    assert_eq!(switched.status(), 200);
    dev.reloads(&changed);
    let changed = dev.version();

    // A changed handler is built, and the new app answers at the same address.
    app.edit("src/routes/home.rs", |text| {
        text.replace(
            r#"page.render("home.html", values)?"#,
            r#"page.render("home.html", values).map(|_| "another sentence")?"#,
        )
    });
    dev.server.says("hoglet  | src/routes/home.rs changed");
    dev.answers("/", "another sentence");
    assert_ne!(dev.version(), changed, "pages hear of it too");

    // Cargo's errors appear in the terminal and on the open pages. Meanwhile the last good build keeps serving.
    let good = app.read("src/routes/home.rs");
    app.edit("src/routes/home.rs", |text| text + "broken\n");
    dev.server.says("error: ");
    dev.server
        .says("hoglet  | the last good build keeps serving");
    assert!(dev.text("/").contains("another sentence"));
    let said = dev.state()["build_error"].clone();
    let said = said.as_str().expect("why it failed");
    assert!(said.starts_with("error: "), "{said}");
    assert!(said.contains("src/routes/home.rs:"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    app.edit("src/routes/home.rs", |_| {
        good.replace("another sentence", "corrected sentence")
    });
    dev.answers("/", "corrected sentence");
    assert_eq!(dev.state()["build_error"], Value::Null);

    // Events of the old processes have arrived, and the last events will arrive.
    dev.consider_burrito();
    let arrived =
        format!("{posthog}/hoglet/wait?event=burrito_considered&events=1&timeout_ms=20000");
    let arrived: Value = get(arrived).and_then(Response::json).expect("JSON");
    assert_eq!(arrived["met"], true);
    dev.server.says("app     |   burrito_considered       as ");
    dev.consider_burrito();
    let (status, log) = dev.server.interrupt();
    assert_eq!(status.code(), Some(130), "{log}");
    assert!(log.contains("captured=2 delivered=2 lost=0"), "{log}");
}

#[test]
fn the_terminal_has_a_line_for_a_request_and_one_for_an_event() {
    let _lock = generated::lock();
    let app = App::generate();
    let dev = app.dev();
    let posthog = dev.posthog();
    for path in ["/livez", "/static/app.css", "/dev/reload", "/burrito"] {
        dev.text(path);
    }
    dev.consider_burrito();
    let missing = get(dev.server.url("/nowhere")).expect("an answer");
    assert_eq!(missing.status(), 404);
    // The stand-in prints the events of browsers.
    let event = json!({
        "token": "phc_local", "event": "$pageview",
        "properties": {"distinct_id": "0198a2f1-7c66-4b1e", "$lib": "web"},
    });
    let relay = Client::new().post(dev.server.url("/relay/e/")).json(&event);
    assert_eq!(relay.send().expect("an answer").status(), 200);
    let arrived = format!("{posthog}/hoglet/wait?events=2&timeout_ms=20000");
    let arrived: Value = get(arrived).and_then(Response::json).expect("JSON");
    assert_eq!(arrived["met"], true);

    let (_, log) = dev.server.interrupt();
    let lines = |voice: &str, beginning: &str| {
        let prefix = format!("{voice:<7} | {beginning}");
        let found = log.lines().filter(|line| line.starts_with(&prefix));
        found.map(str::to_owned).collect::<Vec<_>>()
    };
    let requests = lines("app", "GET ");
    assert_eq!(requests.len(), 2, "{log}");
    assert!(requests[0].contains(" /burrito ") && requests[0].contains(" 200 "));
    assert!(requests[1].contains(" 404 "), "{log}");
    assert_eq!(
        lines("app", "POST /api/burrito/consider ").len(),
        1,
        "{log}"
    );
    let events = lines("app", "  ");
    assert_eq!(events.len(), 1, "{log}");
    assert!(events[0].starts_with("app     |   burrito_considered       as "));
    let mut below = log
        .lines()
        .skip_while(|line| !line.starts_with("app     | POST /api/burrito/consider "));
    assert_eq!(below.nth(1), Some(&*events[0]), "below its request: {log}");
    assert_eq!(
        lines("posthog", ""),
        [format!("posthog | {:<24} as user 0198a2f1…", "$pageview")],
        "{log}"
    );
    assert!(!log.contains("{\""), "no JSON in the terminal: {log}");

    // The file has the whole log, with full ids.
    let file = app.read("data/hoglet-dev.log");
    let captured = file
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|entry| entry["message"] == "captured")
        .expect("the event");
    assert_eq!(captured["person"].as_str().map(str::len), Some(36));
}

#[test]
fn a_mail_is_printed_with_its_address() {
    let _lock = generated::lock();
    let app = App::generate();
    let dev = app.dev();
    let form = [
        ("name", "Ann"),
        ("email", "ann@example.com"),
        ("password", "a sentence is fine"),
    ];
    let sign_up = Client::new().post(dev.server.url("/signup")).form(&form);
    assert_eq!(sign_up.send().expect("an answer").status(), 200);
    let line = dev.server.says("app     | mail ");
    dev.server.says("app     | job  send_confirmation ");
    let address = line.split(' ').next_back().expect("an address");
    let page = get(address).and_then(Response::text).expect("a page");
    assert!(page.contains("ann@example.com"), "{page}");
}

#[test]
fn a_package_can_be_renamed_meanwhile() {
    let _lock = generated::lock();
    let app = App::generate();
    let dev = app.dev();
    let version = dev.version();
    // Apps that run side by side in development have different cookies.
    assert!(dev.sets_cookie("hedge-visitor"));
    app.edit("Cargo.toml", |text| {
        text.replace("name = \"hedge\"", "name = \"hedgerow\"")
    });
    dev.server.says("hoglet  | Cargo.toml changed");
    dev.server.says("Compiling hedgerow");
    dev.server.says("listening on ");
    assert_ne!(dev.version(), version);
    assert!(dev.sets_cookie("hedgerow-visitor"));
    assert!(dev.server.stop().success());
}

#[test]
fn with_real_posthog_events_go_to_posthog() {
    let _lock = generated::lock();
    let app = App::generate();
    let mut elsewhere = Command::new(env!("CARGO_BIN_EXE_hoglet"));
    let elsewhere = Server::start(elsewhere.args(["posthog", "--port", "0"]));
    let settings = format!(
        "POSTHOG_PROJECT_TOKEN=phc_theirs\nPOSTHOG_API_KEY=phc_theirs\nPOSTHOG_HOST={}\n",
        elsewhere.address
    );
    app.edit(".env", |text| text + &settings);
    let dev = app.dev_with(&["--real-posthog"]);
    dev.server.says("PostHog itself, with the token in .env");
    dev.consider_burrito();
    let arrived = elsewhere.url("/hoglet/wait?event=burrito_considered&events=1&timeout_ms=20000");
    let arrived: Value = get(arrived).and_then(Response::json).expect("JSON");
    assert_eq!(arrived["met"], true);
    let events = elsewhere.url("/hoglet/events?event=burrito_considered");
    let events: Value = get(events).and_then(Response::json).expect("JSON");
    assert_eq!(events["events"][0]["token"], "phc_theirs");
    assert!(dev.server.stop().success());
    let (status, _) = elsewhere.interrupt();
    assert_eq!(status.code(), Some(130));
}

#[test]
fn a_first_visit_has_the_browsers_half_and_no_fault() {
    let Some(browser) = browser() else { return };
    let _lock = generated::lock();
    let app = App::generate();
    let dev = app.dev();
    let posthog = dev.posthog();
    let tab = browser.new_tab();
    tab.go(&dev.server.url("/"));
    tab.until("window.posthog?.__loaded === true");
    tab.go(&dev.server.url("/signup"));
    tab.fill("#name", "A Hedgehog");
    tab.fill("#email", "ada@example.com");
    tab.fill("#password", "correct horse battery staple");
    tab.leaves(|| tab.click("main button"));
    assert_eq!(tab.text("location.pathname"), "/dashboard");
    tab.until("window.posthog?.sessionRecordingStarted() === true");
    tab.go(&dev.server.url("/burrito"));
    tab.click("main button");
    tab.until("document.getElementById('count').textContent === '1'");
    tab.go("about:blank");

    let ask = |path: &str| -> Value {
        let answer = get(format!("{posthog}{path}")).and_then(Response::json);
        answer.expect("JSON")
    };
    for (event, times) in [("$pageview", 4), ("burrito_considered", 1)] {
        let wait = format!("/hoglet/wait?event={event}&events={times}&timeout_ms=20000");
        assert_eq!(ask(&wait)["met"], true, "{event}");
    }
    assert!(ask("/hoglet/status")["counts"]["replay_requests"].as_u64() > Some(0));
    assert_eq!(ask("/hoglet/warnings"), json!([]));
    assert_eq!(ask("/hoglet/malformed"), json!([]));
    assert_eq!(tab.problems(), [""; 0]);
    drop(tab);
    assert!(dev.server.stop().success());
}

#[test]
fn an_open_page_shows_a_failed_build_until_it_is_corrected() {
    let Some(browser) = browser() else { return };
    let _lock = generated::lock();
    let app = App::generate();
    let dev = app.dev();
    let tab = browser.new_tab();
    let bar = "document.querySelector('hoglet-build-error')?.shadowRoot.textContent";
    for path in ["/burrito", "/nowhere"] {
        tab.go(&dev.server.url(path));
        assert_eq!(tab.eval(bar), Value::Null);
        let good = app.read("src/demo/burrito.rs");
        app.edit("src/demo/burrito.rs", |text| {
            text + "const MARKUP: &str = broken(\"<b>bold</b>\");\n"
        });
        tab.until(&format!("{bar}?.includes('src/demo/burrito.rs:') === true"));
        let text = tab.text(bar);
        assert!(text.contains("cannot find function `broken`"), "{text}");
        assert!(text.contains("<b>bold</b>"), "as text: {text}");
        tab.eval("window.isThePageBefore = true");
        app.edit("src/demo/burrito.rs", |_| good);
        tab.until("!window.isThePageBefore && document.readyState === 'complete'");
        assert_eq!(tab.eval(bar), Value::Null, "{path}");
    }
    drop(tab);
    assert!(dev.server.stop().success());
}

#[test]
fn a_changed_style_is_applied_without_a_reload() {
    let Some(browser) = browser() else { return };
    let _lock = generated::lock();
    let app = App::generate();
    let dev = app.dev();
    let colour = "getComputedStyle(document.querySelector('main')).color";
    let paint = |colour: &str| {
        app.edit("static/app.css", |text| {
            text + &format!("main {{ color: {colour} }}\n")
        });
    };
    let tab = browser.new_tab();
    let other = browser.new_tab();
    for tab in [&tab, &other] {
        tab.go(&dev.server.url("/signup"));
        tab.fill("#name", "A Hedgehog");
        tab.eval("window.isThePageBefore = true");
    }

    // One of the tabs is in the background, and hears of the change when it comes back.
    tab.call("Page.bringToFront", json!({}));
    paint("rgb(1, 2, 3)");
    tab.until(&format!("{colour} === 'rgb(1, 2, 3)'"));
    paint("rgb(4, 5, 6)");
    tab.until(&format!("{colour} === 'rgb(4, 5, 6)'"));
    other.call("Page.bringToFront", json!({}));
    other.until(&format!("{colour} === 'rgb(4, 5, 6)'"));
    for tab in [&tab, &other] {
        assert_eq!(tab.eval("window.isThePageBefore"), true, "no reload");
        assert_eq!(
            tab.text("document.querySelector('#name').value"),
            "A Hedgehog"
        );
        let links = "document.querySelectorAll('link[rel=stylesheet][href^=\"/static/app.css\"]')";
        assert_eq!(tab.eval(&format!("{links}.length")), 1);
        assert_eq!(tab.problems(), [""; 0]);
    }
    drop(other);

    // Scripts, pictures and views need another page.
    for file in [
        "static/app.js",
        "static/hedgehog.svg",
        "templates/signup.html",
    ] {
        tab.leaves(|| app.edit(file, |text| text + "\n"));
    }
    assert_eq!(tab.problems(), [""; 0]);
    drop(tab);
    assert!(dev.server.stop().success());
}

/// `None` if there is no Chromium, which is an error in CI.
fn browser() -> Option<Chromium> {
    if chromium::program().is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "no chromium here: install it"
        );
        println!("skipped: no chromium here; install it");
        return None;
    }
    Some(Chromium::start())
}

#[test]
fn a_change_of_settings_restarts_the_app_without_losing_events() {
    let _lock = generated::lock();
    let app = App::generate();
    let dev = app.dev();
    let version = dev.version();
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
    let now: Value = get(format!("{address}/dev/reload"))
        .and_then(Response::json)
        .expect("JSON");
    assert_ne!(now["version"], *version);

    // The app reports an invalid setting, and starts again once the setting is corrected.
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

#[test]
fn a_newer_template_is_mentioned_once_a_day() {
    let app = tempfile::tempdir().expect("a temporary folder");
    let write = |file: &str, text: &str| {
        let file = app.path().join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a writable folder");
        fs::write(file, text).expect("a writable file");
    };
    // An app that needs no dependencies.
    let manifest = "[package]\nname = \"hedge\"\nedition = \"2024\"\n[workspace]\n";
    write("Cargo.toml", manifest);
    write(
        "src/main.rs",
        r#"fn main() {
            eprintln!("listening on http://127.0.0.1:9");
            let _ = std::io::stdin().read_line(&mut String::new());
        }"#,
    );
    write(".hoglet.toml", "template_version = \"0.0.1\"\n");
    let log = || {
        let mut hoglet = Command::new(env!("CARGO_BIN_EXE_hoglet"));
        hoglet.env("CARGO_TARGET_DIR", app.path().join("target"));
        let arguments = ["dev", "--posthog-port", "0"];
        let dev = Server::start(hoglet.args(arguments).current_dir(app.path()));
        dev.says("    log ");
        let (status, log) = dev.interrupt();
        assert_eq!(status.code(), Some(130), "{log}");
        log
    };
    let hint = format!(
        "hoglet  | Hoglet {VERSION} is installed, and this app is from 0.0.1: `hoglet update --dry-run` shows the changes."
    );
    assert!(log().contains(&hint));
    assert!(!log().contains("hoglet update"));
    let file = fs::File::open(app.path().join("data/hoglet-update-hint")).expect("the last hint");
    let two_days_ago = SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
    file.set_modified(two_days_ago).expect("a writable file");
    assert!(log().contains(&hint));
}

/// An app whose dependencies are compiled.
struct App {
    folder: PathBuf,
}

impl App {
    fn generate() -> Self {
        let folder = generated::own_folder("dev/hedge");
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
        self.dev_with(&[])
    }

    fn dev_with(&self, arguments: &[&str]) -> Dev {
        let mut hoglet = self.hoglet();
        // It works in any folder of the app, as cargo does.
        hoglet
            .arg("dev")
            .args(arguments)
            .current_dir(self.folder.join("src"));
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
    /// The address of the stand-in, as printed.
    fn posthog(&self) -> String {
        let line = self.server.says("    posthog ");
        line.replace("posthog", "").trim().to_owned()
    }

    /// The state that open pages request.
    fn state(&self) -> Value {
        serde_json::from_str(&self.text("/dev/reload")).expect("JSON")
    }

    fn version(&self) -> String {
        self.state()["version"].as_str().expect("text").to_owned()
    }

    fn text(&self, path: &str) -> String {
        get(self.server.url(path))
            .and_then(Response::text)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.server.log()))
    }

    fn sets_cookie(&self, name: &str) -> bool {
        let answer = get(self.server.url("/")).expect("an answer");
        let cookies = answer.headers().get_all("set-cookie");
        let begin = format!("{name}=").into_bytes();
        let mut cookies = cookies.iter();
        cookies.any(|cookie| cookie.as_bytes().starts_with(&begin))
    }

    /// Waits until open pages would reload.
    #[track_caller]
    fn reloads(&self, version: &str) {
        let start = Instant::now();
        while self.version() == version {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "pages hear nothing"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits for the answer. While the app restarts, there is none.
    #[track_caller]
    fn answers(&self, path: &str, expected: &str) {
        let start = Instant::now();
        loop {
            let text = get(self.server.url(path)).and_then(Response::text);
            if text.is_ok_and(|text| text.contains(expected)) {
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
