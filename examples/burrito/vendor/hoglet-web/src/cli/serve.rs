//! `serve` and `jobs`: the two commands that run until a signal ends them.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use axum::Router;
use futures_core::future::BoxFuture;
use socket2::SockRef;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use super::connect::open_database;
use super::output::complain;
use crate::app::CommandResult;
#[cfg(feature = "sqlite")]
use crate::database::write_ahead_log::{self, WriteAheadLog};
use crate::jobs::Registry;
use crate::jobs::attempts::start_workers;
use crate::package::Package;
use crate::secret_paths::SecretPaths;
use crate::settings::Settings;
use crate::web::{AppParts, Web};
use crate::{housekeeping, logging, server, signals, system};

/// How many connections may wait to be accepted. The system lowers it to its own limit.
///
/// With the standard library's 128, a burst of new connections would be refused, or wait for a second.
const BACKLOG: i32 = 4096;

/// Opens the database and builds the [`Web`] that handlers and jobs share.
pub fn start(
    package: Package,
    settings: Settings,
    parts: AppParts,
    secret_paths: SecretPaths,
) -> BoxFuture<'static, Result<Web, Box<dyn Error + Send + Sync>>> {
    Box::pin(async move {
        let database = open_database(&settings, parts.migrations).await?;
        #[cfg(feature = "sqlite")]
        if let Some(log) = WriteAheadLog::of(&settings.database_url).await? {
            tokio::spawn(write_ahead_log::keep_short(log));
        }
        let web = Web::start(package, settings, database, parts, secret_paths).await?;
        if !web.settings.mail.available() {
            tracing::warn!(
                "SMTP_URL is not set, so the app sends no mail: users cannot reset a password, confirm an \
                 address or log in by link"
            );
        }
        housekeeping::at_start(&web).await?;
        Ok(web)
    })
}

/// Serves the app, and works on jobs, until a signal asks the process to end.
pub fn serve(
    listener: TcpListener,
    router: Router,
    web: Web,
    registry: Registry,
) -> BoxFuture<'static, CommandResult> {
    Box::pin(async move {
        let concurrency = web.settings.jobs.concurrency;
        let workers = start_workers(web.clone(), registry.into(), concurrency);
        let requests = signals::listen();
        complain(format_args!(
            "listening on {}",
            shown_address(&web.settings, &listener)?
        ));
        let under_way = workers.under_way();
        let serving = server::serve(listener, router, web.clone(), workers, requests.graceful);
        Ok(until_second_signal(serving, requests.immediate, &web, under_way).await)
    })
}

/// The address to print. In development it must work in a browser, and `0.0.0.0` does not.
fn shown_address(settings: &Settings, listener: &TcpListener) -> io::Result<String> {
    let address = listener.local_addr()?;
    if settings.development() && address.ip().to_canonical().is_unspecified() {
        return Ok(settings.local_url());
    }
    Ok(format!("http://{address}"))
}

/// Works on jobs, without serving, until a signal asks the process to end.
pub fn work(web: Web, registry: Registry) -> BoxFuture<'static, CommandResult> {
    Box::pin(async move {
        let concurrency = web.settings.jobs.concurrency;
        if concurrency == 0 {
            return Err(
                "JOBS_CONCURRENCY is 0, so this process would do nothing; set it to 1 or more"
                    .into(),
            );
        }
        if web.settings.lacks_address() {
            tracing::warn!(
                "APP_URL is not set and PORT is 0, so links in mails lead nowhere; set APP_URL to the \
                 address of the process that serves"
            );
        }
        let workers = start_workers(web.clone(), registry.into(), concurrency);
        let requests = signals::listen();
        complain(format_args!("working on jobs, {concurrency} at once"));
        let under_way = workers.under_way();
        let working = server::work(web.clone(), workers, requests.graceful);
        Ok(until_second_signal(working, requests.immediate, &web, under_way).await)
    })
}

/// Ends when the work ends, or immediately after a second signal.
async fn until_second_signal(
    work: impl Future<Output = ()>,
    second: oneshot::Receiver<u8>,
    web: &Web,
    jobs: watch::Receiver<usize>,
) -> ExitCode {
    let _buffered = logging::buffered();
    tokio::select! {
        () = work => ExitCode::SUCCESS,
        Ok(signal) = second => {
            let jobs = *jobs.borrow();
            server::log_losses(web, jobs, signal);
            ExitCode::from(128 + signal)
        }
    }
}

/// Listens on HOST and PORT, and stores the port that the system chose in the settings.
pub async fn listen(settings: &mut Settings) -> Result<TcpListener, String> {
    if settings.production() && !settings.https() {
        tracing::warn!(
            "APP_URL is not https: cookies are not Secure, and passwords travel in the clear"
        );
    }
    if settings.production() && !settings.has_app_url() {
        tracing::warn!(
            "APP_URL is not set: the app answers to this machine's own names and to ALLOWED_HOSTS; \
             requests for other hosts get a 421"
        );
    }
    let (host, port) = (settings.host.as_str(), settings.port);
    let describe = |error: io::Error| {
        let taken = error.kind() == ErrorKind::AddrInUse;
        let owner = taken.then(|| system::owner_of_port(port)).flatten();
        let owner = owner.map_or_else(String::new, |owner| format!(", by {owner}"));
        format!(
            "cannot listen on {host}:{port} ({error}{owner}); set HOST and PORT to an address that is free"
        )
    };
    let listener = bind(host, port).await.map_err(describe)?;
    settings.port = listener.local_addr().map_err(describe)?.port();
    Ok(listener)
}

/// Opens a socket on which many clients can connect at the same moment.
async fn bind(host: &str, port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((host, port)).await?;
    SockRef::from(&listener).listen(BACKLOG)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::time::Duration;

    use super::bind;

    #[tokio::test]
    async fn clients_connect_at_once_and_wait_to_be_accepted() {
        let listener = bind("127.0.0.1", 0).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let connect = |_| TcpStream::connect_timeout(&address, Duration::from_millis(500));
        let connected: Result<Vec<_>, _> = (0..300).map(connect).collect();
        assert_eq!(connected.expect("nobody is refused").len(), 300);
    }
}
