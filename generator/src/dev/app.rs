//! The process of the app.
//!
//! It starts with the stand-in as its PostHog, and delivers its events before it ends.
//!
//! Unless `LOG_FORMAT` is set, the app logs in JSON, and [`Log`] shortens the log for the terminal.

use std::future::pending;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::dev::build::Program;
use crate::dev::console::{self, Source, print_line};
use crate::dev::environment::{Environment, token_variables};
use crate::dev::error::Error;
use crate::dev::log::Log;
use crate::dev::log_file::LogFile;

/// When the app is ready, it prints this text and its address.
const LISTENING: &str = "listening on ";
/// The app's own limit for its shutdown is shorter.
///
/// Container runtimes kill a container after the same time.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// The limit after a second signal to the app.
const STOP_AT_ONCE_TIMEOUT: Duration = Duration::from_secs(2);
/// The limit for reading the last lines of an ended process.
///
/// Its child processes may keep the pipe open for longer.
const LAST_LINES: Duration = Duration::from_millis(500);

pub struct App {
    child: Child,
    /// The app ends when this pipe closes, so it also ends if this process is killed.
    #[cfg_attr(unix, expect(dead_code, reason = "it is only held open"))]
    stdin: Option<ChildStdin>,
    readers: [JoinHandle<()>; 2],
    /// `None` once the address is known.
    address: Option<oneshot::Receiver<String>>,
    /// Deleted after the process has ended.
    _program: Program,
}

pub enum News {
    /// The app listens at this address; reported once.
    Listens(String),
    /// The app has ended without a signal from here.
    Ended(ExitStatus),
}

/// The settings that each process of the app starts with.
pub struct ProcessSettings<'a> {
    pub folder: &'a Path,
    /// The name of the app.
    pub name: &'a str,
    /// Address of the stand-in; `None` leaves PostHog to the app's own settings.
    pub posthog: Option<&'a str>,
    /// The port of the app's previous process.
    pub port: Option<u16>,
    /// File with the errors of a failed build, for the pages to show.
    pub build_error: &'a Path,
    pub log_file: &'a Arc<LogFile>,
}

/// The default path of the app's proxy to PostHog.
const PROXY_PATH: &str = "/relay";
/// Variable with the prefix of the app's cookie names.
const COOKIE_PREFIX: &str = "COOKIE_PREFIX";
/// Variable that tells the app to end when its standard input closes.
///
/// `vendor/hoglet-web/src/signals.rs` reads it.
const ENDS_WITH_STDIN: &str = "HOGLET_ENDS_WITH_STDIN";
/// Variable with the path of the file that holds the build's errors.
const BUILD_ERROR: &str = "HOGLET_BUILD_ERROR";

impl App {
    /// Starts the app in its folder.
    ///
    /// The variables set here override `.env`, so the app's events go to the stand-in.
    pub fn start(program: Program, settings: &ProcessSettings) -> Result<Self, Error> {
        let environment = Environment::read(settings.folder);
        let mut command = Command::new(&program.path);
        command
            .current_dir(settings.folder)
            .env("APP_ENV", "development")
            .env("POSTHOG_DISABLED", "false")
            .env(BUILD_ERROR, settings.build_error)
            .env(ENDS_WITH_STDIN, "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Ctrl+C in the terminal reaches only this process, which then tells the app to end. A second signal would end the
        // app at once.
        #[cfg(unix)]
        command.process_group(0);
        if let Some(posthog) = settings.posthog {
            command
                .env("POSTHOG_HOST", posthog)
                .envs(token_variables().map(|name| (name, "phc_local")));
        }
        if let Some(port) = settings.port {
            command.env("PORT", port.to_string());
        }
        if environment.get(COOKIE_PREFIX).is_none() {
            // Browsers send cookies to every port of a host, so two apps on this machine would log out each other's users.
            command.env(COOKIE_PREFIX, format!("{}-", settings.name));
        }
        let chosen = environment.get("LOG_FORMAT").is_some();
        if !chosen {
            command.env("LOG_FORMAT", "json");
        }
        let proxy_path = environment.get("POSTHOG_PROXY_PATH");
        let proxy_path = proxy_path.as_deref().unwrap_or(PROXY_PATH);
        let log = || {
            if chosen {
                Log::verbatim()
            } else {
                Log::new(proxy_path)
            }
        };
        if console::is_coloured() {
            // The app writes to a pipe, but a terminal shows its output.
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
            tokio::spawn(pass_on(
                child.stdout.take(),
                log(),
                Arc::clone(settings.log_file),
                None,
            )),
            tokio::spawn(pass_on(
                child.stderr.take(),
                log(),
                Arc::clone(settings.log_file),
                Some(sender),
            )),
        ];
        Ok(Self {
            stdin: child.stdin.take(),
            child,
            readers,
            address: Some(address),
            _program: program,
        })
    }

    /// Waits for the next [`News`]. The future may be dropped and called again.
    pub async fn news(&mut self) -> News {
        if let Some(address) = &mut self.address {
            // An error means that the app prints nothing more, because it is ending.
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
            // The status is unknown. The app will get a signal to end later, as usual.
            Err(_) => pending().await,
        }
    }

    /// Tells the app to end, and waits until its events are delivered.
    pub async fn stop(&mut self) {
        self.terminate();
        self.end_within(STOP_TIMEOUT).await;
    }

    /// Tells the app to end a second time. The app reports its losses and ends.
    pub async fn stop_at_once(&mut self) {
        self.terminate();
        self.end_within(STOP_AT_ONCE_TIMEOUT).await;
    }

    async fn end_within(&mut self, bound: Duration) {
        if timeout(bound, self.child.wait()).await.is_err() {
            let seconds = bound.as_secs();
            print_line(
                Source::Hoglet,
                &format!("the app did not end within {seconds} seconds; ending it by force"),
            );
            // This fails only if the app has ended meanwhile.
            let _ = self.child.kill().await;
        }
        self.last_lines().await;
    }

    #[cfg(unix)]
    fn terminate(&mut self) {
        use rustix::process::{Pid, Signal, kill_process};
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            // This fails only if the app has ended already.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    /// Other systems have no such signals.
    ///
    /// The first call closes the app's standard input, and the second kills the app.
    #[cfg(not(unix))]
    fn terminate(&mut self) {
        if self.stdin.take().is_none() {
            let _ = self.child.start_kill();
        }
    }

    async fn last_lines(&mut self) {
        for reader in &mut self.readers {
            if !reader.is_finished() {
                let _ = timeout(LAST_LINES, reader).await;
            }
        }
    }
}

/// Prints the lines of the app.
///
/// The line with the address is printed unchanged, so that scripts find it.
async fn pass_on(
    output: Option<impl AsyncRead + Unpin>,
    mut log: Log,
    file: Arc<LogFile>,
    mut address: Option<oneshot::Sender<String>>,
) {
    let Some(output) = output else { return };
    let mut lines = BufReader::new(output).split(b'\n');
    let show = |shown: Vec<String>| {
        for line in shown {
            print_line(Source::App, &line);
        }
    };
    loop {
        let overdue = async {
            match log.next_overdue() {
                Some(wait) => sleep(wait).await,
                None => pending().await,
            }
        };
        let line = tokio::select! {
            line = lines.next_segment() => line,
            () = overdue => {
                show(log.overdue(false));
                continue;
            }
        };
        // If the pipe cannot be read, the process has ended.
        let Ok(Some(line)) = line else { break };
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches('\r');
        file.write(line);
        match line.strip_prefix(LISTENING) {
            Some(rest) if address.is_some() => {
                console::print(&format!("{line}\n"));
                if let Some(address) = address.take() {
                    // This fails if the receiver was dropped.
                    let _ = address.send(rest.to_owned());
                }
            }
            _ => show(log.read(line)),
        }
    }
    show(log.overdue(true));
}
