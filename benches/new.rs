//! Checks that `hoglet new` takes at most 20 ms.
//!
//! This includes starting the process and writing all files.
//!
//! ```sh
//! cargo bench -p hoglet --bench new
//! ```

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

const RUNS: usize = 101;
const BOUND: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|run| {
            let start = Instant::now();
            let status = Command::new(env!("CARGO_BIN_EXE_hoglet"))
                .args(["new", "--yes", "--no-git", "--json"])
                .arg(format!("hedge{run}"))
                .current_dir(folder.path())
                .stdout(std::process::Stdio::null())
                .status()
                .expect("hoglet runs");
            let time = start.elapsed();
            assert!(status.success(), "hoglet new failed");
            // All apps stay until the end, because ext4 is slow to create files just after others were deleted.
            time
        })
        .collect();
    times.sort();
    let median = times[RUNS / 2];
    println!(
        "hoglet new --yes --no-git: median {median:.1?} of {RUNS} runs, fastest {:.1?}",
        times[0]
    );
    if median <= BOUND {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
