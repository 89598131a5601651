//! The stand-in's page in a real browser: what arrives shows at once, flags switch with a click, and text that strangers
//! send stays text.
//!
//! It needs Chromium; without it it says so, and in CI it fails. `SCREENSHOTS=FOLDER` keeps a picture of every view.

#![cfg(unix)]

#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "support/chromium.rs"]
mod chromium;
#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "support/posthog.rs"]
mod posthog;
#[path = "support/process.rs"]
mod process;

use std::env;
use std::path::Path;

use chromium::{Chromium, Tab};
use posthog::Posthog;
use serde_json::{Value, json};

/// Wide and narrow, in CSS pixels.
const SCREENS: [(u32, u32); 2] = [(1280, 900), (390, 844)];
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

struct Desk {
    posthog: Posthog,
    browser: Chromium,
}

impl Desk {
    fn open() -> Option<Self> {
        if chromium::program().is_none() {
            assert!(env::var_os("CI").is_none(), "no Chromium here: install it");
            eprintln!("skipped: no Chromium here; install it");
            return None;
        }
        Some(Self {
            posthog: Posthog::start([]),
            browser: Chromium::start(),
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.posthog.settings()[1].1)
    }

    fn put(&self, path: &str, body: &Value) {
        let sent = reqwest::blocking::Client::new()
            .put(self.url(path))
            .json(body)
            .send();
        assert!(sent.expect("an answer").status().is_success());
    }

    fn capture(&self, event: &str, distinct_id: &str, properties: Value) {
        let body = json!({
            "api_key": "phc_test", "event": event, "distinct_id": distinct_id, "properties": properties,
        });
        let sent = reqwest::blocking::Client::new()
            .post(self.url("capture/"))
            .body(body.to_string())
            .send();
        assert!(sent.expect("an answer").status().is_success());
    }

    /// A visitor who signs up, another who meets an error, and an integration that does some things wrong.
    fn fill(&self) {
        let anonymous = json!({"$process_person_profile": false, "$session_id": "s-1", "count": 1});
        self.capture("burrito_considered", "visitor-1", anonymous);
        let link = json!({"$anon_distinct_id": "visitor-1", "$session_id": "s-1", "$set": {"name": "Ann Lee"}});
        self.capture("$identify", "user-1", link);
        let link = json!({"$anon_distinct_id": "visitor-2", "$session_id": "s-2", "$set": {"name": "Bob Marsh"}});
        self.capture("$identify", "user-2", link);
        let link = json!({"$anon_distinct_id": "visitor-1", "$session_id": "s-2"});
        self.capture("$identify", "user-2", link);
        self.capture(HOSTILE, "anonymous", json!({"note": HOSTILE}));
        let frames = json!([
            {"function": "std::rt::lang_start", "filename": "std/rt.rs", "lineno": 1, "in_app": false},
            {"function": "app::routes::profile", "filename": "src/routes/profile.rs", "lineno": 88, "in_app": true},
        ]);
        let list = json!([{
            "type": "AppError", "value": "the profile could not be read",
            "mechanism": {"handled": false}, "stacktrace": {"type": "raw", "frames": frames},
        }]);
        self.capture(
            "$exception",
            "user-1",
            json!({"$exception_list": list, "$session_id": "s-1"}),
        );
        let called = json!({"$feature_flag": "beta-menu", "$feature_flag_response": false, "$session_id": "s-1"});
        self.capture("$feature_flag_called", "user-1", called);
    }

    /// `p1`, by the name of the person.
    fn person(&self, name: &str) -> String {
        let people = self.posthog.get(&format!("/hoglet/people?search={name}"));
        people[0]["id"].as_str().expect("a person").to_owned()
    }
}

fn shows(tab: &Tab, text: &str) {
    tab.until(&format!(
        "document.querySelector('main').innerText.includes({text:?})"
    ));
}

#[test]
fn what_arrives_shows_at_once_and_can_be_found() {
    let Some(desk) = Desk::open() else { return };
    let tab = desk.browser.new_tab();
    tab.go(&desk.url(""));
    shows(&tab, "Nothing has arrived yet");
    shows(&tab, "POSTHOG_HOST=http://127.0.0.1:");
    tab.until("document.getElementById('live').textContent === 'live'");

    desk.fill();
    tab.until("document.querySelectorAll('.row').length === 7");
    shows(&tab, HOSTILE);
    assert_eq!(tab.eval("document.querySelectorAll('main img').length"), 0);

    tab.fill("input[type=search]", "considered");
    tab.until("document.querySelectorAll('.row').length === 1");
    tab.click(".row");
    shows(&tab, "visitor-1");
    shows(&tab, "Ann Lee");
    tab.click(".detail .actions a");
    tab.until("document.querySelectorAll('.row').length === 4");
    tab.click(".chip");
    tab.until("document.querySelectorAll('.row').length === 7");

    tab.click("#reset");
    shows(&tab, "Nothing has arrived yet");
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn people_tell_how_they_came_to_be() {
    let Some(desk) = Desk::open() else { return };
    desk.fill();
    let tab = desk.browser.new_tab();
    tab.go(&desk.url(&format!("#/people/{}", desk.person("Bob"))));
    shows(&tab, "visitor-2 joined: it is the same person");
    shows(
        &tab,
        "A merge was refused: visitor-1 belongs to an identified person already",
    );
    shows(&tab, "Make a new anonymous id after log-out");
    tab.click("nav a[href='#/warnings']");
    shows(&tab, "Merge refused");
    shows(&tab, "An id that everybody shares");
    tab.click("nav a[href='#/exceptions']");
    tab.until("document.querySelector('.row') !== null");
    tab.click(".row");
    shows(&tab, "app::routes::profile");
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn a_flag_switches_with_a_click() {
    let Some(desk) = Desk::open() else { return };
    let flags = json!({"headline": {"variants": {"control": 50, "test": 50}}});
    desk.put("hoglet/flags", &flags);
    desk.fill();
    let flag = |key: &str| desk.posthog.get("/hoglet/flags")["flags"][key].clone();
    let tab = desk.browser.new_tab();
    tab.go(&desk.url("#/flags"));
    tab.until("document.querySelector('.switch') !== null");

    tab.click(".switch");
    tab.until("document.querySelector('.switch').getAttribute('aria-checked') === 'false'");
    assert_eq!(flag("headline")["active"], false);
    assert_eq!(
        tab.eval("document.activeElement.className"),
        "switch",
        "the keyboard stays there"
    );
    tab.click(".choices button:last-child");
    tab.until("document.querySelector('.choices button:last-child').getAttribute('aria-pressed') === 'true'");
    assert_eq!(flag("headline")["variant"], "test");
    shows(&tab, "The app asks for flags that are not here");
    tab.click(".add p button");
    tab.until("document.querySelectorAll('.flag').length === 2");
    assert_eq!(flag("beta-menu")["active"], true);
    tab.fill("[id='payload beta-menu true']", r#"{"dish": "burrito"}"#);
    tab.press("Tab");
    tab.until("document.querySelector('[id=\"payload beta-menu true\"]').value.includes('\\n')");
    assert_eq!(flag("beta-menu")["payloads"]["true"]["dish"], "burrito");
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn every_view_fits_every_screen() {
    let Some(desk) = Desk::open() else { return };
    desk.put(
        "hoglet/flags",
        &json!({"headline": {"variants": {"control": 50, "test": 50}}}),
    );
    desk.fill();
    let person = format!("people/{}", desk.person("Bob"));
    let tab = desk.browser.new_tab();
    for (scheme, (width, height)) in ["light", "dark"].into_iter().zip(SCREENS) {
        tab.size(width, height);
        tab.scheme(scheme);
        for view in [
            "events",
            "events?open=4",
            "people",
            &person,
            "exceptions",
            "exceptions/6",
            "flags",
            "warnings",
        ] {
            tab.go("about:blank");
            tab.go(&desk.url(&format!("#/{view}")));
            tab.until("document.querySelector('main h2, main .row') !== null");
            let wider = tab.eval("document.documentElement.scrollWidth - innerWidth");
            assert_eq!(wider, 0, "{view} is wider than {width} pixels");
            if let Some(folder) = env::var_os("SCREENSHOTS") {
                let name = view.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
                tab.screenshot(
                    &Path::new(&folder).join(format!("posthog-{name}-{width}-{scheme}.png")),
                );
            }
        }
    }
    assert_eq!(tab.problems(), Vec::<String>::new());
}
