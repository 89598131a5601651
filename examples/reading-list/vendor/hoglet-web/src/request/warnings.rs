//! [`Warnings`]: warnings that the log shows once, however often the cause happens.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;

use super::info::{is_trusted, peer};
use super::refusal::Refusal;
use crate::settings::Settings;

/// The maximum number of refused hosts to log: a client that tries many names must not fill the
/// log.
const MAX_HOSTS: usize = 20;
/// The maximum length of a host to log, in characters.
const MAX_CHARACTERS: usize = 255;

/// The warnings that this process has already logged.
#[derive(Debug, Default)]
pub struct Warnings {
    hosts: Mutex<HashSet<String>>,
    untrusted_proxy: AtomicBool,
}

impl Warnings {
    /// Logs the warnings that a request causes, for the operator.
    pub(crate) fn log(&self, settings: &Settings, request: &Request, refused: Option<&Refusal>) {
        if let Some(Refusal::OtherHost(host)) = refused {
            self.refused_host(host);
        }
        let forwarded = request.headers().contains_key("x-forwarded-for");
        let peer = peer(request);
        if settings.production() && forwarded && !is_trusted(settings, &peer) {
            self.untrusted_proxy(peer);
        }
    }

    fn refused_host(&self, host: &str) {
        let host: String = host.chars().take(MAX_CHARACTERS).collect();
        let mut known = self.hosts.lock().expect("nobody panics while holding it");
        if known.len() < MAX_HOSTS && known.insert(host.clone()) {
            tracing::warn!(
                host,
                "refused a request for a host that this app does not answer to (421); if the name is the \
                 app's own, set APP_URL to its address or add it to ALLOWED_HOSTS"
            );
        }
    }

    /// Without TRUSTED_PROXIES, all clients behind the proxy share one address.
    ///
    /// Then thirty failed log-ins of one person lock out everybody.
    fn untrusted_proxy(&self, peer: IpAddr) {
        if !self.untrusted_proxy.swap(true, Ordering::AcqRel) {
            tracing::warn!(
                %peer,
                "a request came with X-Forwarded-For from an address that is not in TRUSTED_PROXIES, so the \
                 header is ignored and all clients behind that address count as one; if it is your proxy, \
                 add its network to TRUSTED_PROXIES"
            );
        }
    }
}
