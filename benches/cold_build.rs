//! Measures the first `cargo build` of a new app, and of a new Loco app if its folder is given.
//!
//! ```sh
//! LOCO_APP=/path cargo bench -p hoglet --bench cold_build                # prints the table
//! LOCO_APP=/path cargo bench -p hoglet --bench cold_build -- --refresh   # and writes it into docs/figures.md
//! ```
//!
//! It takes some minutes. Cargo has downloaded everything before, and no earlier build is used. A debug build is measured:
//! it is the first thing that a new user waits for. `docs/figures.md` says how to make the Loco app.

mod cpu_time;
#[allow(dead_code, reason = "this uses its own part of it")]
mod support;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use cpu_time::cpu_time;

const TABLE: &str = "cold-build";

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ours = Build::measure(&new_app(folder.path()));
    let mut table = String::from("| | wall time | CPU time |\n|---|---|---|\n");
    table += &ours.row("`hoglet new my-app`");
    match env::var_os("LOCO_APP").map(PathBuf::from) {
        Some(loco) => {
            let loco = Build::measure(&loco);
            table += &loco.row("`loco new`, SQLite, server-side");
            table += &format!(
                "| ratio | {:.2} (goal: 0.35) | {:.2} (goal: 0.45) |\n",
                ours.wall_time.div_duration_f64(loco.wall_time),
                ours.cpu_time.div_duration_f64(loco.cpu_time),
            );
        }
        None => table += "\nLoco was not measured: `LOCO_APP` does not name its folder.\n",
    }
    println!("\n{table}");
    if env::args().any(|argument| argument == "--refresh") {
        support::write_into_figures(TABLE, &table);
    }
    ExitCode::SUCCESS
}

fn new_app(folder: &Path) -> PathBuf {
    let mut hoglet = Command::new(env!("CARGO_BIN_EXE_hoglet"));
    hoglet.args(["new", "my-app", "--yes", "--no-git"]);
    hoglet.stdout(Stdio::null());
    succeed(hoglet.current_dir(folder));
    folder.join("my-app")
}

struct Build {
    wall_time: Duration,
    cpu_time: Duration,
}

impl Build {
    fn measure(app: &Path) -> Self {
        let cargo = |arguments: &[&str]| {
            let mut cargo = support::cargo();
            // Some of cargo's settings come from the folder in which it runs.
            cargo.current_dir(app).args(arguments);
            cargo
        };
        // This also writes the lock file, if the app has none.
        succeed(&mut cargo(&["fetch"]));
        let target = tempfile::tempdir().expect("a temporary folder");
        let mut build = cargo(&["build", "--locked"]);
        build.env("CARGO_TARGET_DIR", target.path());
        let (started, used) = (Instant::now(), cpu_time(std::process::id()));
        succeed(&mut build);
        Self {
            wall_time: started.elapsed(),
            cpu_time: cpu_time(std::process::id()) - used,
        }
    }

    fn row(&self, title: &str) -> String {
        let [wall, cpu] = [self.wall_time, self.cpu_time].map(|time| time.as_secs_f64());
        format!("| {title} | {wall:.0} s | {cpu:.0} s |\n")
    }
}

fn succeed(command: &mut Command) {
    let status = command.status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{command:?} failed"
    );
}
