//! A stand-in for PostHog on the developer's own desk: `hoglet posthog`.
//!
//! It speaks the endpoints that SDKs and browsers speak, applies PostHog's rules on who is who, and shows
//! at once what would have become of the data. Nothing leaves the machine; with a state file, what came
//! in survives a restart.
//!
//! A request's way: [`header_limit`] → [`guard`] (is it from here?) → [`failure`] (has a test asked for trouble?) → [`body`]
//! (unwrapped to JSON) → [`intake`] or [`intake_v1`] (checked, made into [`event`]s) → [`store`] (bounded),
//! which asks [`people`] what each event does to whom and [`warnings`] what it tells of mistakes.
//!
//! - [`server`]: all routes in one place, and the life of the server
//! - [`capture`], [`capture_v1`], [`otlp`], [`evaluation`], [`definitions`], [`js`], [`surveys`]: PostHog's endpoints for
//!   events, logs and traces, flags, posthog-js and surveys
//! - [`scripts`]: posthog-js itself, which the binary carries
//! - [`people`], [`ids`], [`merging`], [`person`], [`properties`], [`lifting`]: who is who, and what is known about them
//! - [`flags`], [`flag_forms`], [`matching`]: who gets which flag
//! - [`project`]: what is set for the whole project
//! - [`api`], [`filter`], [`funnel`]: the JSON interface, for tests and for the page; described in `posthog/api.md`
//! - [`beside`]: the app it runs beside, in `hoglet dev`
//! - [`state`], [`saved`]: what survives a restart
//! - [`journal`]: what comes in, told in a line each
//! - [`page`]: the web page, in `posthog/page/`, kept up to date by server-sent events

mod api;
mod beside;
mod body;
mod capture;
mod capture_v1;
mod definitions;
mod deletion;
mod email;
mod evaluation;
mod event;
mod exceptions;
mod failure;
mod filter;
mod flag_forms;
mod flags;
mod funnel;
mod guard;
mod header_limit;
mod ids;
mod intake;
mod intake_v1;
mod journal;
mod js;
mod json_text;
mod lifting;
mod matching;
mod merging;
mod mistakes;
mod otlp;
mod outcome;
mod page;
mod people;
mod person;
mod project;
mod properties;
mod query;
mod refusal;
mod saved;
mod scripts;
mod server;
mod sessions;
mod standin;
mod state;
mod store;
mod surveys;
mod timestamp;
mod warning;
mod warnings;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use beside::Beside;
pub use journal::{Journal, line as event_line};
pub use server::Server;

use crate::interrupt::End;
use crate::output::complain;
use crate::shared::system;
use crate::signals::Signals;

/// Where the stand-in listens, and what it begins with.
#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8010)]
    pub port: u16,
    /// Address to listen on; anything but loopback is reachable by others
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Name under which requests may call it, besides localhost (a container's name, for example)
    #[arg(long = "allow-host", value_name = "NAME")]
    pub allowed_hosts: Vec<String>,
    /// JSON file with the feature flags to begin with
    #[arg(long, value_name = "FILE")]
    pub flags: Option<PathBuf>,
    /// Folder with the posthog-js to serve instead of the one in this binary (the `dist` of its npm package)
    #[arg(long, value_name = "FOLDER")]
    pub posthog_js: Option<PathBuf>,
    /// How many events to keep; the oldest make room
    #[arg(long, value_name = "NUMBER", default_value_t = store::EVENTS_KEPT)]
    pub keep: usize,
    /// File that keeps what has come in for the next start; without it everything is forgotten
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Address of the app, such as http://127.0.0.1:8000, for the page to lead there
    #[arg(long, value_name = "URL")]
    pub app: Option<String>,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Where it is said what became of the state file
    #[arg(skip = SAY)]
    pub say: fn(&str),
}

const SAY: fn(&str) = |line| complain(line);

impl Default for Arguments {
    fn default() -> Self {
        Self {
            port: 8010,
            host: IpAddr::from([127, 0, 0, 1]),
            allowed_hosts: Vec::new(),
            flags: None,
            posthog_js: None,
            keep: store::EVENTS_KEPT,
            state: None,
            app: None,
            open: false,
            say: SAY,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "cannot listen on {address} ({cause}{}); choose another port with --port, or 0 for a free one",
        .owner.as_ref().map_or_else(String::new, |owner| format!(", by {owner}"))
    )]
    Listen {
        address: SocketAddr,
        cause: io::Error,
        /// The process that has the port, where that is known.
        owner: Option<String>,
    },

    #[error("cannot read the flags in `{}` ({cause}); write JSON such as {{\"my-flag\": true}}", .file.display())]
    ReadFlags { file: PathBuf, cause: String },

    #[error("`{}` holds no array.js; give --posthog-js the `package/dist` of an unpacked `npm pack posthog-js`", .folder.display())]
    NoScripts { folder: PathBuf },

    #[error("the stand-in for PostHog stopped ({0}); start it again")]
    Serve(io::Error),
}

impl Error {
    fn listen(address: SocketAddr) -> impl Fn(io::Error) -> Self {
        move |cause| {
            let taken = cause.kind() == io::ErrorKind::AddrInUse;
            let owner = taken.then(|| system::owner_of_port(address.port()));
            Self::Listen {
                address,
                cause,
                owner: owner.flatten(),
            }
        }
    }
}

/// Runs until it is told to end.
pub fn run(arguments: &Arguments) -> Result<End, Error> {
    // Built here and not in `main`, so that the other commands start no threads.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Serve)?;
    runtime.block_on(async {
        let mut signals = Signals::listen().map_err(Error::Serve)?;
        let server = Server::bind(arguments).await?;
        let address = server.address();
        complain(format_args!("listening on http://{address}"));
        complain(format_args!(
            "point an app here with POSTHOG_HOST=http://{address} POSTHOG_PROJECT_TOKEN=phc_local"
        ));
        if arguments.open
            && let Err(cause) = open::that_detached(format!("http://{address}"))
        {
            complain(format_args!(
                "cannot open a browser ({cause}); the address above is the page"
            ));
        }
        let mut end = End::Asked;
        server.run(async { end = signals.next().await }).await?;
        Ok(end)
    })
}

fn read_flags(file: &Path) -> Result<BTreeMap<String, flags::Flag>, Error> {
    let error = |cause: String| Error::ReadFlags {
        file: file.to_owned(),
        cause,
    };
    let text = std::fs::read(file).map_err(|cause| error(cause.to_string()))?;
    let value: Value = json_text::parse(&text).map_err(error)?;
    flag_forms::read_all(&value).map_err(error)
}
