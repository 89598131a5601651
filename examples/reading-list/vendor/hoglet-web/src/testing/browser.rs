//! A browser for tests.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex};

use cookie::Cookie;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, LOCATION, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// The header of a browser that follows a link or sends a form without a script.
pub const BROWSER: &[(&str, &str)] = &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];

/// The number of characters of the signature before a signed cookie's value.
const SIGNATURE: usize = 44;

/// A browser for tests: it keeps cookies, and follows no redirects.
#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    url: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// An answer.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as it was sent.
    pub body: Vec<u8>,
}

impl Browser {
    /// A new visitor at this address.
    pub fn new(url: &str) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // A test that needs a compressed answer requests it, and gets it still compressed.
            .no_gzip()
            .no_proxy();
        Self {
            client: client.build().unwrap(),
            url: url.to_owned(),
            cookies: Arc::default(),
        }
    }

    /// Another browser with a copy of the cookies, such as a thief's.
    pub fn copy(&self) -> Self {
        Self {
            cookies: Arc::new(Mutex::new(self.cookies.lock().unwrap().clone())),
            ..Self::new(&self.url)
        }
    }

    /// The same browser, with the same cookies, at another process of the app.
    pub fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// The text of a page.
    pub async fn page(&self, path: &str) -> String {
        self.get(path).await.text()
    }

    /// The same as [`Browser::get`], with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(with_headers(self.request(Method::GET, path), headers))
            .await
    }

    /// Requests the headers of a page.
    pub async fn head(&self, path: &str) -> Answer {
        self.send(self.request(Method::HEAD, path)).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(path, form, &[]).await
    }

    /// The same as [`Browser::post`], with headers.
    pub async fn post_with(
        &self,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.send(with_headers(request, headers)).await
    }

    /// A request with the browser's cookies, for [`Browser::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let cookies = self.cookies.lock().unwrap();
        if cookies.is_empty() {
            return request;
        }
        let pairs: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request.header(COOKIE, pairs.join("; "))
    }

    /// Sends a request, and stores the cookies of the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the app answers");
        let answer = Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        };
        let mut cookies = self.cookies.lock().unwrap();
        for cookie in answer.cookies() {
            if cookie.max_age().is_some_and(|age| age.is_zero()) {
                cookies.remove(cookie.name());
            } else {
                cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        drop(cookies);
        answer
    }

    /// A cookie as it is stored, signature included.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Sets a cookie in the browser.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    /// The visitor id in the cookie.
    pub fn visitor_id(&self) -> String {
        let cookie = self.cookie("visitor").expect("there is a visitor cookie");
        cookie[SIGNATURE..].to_owned()
    }
}

fn with_headers(mut request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    for (name, value) in headers {
        request = request.header(HeaderName::try_from(*name).unwrap(), *value);
    }
    request
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The text of a compressed answer.
    pub fn unzipped(&self) -> String {
        let mut text = String::new();
        let mut decoder = flate2::read::GzDecoder::new(&self.body[..]);
        decoder.read_to_string(&mut text).unwrap();
        text
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// A header's value; empty if the header is absent.
    pub fn header(&self, name: impl TryInto<HeaderName>) -> &str {
        let name = name.try_into().ok().expect("a header's name");
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The address of the answer's redirect, which must be a 303.
    pub fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        self.header(LOCATION)
    }

    /// The cookies that the answer sets.
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        let values = self.headers.get_all(SET_COOKIE).iter();
        values
            .map(|value| Cookie::parse(value.to_str().unwrap().to_owned()).unwrap())
            .collect()
    }

    /// The configuration that the page gives to posthog-js.
    pub fn posthog_config(&self) -> Option<Value> {
        let page = self.text();
        let (_, rest) = page.split_once(r#"id="posthog-config""#)?;
        let (_, rest) = rest.split_once('>')?;
        let (json, _) = rest.split_once("</script>")?;
        Some(serde_json::from_str(json).unwrap())
    }
}
