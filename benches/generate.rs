//! Checks that `hoglet generate resource` takes at most 30 ms.
//!
//! This includes starting the process, reading the app, formatting the new files and writing everything. Each run has a
//! new app.
//!
//! ```sh
//! cargo bench -p hoglet --bench generate
//! cargo bench -p hoglet --bench generate -- --refresh      # also writes the table of docs/figures.md
//! ```

#[allow(dead_code, reason = "this uses its own part of it")]
#[path = "support.rs"]
mod support;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 51;
const BOUND: Duration = Duration::from_millis(30);

const RESOURCE: &[&str] = &[
    "resource",
    "post",
    "title:string:search:index",
    "body:text",
    "stars:integer?:index",
    "price:decimal(10,2)",
    "published:boolean",
    "due:date?",
    "stage:enum(draft,published)",
    "author:references(user)",
];

fn main() -> ExitCode {
    let mut all_in_time = true;
    let mut table = String::from("| command | median | fastest |\n|---|---|---|\n");
    for (name, arguments) in [
        ("resource", RESOURCE),
        ("page", &["page", "about"]),
        ("event", &["event", "order_placed", "item_count:integer"]),
    ] {
        let mut times: Vec<Duration> = (0..RUNS).map(|_| time(arguments)).collect();
        times.sort();
        let median = times[RUNS / 2];
        println!(
            "hoglet generate {name}: median {median:.1?} of {RUNS} runs, fastest {:.1?}, slowest {:.1?}",
            times[0],
            times[RUNS - 1]
        );
        table += &format!(
            "| `hoglet generate {name} …` | {median:.1?} | {:.1?} |\n",
            times[0]
        );
        all_in_time &= median <= BOUND;
    }
    if std::env::args().any(|argument| argument == "--refresh") {
        support::write_into_figures("generate", &table);
    }
    if all_in_time {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The time of one command in a new app.
fn time(arguments: &[&str]) -> Duration {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = folder.path().join("hedge");
    run(
        folder.path(),
        &["new", "hedge", "--yes", "--no-git", "--json"],
    );
    let start = Instant::now();
    run(&app, &[&["generate"], arguments].concat());
    start.elapsed()
}

fn run(folder: &Path, arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_hoglet"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .status()
        .expect("hoglet runs");
    assert!(status.success(), "{arguments:?} failed");
}
