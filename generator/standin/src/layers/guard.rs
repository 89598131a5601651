//! Refuses requests of other web sites by their `Host`.
//!
//! Other machines cannot reach a server on loopback.
//!
//! Any web page can let its own host name resolve to 127.0.0.1, and then read from this server as from its own server (DNS
//! rebinding). Its requests still have that host name in `Host`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

#[derive(Debug)]
pub struct Hosts {
    bound: IpAddr,
    allowed: Vec<String>,
}

impl Hosts {
    pub fn new(bound: IpAddr, allowed: &[String]) -> Self {
        Self {
            bound,
            allowed: allowed
                .iter()
                .map(|name| name.to_ascii_lowercase())
                .collect(),
        }
    }

    fn allows(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        if let Ok(address) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
            // DNS rebinding needs a name. An address of this machine is allowed if the server listens there.
            return address.is_loopback() || address == self.bound || self.bound.is_unspecified();
        }
        name == "localhost" || name.ends_with(".localhost") || self.allowed.contains(&name)
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') =>
        {
            name
        }
        _ => host,
    }
}

pub async fn only_local(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    match host {
        Some(host) if hosts.allows(host) => next.run(request).await,
        _ => (
            StatusCode::FORBIDDEN,
            "This stand-in answers to localhost only. Start it with --allow-host NAME to reach it by another name.\n",
        )
            .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_names_are_answered() {
        let local = Hosts::new(IpAddr::from([127, 0, 0, 1]), &["PostHog".to_owned()]);
        for host in [
            "localhost",
            "localhost:8010",
            "LOCALHOST",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:8010",
            "app.localhost",
            "posthog:80",
        ] {
            assert!(local.allows(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8010",
            "localhost.evil.example",
            "192.168.1.2",
            "",
            ":8010",
            "[::2]:80",
            "127.0.0.1.evil",
        ] {
            assert!(!local.allows(host), "{host}");
        }
        let open = Hosts::new(IpAddr::from([0, 0, 0, 0]), &[]);
        assert!(open.allows("192.168.1.2:8010") && !open.allows("evil.example"));
    }
}
