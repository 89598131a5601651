//! A browser without scripts: an HTTP client that keeps cookies and follows no redirect.

#![allow(
    dead_code,
    reason = "each test file uses its own part of this, and one uses it all"
)]

use reqwest::Method;
use reqwest::blocking::{Client, Response};
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::redirect::Policy;

use crate::process::Server;

pub const PASSWORD: &str = "correct horse battery staple";

/// Keeps cookies, does not follow redirects, and sends its session id as posthog-js would.
pub struct Browser(Client);

impl Browser {
    pub fn in_session(number: u8) -> Self {
        let session = format!("01995a5e-0000-7000-8000-0000000000{number:02}");
        let header = HeaderName::from_static("x-posthog-session-id");
        let headers = HeaderMap::from_iter([(header, session.try_into().expect("a header"))]);
        let client = Client::builder()
            .default_headers(headers)
            .cookie_store(true)
            .redirect(Policy::none());
        Self(client.build().expect("a client"))
    }

    #[track_caller]
    pub fn get(&self, server: &Server, path: &str) -> Response {
        self.ask(server, Method::GET, path, "*/*")
    }

    /// A request without a body that accepts a media type.
    #[track_caller]
    pub fn ask(&self, server: &Server, method: Method, path: &str, accept: &str) -> Response {
        self.0
            .request(method, server.url(path))
            .header("accept", accept)
            .send()
            .unwrap_or_else(|error| panic!("{error}\n{}", server.log()))
    }

    #[track_caller]
    pub fn post(&self, server: &Server, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.0.post(server.url(path)).form(form);
        request
            .send()
            .unwrap_or_else(|error| panic!("{error}\n{}", server.log()))
    }

    #[track_caller]
    pub fn sign_up(&self, server: &Server, email: &str) {
        let form = [
            ("name", "Hedgehog"),
            ("email", email),
            ("password", PASSWORD),
        ];
        let answer = self.post(server, "/signup", &form);
        assert_eq!(answer.status(), 303, "{}", server.log());
        assert_eq!(answer.headers()["location"], "/dashboard");
    }
}
