//! The app that runs beside the stand-in: its address and its flags.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::standin::Standin;

/// The app runs on this machine, so without an answer within this time it is being built, or hangs.
const TIMEOUT: Duration = Duration::from_secs(2);
const LARGEST_ANSWER: usize = 256 * 1024;

/// The handle for a program that runs an app beside the stand-in.
///
/// It sets the app's address and waits for changes of flags.
#[derive(Clone)]
pub struct Beside {
    standin: Arc<Standin>,
    changes: watch::Receiver<u64>,
    flags_version: u64,
}

/// A flag of the app, from its own list in development.
#[derive(Debug, Serialize, Deserialize)]
pub struct AppFlag {
    key: String,
    #[serde(default)]
    variants: Vec<String>,
}

impl Beside {
    pub fn new(standin: Arc<Standin>) -> Self {
        let flags_version = standin.read().flags_version;
        Self {
            changes: standin.changes(),
            flags_version,
            standin,
        }
    }

    /// Sets the address of the app.
    pub fn listens(&self, address: &str) {
        self.standin.set_app(address);
    }

    /// Waits until a flag has changed, and returns the number of the change.
    pub async fn flags_changed(&mut self) -> u64 {
        loop {
            let version = self.standin.read().flags_version;
            if version != self.flags_version {
                self.flags_version = version;
                return version;
            }
            if self.changes.changed().await.is_err() {
                // The stand-in has ended, so there are no more changes.
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Asks the app for its flags. The error is the reason why there is no answer.
pub async fn flags(app: &str) -> Result<Vec<AppFlag>, String> {
    let uri: Uri = format!("{}/dev/flags", app.trim_end_matches('/'))
        .parse()
        .map_err(|cause| format!("`{app}` is no address: {cause}"))?;
    match timeout(TIMEOUT, request_flags(&uri)).await {
        Ok(answer) => answer.map_err(|cause| format!("{uri}: {cause}")),
        Err(_) => Err(format!(
            "{uri}: no answer within {} seconds",
            TIMEOUT.as_secs()
        )),
    }
}

async fn request_flags(uri: &Uri) -> Result<Vec<AppFlag>, String> {
    let text = |cause: &dyn std::fmt::Display| cause.to_string();
    let authority = uri.authority().ok_or("it names no host")?;
    let address = (
        authority.host().trim_matches(['[', ']']),
        authority.port_u16().unwrap_or(80),
    );
    let stream = TcpStream::connect(address)
        .await
        .map_err(|cause| text(&cause))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|cause| text(&cause))?;
    // The task ends with the connection. The request below reports the same errors.
    tokio::spawn(connection);
    let request = Request::get(uri.path())
        .header(header::HOST, authority.as_str())
        .header(header::ACCEPT, "application/json")
        .body(Body::empty())
        .map_err(|cause| text(&cause))?;
    let answer = sender
        .send_request(request)
        .await
        .map_err(|cause| text(&cause))?;
    if answer.status() != StatusCode::OK {
        return Err(answer.status().to_string());
    }
    let body = to_bytes(Body::new(answer.into_body()), LARGEST_ANSWER)
        .await
        .map_err(|cause| text(&cause))?;
    serde_json::from_slice(&body).map_err(|cause| text(&cause))
}
