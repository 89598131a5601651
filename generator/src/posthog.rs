//! `hoglet posthog`: runs the stand-in for PostHog and its page, without an app.
//!
//! The stand-in is the crate `hoglet-standin`.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use hoglet_standin::{Options, Server};

use crate::interrupt::End;
use crate::output::log;
use crate::shared::system;
use crate::signals::Signals;

#[derive(Debug, Clone, clap::Args)]
pub struct Arguments {
    /// Port to listen on; 0 takes a free port
    #[arg(long, default_value_t = Options::DEFAULT_PORT)]
    pub port: u16,
    /// Address to listen on; any address but loopback can be reached from other machines
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Host name that requests may use besides localhost, such as a container's name
    #[arg(long = "allow-host", value_name = "NAME")]
    pub allowed_hosts: Vec<String>,
    /// JSON file with the feature flags to start with
    #[arg(long, value_name = "FILE")]
    pub flags: Option<PathBuf>,
    /// Folder with the posthog-js to serve instead of the one in this binary (the `dist` of its npm package)
    #[arg(long, value_name = "FOLDER")]
    pub posthog_js: Option<PathBuf>,
    /// Number of events to keep; the oldest are dropped first
    #[arg(long, value_name = "NUMBER", default_value_t = Options::DEFAULT_KEEP)]
    pub keep: usize,
    /// File that keeps the data for the next start; without it the data is lost at the end
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Address of the app, such as http://127.0.0.1:8000, for the page to link to
    #[arg(long, value_name = "URL")]
    pub app: Option<String>,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
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
        /// The process that uses the port, if it can be found.
        owner: Option<String>,
    },

    #[error(transparent)]
    Standin(hoglet_standin::Error),
}

impl From<hoglet_standin::Error> for Error {
    fn from(error: hoglet_standin::Error) -> Self {
        match error {
            hoglet_standin::Error::Listen { address, cause } => Self::Listen {
                owner: match cause.kind() {
                    io::ErrorKind::AddrInUse => system::owner_of_port(address.port()),
                    _ => None,
                },
                address,
                cause,
            },
            error => Self::Standin(error),
        }
    }
}

/// Runs until a signal ends it, such as Ctrl+C.
pub fn run(arguments: Arguments) -> Result<End, Error> {
    let open = arguments.open;
    let options = Options {
        address: SocketAddr::new(arguments.host, arguments.port),
        allowed_hosts: arguments.allowed_hosts,
        flags: arguments.flags,
        posthog_js: arguments.posthog_js,
        keep: arguments.keep,
        state: arguments.state,
        app: arguments.app,
        log: |line| log(line),
    };
    let failed = |cause| Error::Standin(hoglet_standin::Error::Serve(cause));
    // Only this command and `hoglet dev` need threads.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    runtime.block_on(async {
        let mut signals = Signals::listen().map_err(failed)?;
        let server = Server::bind(&options).await?;
        let address = server.address();
        log(format_args!("listening on http://{address}"));
        log(format_args!(
            "point an app here with POSTHOG_HOST=http://{address} POSTHOG_PROJECT_TOKEN=phc_local"
        ));
        if open && let Err(cause) = open::that_detached(format!("http://{address}")) {
            log(format_args!(
                "cannot open a browser ({cause}); the address above is the page"
            ));
        }
        let mut end = End::Asked;
        server.run(async { end = signals.next().await }).await?;
        Ok(end)
    })
}
