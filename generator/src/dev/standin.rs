//! The stand-in for PostHog in this process.
//!
//! A line in the terminal shows each event that a browser sends.
//!
//! The data stays in the app's `data/` for the next run. When a flag changes, the app's open pages reload.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hoglet_standin::{Beside, Journal, Options, Server};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::dev::arguments::Arguments;
use crate::dev::console::{Source, print_line};
use crate::dev::error::Error;
use crate::posthog;

/// The lines to print at once: a load test must not hide all other output.
const LINES_AT_ONCE: usize = 20;

/// Path of the stand-in's state in the app's folder. Git ignores `data`.
const STATE: &str = "data/posthog.json";
/// The app's open pages reload when this file changes.
const RELOAD: &str = "data/reload";

pub struct Standin {
    pub address: String,
    beside: Beside,
    reloading: JoinHandle<()>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Standin {
    pub async fn start(arguments: &Arguments, app: &Path) -> Result<Self, Error> {
        let server = bind(arguments, app).await?;
        let beside = server.beside();
        let reloading = tokio::spawn(reload(beside.clone(), app.join(RELOAD)));
        let address = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(server, stopped));
        Ok(Self {
            address,
            beside,
            reloading,
            stop,
            task,
        })
    }

    /// Tells the stand-in the app's address.
    pub fn app_listens(&self, address: &str) {
        self.beside.listens(address);
    }

    /// Prints the last events, and ends.
    pub async fn stop(self) {
        self.reloading.abort();
        // Both fail only if the task has ended already.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Reloads the app's open pages when a flag changes.
async fn reload(mut beside: Beside, file: PathBuf) {
    loop {
        let version = beside.flags_changed().await;
        if let Err(cause) = std::fs::write(&file, version.to_string()) {
            let file = file.display();
            print_line(
                Source::Posthog,
                &format!("cannot write `{file}` ({cause}); reload the app's pages to see the flag"),
            );
        }
    }
}

async fn bind(arguments: &Arguments, app: &Path) -> Result<Server, posthog::Error> {
    let mut options = Options {
        flags: arguments.flags.clone(),
        posthog_js: arguments.posthog_js.clone(),
        state: Some(app.join(STATE)),
        log: |line| print_line(Source::Posthog, line),
        ..Options::default()
    };
    if let Some(port) = arguments.posthog_port {
        options.address.set_port(port);
    }
    match Server::bind(&options).await.map_err(posthog::Error::from) {
        Err(posthog::Error::Listen { cause, owner, .. })
            if cause.kind() == ErrorKind::AddrInUse && arguments.posthog_port.is_none() =>
        {
            let port = options.address.port();
            let by = owner.map(|owner| format!(" by {owner}"));
            let by = by.unwrap_or_default();
            print_line(
                Source::Hoglet,
                &format!("port {port} is taken{by}, so the stand-in for PostHog takes another"),
            );
            options.address.set_port(0);
            Ok(Server::bind(&options).await?)
        }
        result => result,
    }
}

async fn serve(server: Server, stopped: oneshot::Receiver<()>) {
    let mut journal = server.journal();
    let stop = async move {
        let printing = async {
            loop {
                journal.changed().await;
                print(&mut journal);
            }
        };
        tokio::select! {
            () = printing => {}
            _ = stopped => {}
        }
        print(&mut journal);
    };
    if let Err(error) = server.run(stop).await {
        print_line(Source::Posthog, &error.to_string());
    }
}

fn print(journal: &mut Journal) {
    let lines = journal.lines();
    for line in lines.iter().take(LINES_AT_ONCE) {
        print_line(Source::Posthog, line);
    }
    if lines.len() > LINES_AT_ONCE {
        let more = lines.len() - LINES_AT_ONCE;
        print_line(Source::Posthog, &format!("and {more} more"));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_left_to_its_owner() {
        let usual = Options::default();
        // If this fails, another process has the port already.
        let _taken = Server::bind(&usual).await;
        let app = tempfile::tempdir().unwrap();
        let start = async |arguments: &Arguments| Standin::start(arguments, app.path()).await;
        let standin = start(&Arguments::default()).await.unwrap();
        assert_ne!(standin.address, format!("http://{}", usual.address));
        standin.stop().await;

        let asked_for = Arguments {
            posthog_port: Some(usual.address.port()),
            ..Arguments::default()
        };
        assert!(matches!(start(&asked_for).await, Err(Error::Posthog(_))));
    }

    #[tokio::test]
    async fn a_flag_that_is_switched_reloads_the_apps_pages_and_survives_a_restart() {
        let app = tempfile::tempdir().unwrap();
        let arguments = Arguments {
            posthog_port: Some(0),
            ..Arguments::default()
        };
        let standin = Standin::start(&arguments, app.path()).await.unwrap();
        let url = |standin: &Standin, path: &str| format!("{}/hoglet/{path}", standin.address);
        let http = reqwest::Client::new();
        let reload = app.path().join(RELOAD);
        let mut before = String::new();
        for active in ["true", "false"] {
            let put = http.put(url(&standin, "flags/menu")).body(active).send();
            assert!(put.await.unwrap().status().is_success());
            let changed = async {
                while std::fs::read_to_string(&reload).unwrap_or_default() == before {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(10), changed)
                .await
                .unwrap();
            before = std::fs::read_to_string(&reload).unwrap();
        }
        standin.app_listens("http://127.0.0.1:8000/");
        let status = http.get(url(&standin, "status")).send().await.unwrap();
        let status: serde_json::Value = status.json().await.unwrap();
        assert_eq!(status["app"], "http://127.0.0.1:8000");
        standin.stop().await;

        let restarted = Standin::start(&arguments, app.path()).await.unwrap();
        let flags = http.get(url(&restarted, "flags")).send().await.unwrap();
        let flags: serde_json::Value = flags.json().await.unwrap();
        assert_eq!(flags["flags"]["menu"]["active"], false);
        restarted.stop().await;
        assert_eq!(std::fs::read_to_string(&reload).unwrap(), before);
    }
}
