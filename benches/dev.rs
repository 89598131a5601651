//! Measures how soon `hoglet dev` shows a change: of a handler, a view and a style.
//!
//! A handler's change shows when the app serves the new page. The other changes show in a page that is open in Chromium.
//!
//! ```sh
//! cargo bench -p hoglet --bench dev
//! cargo bench -p hoglet --bench dev -- --refresh      # also writes the table of docs/figures.md
//! ```

#[allow(dead_code, reason = "this uses its own part of it")]
#[path = "../tests/support/chromium.rs"]
mod chromium;
#[path = "../tests/support/generated.rs"]
mod generated;
#[path = "../tests/support/process.rs"]
mod process;
#[allow(dead_code, reason = "this uses its own part of it")]
#[path = "support.rs"]
mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use chromium::Chromium;
use process::Server;
use reqwest::blocking::{Response, get};

const ROUNDS: usize = 7;
/// After this pause a change finds nothing left of the change before it.
const PAUSE: Duration = Duration::from_secs(1);

fn main() {
    let _lock = generated::lock();
    let app = App::generate();
    let mut hoglet = app.hoglet();
    let dev = Server::start(
        hoglet
            .args(["dev", "--posthog-port", "0"])
            .current_dir(&app.folder),
    );

    let home = app.file("src/routes/home.rs");
    let render = r#"page.render("home.html", values)"#;
    let handler = times(|round| {
        let text = format!("round {round} of {ROUNDS}");
        home.replace(render, &format!("{render}.map(|_| {text:?})"));
        served(&dev, |page| page == text);
    });
    home.replace(render, render);
    served(&dev, |page| page.contains("<main"));

    let browser = Chromium::start();
    let tab = browser.new_tab();
    tab.go(&dev.url("/"));
    let home = app.file("templates/home.html");
    let main = "{% block main %}";
    let view = times(|round| {
        home.replace(main, &format!("{main}<i id=\"round-{round}\"></i>"));
        tab.until(&format!(
            "document.getElementById('round-{round}') !== null"
        ));
    });
    let css = app.file("static/app.css");
    let style = times(|round| {
        css.replace(
            "body {",
            &format!("main {{ color: rgb({round}, 2, 3) }} body {{"),
        );
        tab.until(&format!(
            "getComputedStyle(document.querySelector('main')).color === 'rgb({round}, 2, 3)'"
        ));
    });
    drop(tab);
    dev.stop();

    let mut table = String::from("| change | shows in | median | fastest |\n|---|---|---|---|\n");
    for (change, place, times) in [
        ("a handler", "the served page", handler),
        ("a view", "the open page", view),
        ("a style", "the open page, without a reload", style),
    ] {
        let (median, fastest) = (times[ROUNDS / 2], times[0]);
        table += &format!("| {change} | {place} | {median:.2?} | {fastest:.2?} |\n");
    }
    println!("{table}");
    if std::env::args().any(|argument| argument == "--refresh") {
        support::write_into_figures("dev", &table);
    }
}

/// The times of all rounds, the shortest first.
fn times(mut round: impl FnMut(usize)) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|number| {
            sleep(PAUSE);
            let start = Instant::now();
            round(number);
            start.elapsed()
        })
        .collect();
    times.sort();
    times
}

/// Waits until the app serves such a page. While it restarts, it does not answer.
fn served(dev: &Server, is_expected: impl Fn(&str) -> bool) {
    let start = Instant::now();
    while !get(dev.url("/"))
        .and_then(Response::text)
        .is_ok_and(|page| is_expected(&page))
    {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "the change does not show:\n{}",
            dev.log()
        );
        sleep(Duration::from_millis(5));
    }
}

/// A new app whose dependencies are compiled.
struct App {
    folder: PathBuf,
}

impl App {
    fn generate() -> Self {
        let folder = generated::folder().join("dev/hedge");
        let _ = fs::remove_dir_all(&folder);
        let app = Self { folder };
        let mut new = app.hoglet();
        generated::run(new.args(["new", "--yes", "--no-git"]).arg(&app.folder));
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

    fn file(&self, name: &str) -> File {
        let path = self.folder.join(name);
        let original = fs::read_to_string(&path).expect("a readable file");
        File { path, original }
    }
}

/// A file of the app, with its text before all changes.
struct File {
    path: PathBuf,
    original: String,
}

impl File {
    /// Writes a text in which `old` is replaced with `new`.
    fn replace(&self, old: &str, new: &str) {
        assert!(
            self.original.contains(old),
            "{} has no `{old}`",
            self.path.display()
        );
        fs::write(&self.path, self.original.replace(old, new)).expect("a writable file");
    }
}
