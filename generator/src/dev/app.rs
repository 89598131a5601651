//! The app as a process: started with PostHog pointed at the stand-in, and ended so that its events arrive.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Error;
use super::build::Program;
use super::console::{self, Voice, say};

/// What the app prints, with its address, as soon as it answers.
const LISTENING: &str = "listening on ";
/// The app bounds its own shutdown below this. Containers are killed after the same time.
const PATIENCE: Duration = Duration::from_secs(10);
/// For the last lines of a process that has ended; what it has started itself may hold the pipe for longer.
const LAST_LINES: Duration = Duration::from_millis(500);

pub struct App {
    child: Child,
    readers: [JoinHandle<()>; 2],
    /// Taken once it is known.
    address: Option<oneshot::Receiver<String>>,
    /// Goes when the process has gone.
    _program: Program,
}

pub enum News {
    /// Told once.
    Listens(String),
    /// Though nobody has asked it to.
    Ended(ExitStatus),
}

impl App {
    /// Starts it in its folder. Real variables win over `.env`, so nothing there leads past the stand-in.
    pub fn start(
        program: Program,
        folder: &Path,
        posthog: &str,
        port: Option<u16>,
    ) -> Result<Self, Error> {
        let mut command = Command::new(&program.path);
        command
            .current_dir(folder)
            .env("APP_ENV", "development")
            .env("POSTHOG_HOST", posthog)
            .env("POSTHOG_PROJECT_TOKEN", "phc_local")
            .env("POSTHOG_API_KEY", "") // its older name
            .env("POSTHOG_DISABLED", "false")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(port) = port {
            command.env("PORT", port.to_string());
        }
        if console::is_coloured() {
            // It speaks to a pipe, which leads to a terminal.
            command.env("CLICOLOR_FORCE", "1");
        }
        let failed = |cause| Error::Disk {
            action: "start",
            path: program.path.clone(),
            cause,
        };
        let mut child = command.spawn().map_err(failed)?;
        let (sender, address) = oneshot::channel();
        let readers = [
            tokio::spawn(pass_on(child.stdout.take(), None)),
            tokio::spawn(pass_on(child.stderr.take(), Some(sender))),
        ];
        Ok(Self {
            child,
            readers,
            address: Some(address),
            _program: program,
        })
    }

    /// Waits for what it does next of itself. May be dropped and asked again.
    pub async fn news(&mut self) -> News {
        if let Some(address) = &mut self.address {
            // An error means that it says nothing more: it ends.
            let known = address.await;
            self.address = None;
            if let Ok(address) = known {
                return News::Listens(address);
            }
        }
        match self.child.wait().await {
            Ok(status) => {
                self.last_lines().await;
                News::Ended(status)
            }
            // Nobody can tell then; it is found out when it is asked to end.
            Err(_) => std::future::pending().await,
        }
    }

    /// Asks it to end, and waits until it has. It finishes its requests and delivers its events meanwhile.
    pub async fn stop(&mut self) {
        terminate(&mut self.child);
        if timeout(PATIENCE, self.child.wait()).await.is_err() {
            let seconds = PATIENCE.as_secs();
            say(
                Voice::Hoglet,
                &format!("the app did not end within {seconds} seconds; ending it by force"),
            );
            // It fails only where it has ended meanwhile.
            let _ = self.child.kill().await;
        }
        self.last_lines().await;
    }

    async fn last_lines(&mut self) {
        for reader in &mut self.readers {
            if !reader.is_finished() {
                let _ = timeout(LAST_LINES, reader).await;
            }
        }
    }
}

#[cfg(unix)]
fn terminate(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(pid) = pid.and_then(Pid::from_raw) {
        // It fails only where it has ended already.
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// Elsewhere a process cannot be asked.
#[cfg(not(unix))]
fn terminate(child: &mut Child) {
    let _ = child.start_kill();
}

/// The line with the address is passed on as it is, so that scripts find it.
async fn pass_on(output: Option<impl AsyncRead + Unpin>, address: Option<oneshot::Sender<String>>) {
    let Some(output) = output else { return };
    let mut output = BufReader::new(output);
    let mut address = address;
    let mut bytes = Vec::new();
    while output
        .read_until(b'\n', &mut bytes)
        .await
        .is_ok_and(|count| count > 0)
    {
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_end_matches(['\r', '\n']);
        match line.strip_prefix(LISTENING) {
            Some(rest) if address.is_some() => {
                console::print(&format!("{line}\n"));
                if let Some(address) = address.take() {
                    // Whoever no longer waits for it needs no address.
                    let _ = address.send(rest.to_owned());
                }
            }
            _ => say(Voice::App, line),
        }
        bytes.clear();
    }
}
