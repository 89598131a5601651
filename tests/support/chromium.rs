//! A headless Chromium, driven over its DevTools protocol.
//!
//! It gives the tests tabs, clicks, keys, and all reported problems. Calls and answers are JSON over one web socket,
//! and every wait is a repeated question. The browser's reports in between (console, network, policy violations) are
//! kept, and read by [`Tab::problems`] and [`Tab::requests`].

use std::cell::RefCell;
use std::env;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

const PATIENCE: Duration = Duration::from_secs(30);
const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-port=0",
    // Chromium has no sandbox if tests run as root, in a container.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    // Chromium sends requests only to the app under test.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Makes the browser look like a person's. posthog-js treats a driven or headless browser as a robot.
const AS_A_PERSON: &[&str] = &[
    "--disable-blink-features=AutomationControlled",
    "--user-agent=Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
];

/// A browser with its own profile, like one person's computer.
pub struct Chromium {
    process: Child,
    _profile: TempDir,
    connection: RefCell<Connection>,
}

/// An open tab.
pub struct Tab<'a> {
    browser: &'a Chromium,
    session: String,
}

struct Connection {
    socket: WebSocket<TcpStream>,
    last_id: u64,
    events: Vec<Value>,
}

/// The browser's program, if there is one.
pub fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|folder| {
            ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
        })
        .find(|program| program.is_file())
}

impl Chromium {
    /// Starts a browser with the settings of a normal browser.
    pub fn start() -> Self {
        Self::with(AS_A_PERSON)
    }

    /// Starts a browser that resolves this host name to this machine.
    pub fn finding(host: &str) -> Self {
        let rule = format!("--host-resolver-rules=MAP {host} 127.0.0.1");
        Self::with(&[AS_A_PERSON, &[&*rule]].concat())
    }

    /// Starts a browser as an end-to-end test does, visibly driven.
    pub fn driven() -> Self {
        Self::with(&[])
    }

    fn with(flags: &[&str]) -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let process = Command::new(program().expect("a browser"))
            .args(FLAGS)
            .args(flags)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let port_file = profile.path().join("DevToolsActivePort");
        let address = wait_for("the browser's address", || {
            let text = fs::read_to_string(&port_file).ok()?;
            let (port, path) = text.split_once('\n')?;
            Some((port.parse::<u16>().ok()?, path.to_owned()))
        });
        Self {
            process,
            connection: RefCell::new(Connection::open(address)),
            _profile: profile,
        }
    }

    pub fn new_tab(&self) -> Tab<'_> {
        let call = |method: &str, parameters| {
            let answer = self.connection.borrow_mut().call(None, method, parameters);
            answer.unwrap_or_else(|error| panic!("{method}: {error}"))
        };
        let target = call("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone();
        let attached = call(
            "Target.attachToTarget",
            json!({"targetId": target, "flatten": true}),
        );
        let session = attached["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        let tab = Tab {
            browser: self,
            session,
        };
        for domain in ["Page", "Runtime", "Log", "Network", "Audits"] {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        tab.size(1280, 900);
        tab
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // After this call the browser ends all its processes and releases the profile.
        let connection = self.connection.get_mut();
        if connection.call(None, "Browser.close", json!({})).is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

impl Tab<'_> {
    #[track_caller]
    pub fn call(&self, method: &str, parameters: Value) -> Value {
        self.try_call(method, parameters)
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_call(&self, method: &str, parameters: Value) -> Result<Value, String> {
        self.browser
            .connection
            .borrow_mut()
            .call(Some(&self.session), method, parameters)
    }

    /// Goes to an address, and waits until the page and its scripts are loaded.
    #[track_caller]
    pub fn go(&self, url: &str) {
        self.leaves(|| {
            let answer = self.call("Page.navigate", json!({"url": url}));
            assert_eq!(answer.get("errorText"), None, "{url}");
        });
    }

    #[track_caller]
    pub fn reload(&self) {
        self.leaves(|| {
            self.call("Page.reload", json!({}));
        });
    }

    /// Runs an action that loads another page, or the same page anew, and waits until the page is loaded.
    #[track_caller]
    pub fn leaves(&self, action: impl FnOnce()) {
        // posthog-js delays its `$pageview` in a background page.
        self.call("Page.bringToFront", json!({}));
        self.eval("window.isThePageBefore = true");
        action();
        self.until("!window.isThePageBefore && document.readyState === 'complete'");
    }

    /// The value of a JavaScript expression. If it is a promise, its result.
    #[track_caller]
    pub fn eval(&self, expression: &str) -> Value {
        self.try_eval(expression)
            .unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    fn try_eval(&self, expression: &str) -> Result<Value, String> {
        let parameters =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.try_call("Runtime.evaluate", parameters)?;
        match answer.get("exceptionDetails") {
            Some(exception) => Err(exception.to_string()),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// The text that an expression returns.
    #[track_caller]
    pub fn text(&self, expression: &str) -> String {
        match self.eval(expression) {
            Value::String(text) => text,
            other => panic!("{expression} is {other}"),
        }
    }

    /// Waits until an expression is true. Between two pages it cannot be evaluated, which is not an error.
    #[track_caller]
    pub fn until(&self, condition: &str) {
        let start = Instant::now();
        while self.try_eval(condition) != Ok(Value::Bool(true)) {
            assert!(
                start.elapsed() < PATIENCE,
                "`{condition}` does not come true on {}",
                self.eval("location.href")
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// Clicks in the middle of an element, as a mouse does.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        let middle = self.eval(&format!(
            "(() => {{
               const element = document.querySelector({selector:?});
               element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
               const box = element.getBoundingClientRect();
               return {{ x: box.x + box.width / 2, y: box.y + box.height / 2 }};
             }})()"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            self.call(
                "Input.dispatchMouseEvent",
                json!({"type": kind, "x": middle["x"], "y": middle["y"], "button": "left", "clickCount": 1}),
            );
        }
    }

    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) {
        self.eval(&format!("document.querySelector({selector:?}).select()"));
        self.type_text(text);
    }

    #[track_caller]
    pub fn type_text(&self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Presses `Tab`, `Enter`, `Escape`, `ArrowDown` or `ArrowUp`.
    #[track_caller]
    pub fn press(&self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "ArrowUp" => (38, ""),
            "ArrowDown" => (40, ""),
            _ => panic!("which key is {key}?"),
        };
        let down = if text.is_empty() {
            "rawKeyDown"
        } else {
            "keyDown"
        };
        for kind in [down, "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            self.call(
                "Input.dispatchKeyEvent",
                json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}),
            );
        }
    }

    pub fn size(&self, width: u32, height: u32) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", screen);
    }

    /// Keeps pages in the back-forward cache even if they ask not to be stored.
    pub fn ignore_no_store(&self) {
        let pages = json!([{"resourceType": "Document", "requestStage": "Response"}]);
        self.call("Fetch.enable", json!({"patterns": pages}));
    }

    /// Sets the colour scheme, `light` or `dark`.
    pub fn scheme(&self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.call("Emulation.setEmulatedMedia", json!({"features": [feature]}));
    }

    /// The whole page as a PNG.
    pub fn screenshot(&self, file: &Path) {
        use base64::Engine;
        let size = self.call("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
        let clip =
            json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        let picture = self.call(
            "Page.captureScreenshot",
            json!({"format": "png", "clip": clip, "captureBeyondViewport": true}),
        );
        let data = picture["data"].as_str().expect("a picture");
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(data)
            .expect("base64");
        fs::write(file, bytes).expect("a writable folder");
    }

    /// The addresses of all requests of this tab.
    pub fn requests(&self) -> Vec<String> {
        let events = self.events();
        events
            .iter()
            .filter(|event| event["method"] == "Network.requestWillBeSent")
            .filter_map(|event| event["params"]["request"]["url"].as_str())
            .map(str::to_owned)
            .collect()
    }

    /// The headers of all requests of this tab, as they were sent.
    pub fn sent_headers(&self) -> Vec<Value> {
        let events = self.events();
        events
            .iter()
            .filter(|event| event["method"] == "Network.requestWillBeSentExtraInfo")
            .map(|event| event["params"]["headers"].clone())
            .collect()
    }

    /// The problems on this tab's pages so far.
    ///
    /// These are errors and warnings in the console, uncaught exceptions, failed requests, violations of the content security
    /// policy, and other issues that the browser reports.
    pub fn problems(&self) -> Vec<String> {
        self.events().iter().filter_map(problem).collect()
    }

    fn events(&self) -> Vec<Value> {
        // A call also reads the reports that the browser sends before the answer.
        let _ = self.try_eval("0");
        let connection = self.browser.connection.borrow();
        let ours = connection
            .events
            .iter()
            .filter(|event| event["sessionId"] == *self.session);
        ours.cloned().collect()
    }
}

fn problem(event: &Value) -> Option<String> {
    let parameters = &event["params"];
    match event["method"].as_str()? {
        "Runtime.consoleAPICalled"
            if matches!(
                parameters["type"].as_str(),
                Some("error" | "warning" | "assert")
            ) =>
        {
            Some(format!("console: {}", parameters["args"]))
        }
        "Runtime.exceptionThrown" => Some(format!("exception: {}", parameters["exceptionDetails"])),
        "Log.entryAdded"
            if matches!(
                parameters["entry"]["level"].as_str(),
                Some("error" | "warning")
            ) =>
        {
            let entry = &parameters["entry"];
            Some(format!(
                "{}: {} {}",
                entry["source"], entry["text"], entry["url"]
            ))
        }
        // posthog-js reads `document.cookie`, which Chromium reports as a performance issue. That is not our problem.
        "Audits.issueAdded" if parameters["issue"]["code"] != "PerformanceIssue" => {
            Some(format!("issue: {}", parameters["issue"]))
        }
        _ => None,
    }
}

impl Connection {
    fn open((port, path): (u16, String)) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the browser listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let url = format!("ws://127.0.0.1:{port}{path}");
        let (socket, _) = tungstenite::client(url, stream).expect("the browser answers");
        Self {
            socket,
            last_id: 0,
            events: Vec::new(),
        }
    }

    fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<Value, String> {
        let id = self.send(session, method, parameters)?;
        loop {
            let message = self.socket.read().map_err(|error| error.to_string())?;
            let Ok(mut message) = serde_json::from_slice::<Value>(&message.into_data()) else {
                continue;
            };
            if message["method"] == "Fetch.requestPaused" {
                self.go_on_without_no_store(&message)?;
            } else if message.get("id").is_none() {
                self.events.push(message);
            } else if message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(error["message"].to_string()),
                    None => Ok(message["result"].take()),
                };
            }
        }
    }

    fn send(
        &mut self,
        session: Option<&str>,
        method: &str,
        parameters: Value,
    ) -> Result<u64, String> {
        self.last_id += 1;
        let mut call = json!({"id": self.last_id, "method": method, "params": parameters});
        if let Some(session) = session {
            call["sessionId"] = session.into();
        }
        self.socket
            .send(Message::text(call.to_string()))
            .map_err(|error| error.to_string())?;
        Ok(self.last_id)
    }

    fn go_on_without_no_store(&mut self, paused: &Value) -> Result<u64, String> {
        let answer = &paused["params"];
        let headers = answer["responseHeaders"].as_array().into_iter().flatten();
        let kept: Vec<&Value> = headers
            .filter(|header| header["value"] != "no-store")
            .collect();
        let parameters = json!({
            "requestId": answer["requestId"],
            "responseCode": answer["responseStatusCode"],
            "responseHeaders": kept,
        });
        self.send(
            paused["sessionId"].as_str(),
            "Fetch.continueResponse",
            parameters,
        )
    }
}

#[track_caller]
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} does not come");
        sleep(Duration::from_millis(20));
    }
}
