//! The stand-in's page in a real browser.
//!
//! Events show at once, each person has one timeline, and flags switch with a click. The keyboard reaches everything, and
//! text from strangers stays text.
//!
//! The tests need Chromium, and npm for axe. Without them they print a message, and in CI they fail. `SCREENSHOTS=FOLDER`
//! keeps a picture of every view.

#![cfg(unix)]

#[path = "support/axe.rs"]
mod axe;
#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "support/chromium.rs"]
mod chromium;
#[allow(dead_code, reason = "each test file uses its own part of it")]
#[path = "support/posthog.rs"]
mod posthog;
#[path = "support/process.rs"]
mod process;

use std::env;
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use chromium::{Chromium, Tab};
use posthog::Posthog;
use serde_json::{Value, json};

/// A full window, a window beside the app, and a phone, in CSS pixels.
const SCREENS: [(u32, u32); 3] = [(1280, 900), (768, 1000), (390, 844)];
const LIVE: &str = "document.querySelector('#live')?.className === 'on'";
const HOSTILE: &str = "<img src=x onerror=alert(1)>";

struct Desk {
    posthog: Posthog,
    browser: Chromium,
}

impl Desk {
    fn open() -> Option<Self> {
        Self::with([])
    }

    fn with<const N: usize>(arguments: [&OsStr; N]) -> Option<Self> {
        if chromium::program().is_none() {
            assert!(env::var_os("CI").is_none(), "no Chromium here: install it");
            eprintln!("skipped: no Chromium here; install it");
            return None;
        }
        Some(Self {
            posthog: Posthog::start(arguments),
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

    /// One visitor signs up, another gets an error, and the integration makes some mistakes.
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

    fn batch(&self, events: &[Value]) {
        let body = json!({"api_key": "phc_test", "batch": events}).to_string();
        let client = reqwest::blocking::Client::new();
        let sent = client.post(self.url("batch/")).body(body).send();
        assert!(sent.expect("an answer").status().is_success());
    }

    /// Loads the page anew. Otherwise a different part after the `#` would only change the view.
    fn visit(&self, tab: &Tab, hash: &str) {
        tab.go("about:blank");
        tab.go(&self.url(&format!("#{hash}")));
    }

    /// Waits until the stand-in has this many open streams.
    #[track_caller]
    fn has_streams(&self, count: usize) {
        let start = Instant::now();
        loop {
            let streams = &self.posthog.get("/hoglet/status")["streams"];
            if *streams == count {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "{streams} streams, and not {count}"
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// The id of a person (such as `p1`), by the person's name.
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

/// The texts of all elements that a selector finds.
fn texts(tab: &Tab, selector: &str) -> Vec<String> {
    let all = tab.eval(&format!(
        "[...document.querySelectorAll({selector:?})].map((each) => each.innerText.trim())"
    ));
    let all = all.as_array().expect("a list");
    all.iter()
        .map(|text| text.as_str().expect("text").to_owned())
        .collect()
}

fn rows(tab: &Tab, count: usize) {
    tab.until(&format!(
        "document.querySelectorAll('.row').length === {count}"
    ));
}

/// An app that answers only with its list of flags.
fn app() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a question");
            let read = stream.read(&mut [0; 1024]).expect("a question");
            assert!(read > 0);
            let flags = r#"[{"key":"headline","variants":["control","friendly","bold"]},{"key":"new-menu","variants":[]}]"#;
            let length = flags.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{flags}"
            );
            stream.write_all(answer.as_bytes()).expect("it listens");
        }
    });
    address
}

#[test]
fn events_show_at_once_and_can_be_found() {
    let Some(desk) = Desk::open() else { return };
    let tab = desk.browser.new_tab();
    tab.go(&desk.url(""));
    shows(&tab, "No events yet");
    shows(&tab, "POSTHOG_HOST=http://127.0.0.1:");
    tab.until("document.getElementById('live').textContent === 'live'");

    desk.fill();
    rows(&tab, 7);
    shows(&tab, HOSTILE);
    assert_eq!(tab.eval("document.querySelectorAll('main img').length"), 0);

    tab.fill("input[type=search]", "considered");
    rows(&tab, 1);
    tab.click(".row");
    shows(&tab, "visitor-1");
    shows(&tab, "Ann Lee");
    tab.click(".detail .actions a");
    tab.until("document.querySelector('select[name=event]').value === 'burrito_considered'");
    rows(&tab, 1);
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn forgetting_everything_is_asked_for_first() {
    let Some(desk) = Desk::open() else { return };
    desk.fill();
    let tab = desk.browser.new_tab();
    tab.go(&desk.url(""));
    rows(&tab, 7);
    tab.click("#reset");
    tab.until("document.querySelector('dialog[open]')?.innerText.includes('7 events, 3 people')");
    tab.press("Escape");
    tab.until("document.querySelector('dialog') === null");
    assert_eq!(desk.posthog.events("").len(), 7);
    tab.click("#reset");
    tab.until("document.querySelector('dialog[open]') !== null");
    tab.click("dialog button[value=yes]");
    shows(&tab, "No events yet");
    assert_eq!(desk.posthog.events("").len(), 0);
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn filters_by_event_property_and_time_live_in_the_address() {
    let Some(desk) = Desk::open() else { return };
    for (event, plan) in [("paid", "pro"), ("paid", "free"), ("seen", "pro")] {
        desk.capture(event, "ann", json!({"plan": plan, "$session_id": "s"}));
    }
    let tab = desk.browser.new_tab();
    tab.go(&desk.url(""));
    rows(&tab, 3);
    let choose = |name: &str, value: &str| {
        tab.eval(&format!(
            "(() => {{ const select = document.querySelector('select[name={name}]'); select.value = {value:?}; \
             select.dispatchEvent(new Event('change')); }})()"
        ));
    };
    choose("event", "paid");
    rows(&tab, 2);
    tab.fill("input[name=property]", "plan = pro");
    tab.press("Enter");
    rows(&tab, 1);
    choose("time", "5m");
    tab.until("location.hash.includes('time=5m')");
    tab.reload();
    rows(&tab, 1);
    assert_eq!(texts(&tab, ".chip"), ["plan = pro"]);
    assert_eq!(
        tab.eval("[...document.querySelectorAll('select')].map((each) => each.value)"),
        json!(["paid", "5m"])
    );
    choose("time", "between");
    shows(&tab, "No events match");
    desk.capture("paid", "ann", json!({"plan": "pro", "$session_id": "s"}));
    rows(&tab, 1);
    tab.click(".chip");
    choose("time", "");
    rows(&tab, 3);

    // A property of an event links to the events with the same value.
    desk.visit(&tab, "/events?open=3");
    tab.until("document.querySelector('.detail .pick') !== null");
    tab.click(".detail .pick");
    rows(&tab, 3);
    assert_eq!(texts(&tab, ".chip"), ["plan = pro"]);
    // Chromium reports an issue because a choice that a test makes in a select does not count as a user's action.
    let skippable = |problem: &String| problem.contains("NavigationEntryMarkedSkippable");
    assert!(tab.problems().iter().all(skippable), "{:?}", tab.problems());
}

#[test]
fn the_keyboard_moves_opens_and_closes() {
    let Some(desk) = Desk::open() else { return };
    desk.fill();
    let tab = desk.browser.new_tab();
    tab.go(&desk.url(""));
    rows(&tab, 7);
    let name = || texts(&tab, ".row:focus .name").concat();
    for (key, expected) in [
        ("ArrowDown", "$feature_flag_called"),
        ("ArrowDown", "$exception"),
        ("ArrowUp", "$feature_flag_called"),
        ("ArrowUp", "$feature_flag_called"),
        ("ArrowDown", "$exception"),
    ] {
        tab.press(key);
        assert!(name().starts_with(expected), "{key}: {}", name());
    }
    assert_ne!(
        tab.eval("getComputedStyle(document.activeElement).outlineStyle"),
        "none"
    );
    tab.press("Enter");
    tab.until("document.querySelector('.item.open .trace') !== null");
    assert!(
        name().starts_with("$exception"),
        "the focus stays: {}",
        name()
    );
    tab.press("ArrowDown");
    assert!(name().starts_with(HOSTILE), "{}", name());
    tab.press("Escape");
    tab.until("document.querySelector('.detail') === null");
    assert!(
        name().starts_with("$exception"),
        "it closes what is open: {}",
        name()
    );

    desk.visit(&tab, "/people");
    rows(&tab, 3);
    tab.press("ArrowDown");
    tab.press("Enter");
    shows(&tab, "Timeline");
    tab.press("Escape");
    rows(&tab, 3);
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn one_timeline_tells_how_a_visitor_became_a_user() {
    let app = app();
    let Some(desk) = Desk::with(["--app".as_ref(), app.as_ref()]) else {
        return;
    };
    let page = |path: &str| json!({"$session_id": "s", "$current_url": format!("{app}{path}"), "$pathname": path});
    let with = |mut properties: Value, more: Value| {
        for (key, value) in more.as_object().expect("an object") {
            properties[key] = value.clone();
        }
        properties
    };
    let anonymous = |path: &str, more: Value| {
        with(
            with(page(path), json!({"$process_person_profile": false})),
            more,
        )
    };
    let chain = r#"button.primary:attr__class="primary"attr__type="submit"nth-child="1"text="Consider the \"burrito\"";form:text="not this""#;
    desk.capture("$pageview", "visitor", anonymous("/burrito", json!({})));
    desk.capture(
        "$autocapture",
        "visitor",
        anonymous(
            "/burrito",
            json!({"$event_type": "click", "$elements_chain": chain}),
        ),
    );
    desk.capture(
        "$pageleave",
        "visitor",
        anonymous("/burrito", json!({"$prev_pageview_duration": 12.3})),
    );
    let link = json!({"$anon_distinct_id": "visitor", "$set": {"name": "Ann Lee"}});
    desk.capture("$identify", "user-1", with(page("/signup"), link));
    let called = json!({"$feature_flag": "headline", "$feature_flag_response": "bold"});
    desk.capture(
        "$feature_flag_called",
        "user-1",
        with(page("/dashboard"), called),
    );
    let list = json!({"$exception_list": [{"type": "AppError", "value": "no such order"}]});
    desk.capture("$exception", "user-1", with(page("/order"), list));
    desk.capture(
        "order_sent",
        "user-1",
        with(page("/order"), json!({"total": 12})),
    );

    let tab = desk.browser.new_tab();
    tab.go(&desk.url("#person=visitor"));
    rows(&tab, 7);
    let told = [
        "order_sent total: 12 on /order",
        "ran into AppError: no such order",
        "read the flag headline: bold",
        "became user user-1",
        "left /burrito after 12 s",
        "clicked Consider the \"burrito\"",
        "viewed /burrito",
    ];
    let names = || -> Vec<String> {
        let all = texts(&tab, ".entry .name");
        all.iter()
            .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    };
    assert_eq!(names(), told);
    assert_eq!(
        texts(&tab, ".phase"),
        ["As user user-1", "As a visitor, visitor"]
    );
    assert_eq!(texts(&tab, ".day"), ["Today"]);
    assert_eq!(
        tab.eval("document.querySelectorAll('.milestone').length"),
        1
    );
    shows(&tab, "visitor joined: it is the same person");

    // The raw event is shown, and links to the app's page.
    tab.click(".row.entry");
    tab.until("document.querySelector('.detail summary') !== null");
    assert_eq!(
        tab.eval("document.querySelector('.detail .properties a[target]').href"),
        format!("{app}/order")
    );
    tab.eval("[...document.querySelectorAll('.detail summary')].at(-1).click()");
    shows(&tab, "\"event\": \"order_sent\"");

    tab.click(".order a");
    tab.until("location.hash.includes('order=oldest')");
    tab.until("document.querySelector('.entry .name').innerText.startsWith('viewed')");
    assert!(names().iter().eq(told.iter().rev()), "{:?}", names());
    desk.capture("$pageview", "user-1", page("/late"));
    shows(&tab, "viewed /late");
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
    shows(&tab, "A shared distinct id");
    tab.click("nav a[href='#/exceptions']");
    tab.until("document.querySelector('.row') !== null");
    tab.click(".row");
    shows(&tab, "app::routes::profile");
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn groups_have_a_view() {
    let Some(desk) = Desk::open() else { return };
    let tab = desk.browser.new_tab();
    tab.go(&desk.url("#/groups"));
    shows(&tab, "No groups yet");
    let described = json!({"$group_type": "company", "$group_key": "acme/1", "$group_set": {"name": "Acme", "plan": "pro"}});
    desk.capture("$groupidentify", "ann", described);
    desk.capture(
        "order_sent",
        "ann",
        json!({"$groups": {"company": "acme/1"}}),
    );
    desk.capture(
        "order_sent",
        "bob",
        json!({"$groups": {"company": "other"}}),
    );
    rows(&tab, 1);
    tab.click(".row");
    shows(&tab, "company acme/1");
    rows(&tab, 2);
    assert_eq!(texts(&tab, ".about .properties dd"), ["Acme", "pro"]);
    tab.click(".row");
    tab.until("document.querySelector('.detail') !== null");
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn a_funnel_counts_live_and_its_steps_live_in_the_address() {
    let Some(desk) = Desk::open() else { return };
    let tab = desk.browser.new_tab();
    tab.go(&desk.url("#/funnel"));
    shows(&tab, "Nobody has done $pageview:/signup yet");
    for visitor in ["ann", "bob"] {
        desk.capture("$pageview", visitor, json!({"$pathname": "/signup"}));
    }
    desk.capture("user_signed_up", "ann", json!({}));
    shows(&tab, "1 lost since the step before");
    assert_eq!(
        texts(&tab, ".funnel .reached"),
        ["2 people 100%", "1 person 50%", "0 people 0%"]
    );

    // A hint shows for unfinished steps, and they stay in the field.
    tab.fill("input[name=steps]", "user_signed_up,");
    shows(&tab, "Add another one after a comma");
    tab.type_text("$pageview");
    tab.until("document.querySelectorAll('.funnel li').length === 2");
    assert_eq!(
        texts(&tab, ".funnel .reached"),
        ["1 person 100%", "0 people 0%"]
    );
    tab.reload();
    tab.until("document.querySelectorAll('.funnel li').length === 2");
    assert_eq!(
        tab.text("document.querySelector('input[name=steps]').value"),
        "user_signed_up,$pageview"
    );
    desk.capture("$pageview", "ann", json!({"$pathname": "/welcome"}));
    tab.until("document.querySelectorAll('.funnel .reached')[1].innerText === '1 person 100%'");
    assert_eq!(tab.problems(), Vec::<String>::new());

    // The server refuses other mistakes, with a reason.
    tab.fill("input[name=steps]", &["seen"; 11].join(","));
    shows(&tab, "steps has 11 steps: a funnel has 10 at most");
}

#[test]
fn links_from_other_pages_open_their_target() {
    let app = app();
    let Some(desk) = Desk::with(["--app".as_ref(), app.as_ref()]) else {
        return;
    };
    desk.put(
        "hoglet/flags",
        &json!({"first": true, "headline": {"variants": {"a": 50, "b": 50}}}),
    );
    for number in 0..150 {
        desk.capture("seen", "ann", json!({"number": number, "$session_id": "s"}));
    }
    let tab = desk.browser.new_tab();
    let uuid = |number: usize| {
        desk.posthog.events("")[number]["uuid"]
            .as_str()
            .expect("a uuid")
            .to_owned()
    };

    // The page scrolls to an event further down the list. An event beyond the end of the list is shown above the list.
    for (number, sequence) in [(75, "76"), (3, "4")] {
        desk.visit(&tab, &format!("event={}", uuid(number)));
        tab.until("document.querySelector('.item.open .detail') !== null");
        shows(&tab, &uuid(number));
        tab.until("(({ top }) => top >= -1 && top < innerHeight)(document.querySelector('.item.open').getBoundingClientRect())");
        assert_eq!(
            tab.eval("location.hash"),
            format!("#/events?open={sequence}")
        );
    }

    // The page waits for an event that the app has not sent yet.
    let coming = "0198f3aa-0000-7000-8000-000000000001";
    desk.visit(&tab, &format!("event={coming}"));
    shows(&tab, "has not arrived yet");
    desk.batch(&[json!({"event": "late", "distinct_id": "ann", "uuid": coming, "properties": {}})]);
    tab.until("document.querySelector('.item.open .name')?.innerText.startsWith('late')");

    desk.visit(&tab, "person=ann");
    shows(&tab, "Timeline");
    desk.visit(&tab, "flag=headline");
    tab.until("document.activeElement.getAttribute('aria-label') === 'headline on'");
    desk.visit(&tab, "flag=new-menu");
    tab.until("document.querySelector('.add input').value === 'new-menu'");
    tab.press("Enter");
    tab.until("document.querySelectorAll('.flag').length === 3");
    assert_eq!(
        desk.posthog.get("/hoglet/flags")["flags"]["new-menu"]["active"],
        true
    );
    assert_eq!(
        tab.eval("document.querySelector('#app').href"),
        format!("{app}/")
    );
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
    shows(&tab, "Flags of the app that are missing here");
    tab.click(".missing button");
    tab.until("document.querySelectorAll('.flag').length === 2");
    assert_eq!(flag("beta-menu")["active"], true);
    tab.fill("[id='payload beta-menu true']", r#"{"dish": "burrito"}"#);
    tab.press("Tab");
    tab.until("document.querySelector('[id=\"payload beta-menu true\"]').value.includes('\\n')");
    assert_eq!(flag("beta-menu")["payloads"]["true"]["dish"], "burrito");
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn a_flag_is_added_with_the_apps_variants_which_can_be_edited() {
    let app = app();
    let Some(desk) = Desk::with(["--app".as_ref(), app.as_ref()]) else {
        return;
    };
    let flag = || desk.posthog.get("/hoglet/flags")["flags"]["headline"].clone();
    let tab = desk.browser.new_tab();
    tab.go(&desk.url("#/flags"));
    shows(&tab, "control · friendly · bold");
    tab.click("button[aria-label='Add this flag: headline']");
    tab.until("document.querySelectorAll('.choices button').length === 4");
    let variants = json!([
        {"key": "control", "rollout_percentage": 34.0},
        {"key": "friendly", "rollout_percentage": 33.0},
        {"key": "bold", "rollout_percentage": 33.0},
    ]);
    assert_eq!(flag()["variants"], variants);
    tab.click(".choices button:last-child");
    tab.until("document.querySelector('.choices button:last-child').getAttribute('aria-pressed') === 'true'");

    // A wrong sum shows an error, and nothing is saved. Changes by others meanwhile do not disturb the form.
    tab.click(".flag footer button");
    tab.fill(".variants li:nth-child(3) [name=key]", "brave");
    tab.fill(".variants li:nth-child(3) [name=share]", "50");
    tab.fill(".variants li:nth-child(3) textarea", r#"{"text": "Hello"}"#);
    desk.capture(
        "$feature_flag_called",
        "ann",
        json!({"$feature_flag": "headline"}),
    );
    tab.click(".editor .primary");
    shows(&tab, "The shares add up to 117 %");
    assert_eq!(flag()["variants"], variants);
    tab.fill(".variants li:nth-child(1) [name=share]", "17");
    tab.click(".editor .primary");
    tab.until("document.querySelector('.editor') === null");
    shows(&tab, "brave 50 %");
    assert_eq!(
        flag()["variants"][2],
        json!({"key": "brave", "rollout_percentage": 50.0})
    );
    assert_eq!(flag()["payloads"], json!({"brave": {"text": "Hello"}}));
    assert_eq!(flag()["variant"], "brave", "who forced it still does");
    shows(&tab, "read 1 time");

    tab.click(".flag footer button");
    tab.click(".variants li:nth-child(3) button");
    tab.eval("[...document.querySelectorAll('.editor button')].find((each) => each.innerText === 'Share out evenly').click()");
    tab.click(".editor .primary");
    tab.until("document.querySelectorAll('.choices button').length === 3");
    assert_eq!(flag()["variants"][0]["rollout_percentage"], 50.0);
    assert_eq!(
        (&flag()["variant"], &flag()["payloads"]),
        (&Value::Null, &json!({}))
    );
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn eight_tabs_share_one_stream() {
    let Some(desk) = Desk::open() else { return };
    let mut tabs: Vec<_> = (0..8)
        .map(|_| {
            let tab = desk.browser.new_tab();
            // Each tab counts as visible, like windows beside each other.
            tab.call(
                "Emulation.setFocusEmulationEnabled",
                json!({"enabled": true}),
            );
            tab.go(&desk.url(""));
            tab
        })
        .collect();
    for tab in &tabs {
        tab.until(LIVE);
    }
    desk.has_streams(1);
    desk.capture("noticed_by_all", "ann", json!({"$session_id": "s"}));
    for tab in &tabs {
        shows(tab, "noticed_by_all");
    }

    // The tab that opened the stream is closed, and half of the others too.
    for gone in tabs.drain(..4) {
        gone.call("Page.close", json!({}));
    }
    desk.capture("noticed_by_the_rest", "ann", json!({"$session_id": "s"}));
    for tab in &tabs {
        shows(tab, "noticed_by_the_rest");
        assert_eq!(tab.problems(), Vec::<String>::new());
    }
    desk.has_streams(1);
}

#[test]
fn a_hidden_tab_holds_no_stream_and_catches_up() {
    let Some(desk) = Desk::open() else { return };
    let turn = |tab: &Tab, state: &str| {
        tab.eval(&format!(
            "Object.defineProperty(document, 'visibilityState', {{ value: {state:?}, configurable: true }}); \
             document.dispatchEvent(new Event('visibilitychange'))"
        ));
    };
    let tabs = [desk.browser.new_tab(), desk.browser.new_tab()];
    for tab in &tabs {
        tab.go(&desk.url(""));
        tab.until(LIVE);
    }
    turn(&tabs[0], "hidden");
    desk.capture("missed_by_one", "ann", json!({"$session_id": "s"}));
    shows(&tabs[1], "missed_by_one");
    let seen = tabs[0].eval("document.querySelector('main').innerText.includes('missed_by_one')");
    assert_eq!(seen, false);
    turn(&tabs[0], "visible");
    shows(&tabs[0], "missed_by_one");

    for tab in &tabs {
        turn(tab, "hidden");
    }
    desk.has_streams(0);
    desk.capture("missed_by_all", "ann", json!({"$session_id": "s"}));
    turn(&tabs[1], "visible");
    shows(&tabs[1], "missed_by_all");
    desk.has_streams(1);
}

#[test]
fn a_browser_without_shared_workers_has_a_stream_for_each_tab() {
    let Some(desk) = Desk::open() else { return };
    let tab = desk.browser.new_tab();
    let without = json!({"source": "delete globalThis.SharedWorker"});
    tab.call("Page.addScriptToEvaluateOnNewDocument", without);
    tab.go(&desk.url(""));
    tab.until(LIVE);
    desk.has_streams(1);
    desk.capture("noticed", "ann", json!({"$session_id": "s"}));
    shows(&tab, "noticed");
    tab.go("about:blank");
    desk.has_streams(0);
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn a_setting_of_the_project_has_a_switch() {
    let Some(desk) = Desk::open() else { return };
    let tab = desk.browser.new_tab();
    tab.go(&desk.url("#/flags"));
    let switch = "[aria-label='Minimal $feature_flag_called events']";
    let is = |on: bool| {
        tab.until(&format!(
            "document.querySelector({switch:?})?.getAttribute('aria-checked') === '{on}'"
        ));
        desk.posthog.get("/hoglet/project")
    };
    assert_eq!(is(false), json!({"minimal_flag_called_events": false}));
    tab.click(switch);
    assert_eq!(is(true), json!({"minimal_flag_called_events": true}));
    tab.press("Enter");
    assert_eq!(is(false), json!({"minimal_flag_called_events": false}));
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn thousands_of_events_are_not_drawn_anew() {
    let Some(desk) = Desk::open() else { return };
    let events: Vec<Value> = (0..3000)
        .map(|number| json!({"event": "seen", "distinct_id": format!("user-{}", number % 700), "properties": {"number": number, "$session_id": "s"}}))
        .collect();
    desk.batch(&events);
    let tab = desk.browser.new_tab();
    tab.go(&desk.url(""));
    rows(&tab, 100);
    tab.eval("document.querySelector('.end button').click()");
    rows(&tab, 200);
    tab.eval(
        "(() => { window.added = 0; new MutationObserver((all) => { for (const each of all) added += each.addedNodes.length; }) \
         .observe(document.querySelector('main .rows:not(.pinned)'), { childList: true, subtree: true }); })()",
    );
    let asked = tab.requests().len();
    for number in 0..5 {
        desk.capture("late", "ann", json!({"number": number, "$session_id": "s"}));
    }
    tab.until("[...document.querySelectorAll('.row .name')].filter((each) => each.innerText.startsWith('late')).length === 5");
    rows(&tab, 200);
    assert_eq!(tab.eval("added"), 5, "the other rows are the same");
    let whole = tab.requests()[asked..]
        .iter()
        .filter(|url| url.contains("/hoglet/events") && !url.contains("after="))
        .count();
    assert_eq!(whole, 0, "only what is new is asked for");

    // If a person gets a name, it also appears on existing rows.
    desk.capture(
        "$set",
        "user-150",
        json!({"$set": {"name": "Ann Lee"}, "$session_id": "s"}),
    );
    tab.until("[...document.querySelectorAll('.row')].filter((row) => row.textContent.includes('Ann Lee')).length === 2");
    assert_eq!(tab.problems(), Vec::<String>::new());
}

#[test]
fn every_view_fits_every_screen_and_everybody() {
    let Some(desk) = Desk::open() else { return };
    let Some(axe) = axe::script() else { return };
    desk.put(
        "hoglet/flags",
        &json!({"headline": {"variants": {"control": 50, "test": 50}, "payloads": {"test": {"text": "Hello"}}}}),
    );
    desk.fill();
    let group =
        json!({"$group_type": "company", "$group_key": "acme", "$group_set": {"name": "Acme"}});
    desk.capture("$groupidentify", "user-1", group);
    let person = format!("people/{}", desk.person("Bob"));
    let tab = desk.browser.new_tab();
    for ((width, height), schemes) in
        SCREENS
            .into_iter()
            .zip([&["light", "dark"][..], &["light"], &["dark"]])
    {
        tab.size(width, height);
        for scheme in schemes {
            tab.scheme(scheme);
            for view in [
                "events",
                "events?open=4",
                "events?open=6&time=1h",
                "people",
                &person,
                &format!("{person}?open=4&order=oldest"),
                "groups",
                "groups/company/acme",
                "funnel",
                "funnel?steps=$identify,$exception,burrito_considered",
                "funnel?steps=$identify",
                "exceptions",
                "exceptions/6",
                "flags",
                "warnings",
            ] {
                desk.visit(&tab, &format!("/{view}"));
                tab.until("document.querySelector('main h2, main .row') !== null");
                let wider = tab.eval(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
                );
                assert_eq!(wider, 0, "{view} is wider than {width} pixels");
                if let Some(folder) = env::var_os("SCREENSHOTS") {
                    let name = view.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
                    tab.screenshot(
                        &Path::new(&folder).join(format!("posthog-{name}-{width}-{scheme}.png")),
                    );
                }
                // axe measures colours, and new rows have a colour that fades.
                tab.eval("document.getAnimations().forEach((each) => each.finish())");
                tab.eval(&format!("{axe}; undefined"));
                let found = tab.eval("axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))");
                assert_eq!(found, json!([]), "{view} at {width} pixels, {scheme}");
            }
        }
    }
    assert_eq!(tab.problems(), Vec::<String>::new());
}
