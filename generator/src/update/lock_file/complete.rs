//! Lets cargo complete a lock file.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::candidate::{LockFile, PATH};
use crate::colors::DIM;
use crate::interrupt::{Interrupt, Interrupted};
use crate::output;

/// The time limit for cargo, which may wait for another cargo. Cargo itself limits the time of each request.
const TIME_LIMIT: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(20);

/// The result of [`complete`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    Complete,
    /// Cargo failed with this message. The user must complete the lock file.
    Refused(String),
}

/// Lets cargo complete the lock file of the updated app, unless it is complete already.
///
/// The lock file and the manifests must be on the disk. Versions that are in the lock file stay.
pub fn complete(
    app: &Path,
    lock_file: &LockFile,
    interrupt: &Interrupt,
) -> Result<Completion, Interrupted> {
    if lock_file.is_complete {
        return Ok(Completion::Complete);
    }
    let first = resolve(app, interrupt)?;
    let (Completion::Refused(_), Some(second)) = (&first, &lock_file.second_choice) else {
        return Ok(first);
    };
    let file = app.join(PATH);
    if fs::write(&file, second).is_ok() && resolve(app, interrupt)? == Completion::Complete {
        return Ok(Completion::Complete);
    }
    // This fails only if the write above also failed.
    let _ = fs::write(&file, &lock_file.text);
    Ok(first)
}

/// Resolves the dependencies from cargo's cache. If that fails, cargo asks the registry.
///
/// `cargo metadata` would resolve them in the same way, but would also download every crate.
fn resolve(app: &Path, interrupt: &Interrupt) -> Result<Completion, Interrupted> {
    let offline = run(app, &["--offline"], interrupt)?;
    if offline == Completion::Complete {
        return Ok(offline);
    }
    output::log(format_args!(
        "  {DIM}Cargo completes Cargo.lock with the registry{DIM:#}"
    ));
    run(app, &[], interrupt)
}

fn run(app: &Path, options: &[&str], interrupt: &Interrupt) -> Result<Completion, Interrupted> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let cargo = Command::new(program)
        .args(["update", "--workspace", "--quiet"])
        .args(options)
        .current_dir(app)
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    match cargo {
        Ok(cargo) => wait(cargo, interrupt),
        Err(cause) => Ok(Completion::Refused(format!(
            "cargo could not be started ({cause})"
        ))),
    }
}

fn wait(mut cargo: Child, interrupt: &Interrupt) -> Result<Completion, Interrupted> {
    let mut stderr = cargo.stderr.take().expect("it is piped");
    let words = thread::spawn(move || {
        let mut words = Vec::new();
        // If a read fails, the text so far is still useful.
        let _ = stderr.read_to_end(&mut words);
        String::from_utf8_lossy(&words).trim().to_owned()
    });
    let start = Instant::now();
    let status = loop {
        let ended = cargo.try_wait();
        let interrupted = interrupt.check();
        if let (Ok(Some(status)), Ok(())) = (&ended, interrupted) {
            break *status;
        }
        let is_late = start.elapsed() > TIME_LIMIT;
        if interrupted.is_err() || is_late || ended.is_err() {
            // Both calls fail only if cargo has ended already.
            let _ = cargo.kill();
            let _ = cargo.wait();
            interrupted?;
            let minutes = TIME_LIMIT.as_secs() / 60;
            let reason = format!("cargo did not end within {minutes} minutes");
            return Ok(Completion::Refused(reason));
        }
        thread::sleep(PAUSE);
    };
    if status.success() {
        return Ok(Completion::Complete);
    }
    if status.code().is_none() {
        // Ctrl+C reaches cargo and this process at the same time.
        thread::sleep(PAUSE);
        interrupt.check()?;
    }
    Ok(Completion::Refused(words.join().unwrap_or_default()))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Child {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).stderr(Stdio::piped());
        shell.spawn().unwrap()
    }

    #[test]
    fn a_signal_ends_cargo() {
        let start = Instant::now();
        let interrupted = wait(shell("exec sleep 60"), &Interrupt::after_signal());
        assert!(interrupted.is_err());
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn the_words_of_cargo_are_the_reason() {
        let refused = wait(
            shell("echo 'no such crate' >&2; exit 101"),
            &Interrupt::default(),
        );
        assert_eq!(
            refused.unwrap(),
            Completion::Refused("no such crate".to_owned())
        );
        let complete = wait(shell("echo warning >&2"), &Interrupt::default());
        assert_eq!(complete.unwrap(), Completion::Complete);
    }
}
