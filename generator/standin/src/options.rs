//! The options of a stand-in: its address, and the data that it starts with.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::error::Error;
use crate::flags::Flag;
use crate::flags::forms;
use crate::json_text;
use crate::store::EVENTS_KEPT;

/// The options of a stand-in; by default it keeps everything in memory.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port 0 takes a free one. Any address but loopback can be reached from other machines.
    pub address: SocketAddr,
    /// Host names that requests may use besides `localhost`.
    pub allowed_hosts: Vec<String>,
    /// JSON file with the feature flags to start with.
    pub flags: Option<PathBuf>,
    /// Folder with the posthog-js to serve instead of the one in this crate.
    pub posthog_js: Option<PathBuf>,
    /// The number of events to keep; the oldest are dropped first.
    pub keep: usize,
    /// File that keeps the data for the next start.
    pub state: Option<PathBuf>,
    /// Address of the app; the page links to it.
    pub app: Option<String>,
    /// Receives messages about the state file, one line each.
    pub log: fn(&str),
}

impl Options {
    /// The default port.
    pub const DEFAULT_PORT: u16 = 8010;
    /// The default number of events to keep.
    pub const DEFAULT_KEEP: usize = EVENTS_KEPT;

    pub(crate) fn read_flags(&self) -> Result<BTreeMap<String, Flag>, Error> {
        let Some(file) = &self.flags else {
            return Ok(BTreeMap::new());
        };
        let error = |cause: String| Error::ReadFlags {
            file: file.clone(),
            cause,
        };
        let text = std::fs::read(file).map_err(|cause| error(cause.to_string()))?;
        let value: serde_json::Value = json_text::parse(&text).map_err(error)?;
        forms::read_all(&value).map_err(error)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: ([127, 0, 0, 1], Self::DEFAULT_PORT).into(),
            allowed_hosts: Vec::new(),
            flags: None,
            posthog_js: None,
            keep: Self::DEFAULT_KEEP,
            state: None,
            app: None,
            // The stand-in continues if the terminal is closed.
            log: |line| drop(writeln!(std::io::stderr(), "{line}")),
        }
    }
}
