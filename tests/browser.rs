//! The running app in a real browser with the real posthog-js.
//!
//! The stand-in for PostHog is behind the app's proxy. Only a browser can show that posthog-js and the server agree on
//! the distinct id, even when other tabs log in or out. It also shows whether a page violates the content security
//! policy, logs to the console, or fails on a small screen or with a keyboard.
//!
//! The tests need Chromium, and npm for axe. Without them they print a message, and in CI they fail. posthog-js is the
//! version embedded in `hoglet`. After an update these tests show whether `static/posthog.js` still works with it.
//! `SCREENSHOTS=FOLDER` keeps a picture of every page.

#![cfg(unix)]

#[path = "browser/accounts.rs"]
mod accounts;
#[path = "support/axe.rs"]
mod axe;
#[path = "support/chromium.rs"]
mod chromium;
#[path = "support/generated.rs"]
mod generated;
#[path = "support/house.rs"]
mod house;
#[path = "support/posthog.rs"]
mod posthog;
#[path = "support/process.rs"]
mod process;
#[path = "browser/resources.rs"]
mod resources;

use std::fs;

use chromium::{Chromium, Tab};
use house::{
    CONFIG, House, PASSWORD, SCREENS, cookies, is_from, is_local, log_in, log_in_here, log_out,
    picture, sign_up, sign_up_here, who, without,
};
use serde_json::{Value, json};

#[test]
fn browser_server_and_events_agree_on_the_identity() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();

    tab.go(&house.url("/"));
    let visitor = who(&tab);
    assert!(!visitor.identified);
    tab.go(&house.url("/burrito"));
    assert_eq!(who(&tab), visitor);
    tab.click("main button");
    tab.until("document.getElementById('count').textContent === '1'");

    sign_up(&tab, &house, "ada@example.com");
    let ada = who(&tab);
    assert!(ada.identified);
    assert_ne!(ada.id, visitor.id);
    assert_eq!(ada.session, visitor.session, "log-in keeps the session");
    tab.go(&house.url("/profile"));
    assert_eq!(who(&tab), ada);
    assert_eq!(
        ada.id,
        tab.text("document.querySelector('dd code').textContent")
    );
    tab.leaves(|| tab.click("form[action='/profile'] button"));
    assert_eq!(who(&tab), ada);

    log_out(&tab);
    let next_visitor = who(&tab);
    assert!(!next_visitor.identified);
    assert_ne!(next_visitor.id, visitor.id, "nobody inherits a visitor");
    assert_ne!(
        next_visitor.session, ada.session,
        "log-out ends the session"
    );

    // Another user signs up in the same browser.
    sign_up(&tab, &house, "grace@example.com");
    let grace = who(&tab);
    assert_ne!(grace.id, ada.id);
    assert_eq!(grace.session, next_visitor.session);
    log_out(&tab);
    let last_visitor = who(&tab);

    // The first user logs in again.
    log_in(&tab, &house, "ada@example.com");
    let ada_again = who(&tab);
    assert_eq!(ada_again.id, ada.id);
    assert_eq!(ada_again.session, last_visitor.session);
    tab.go("about:blank");

    house.posthog.wait_for("user_logged_in", 1);
    house.posthog.wait_for("$pageview", 12);
    let replay = &house.posthog.get("/hoglet/status")["counts"]["replay_requests"];
    assert!(replay.as_u64() > Some(0), "the session replay arrives");
    let phases = [
        (&visitor, &ada, "ada@example.com"),
        (&next_visitor, &grace, "grace@example.com"),
        (&last_visitor, &ada_again, "ada@example.com"),
    ];
    let people: Vec<Value> = phases
        .iter()
        .map(|(_, user, _)| house.person(&user.id))
        .collect();
    assert_eq!(people[0]["id"], people[2]["id"]);
    assert_ne!(
        people[0]["id"], people[1]["id"],
        "two people at one browser stay two"
    );
    for ((_, _, email), person) in phases.iter().zip(&people) {
        assert_eq!(person["properties"]["email"], *email);
    }

    let events = house.posthog.events("");
    for event in &events {
        let phase = phases
            .iter()
            .position(|(visitor, _, _)| event["session_id"] == *visitor.session);
        let phase = phase.unwrap_or_else(|| panic!("whose session is this? {event}"));
        let (visitor, user, _) = phases[phase];
        assert!(
            event["distinct_id"] == *visitor.id || event["distinct_id"] == *user.id,
            "neither {visitor:?} nor {user:?}: {event}"
        );
        assert_eq!(event["person"], people[phase]["id"], "{event}");
        assert_eq!(
            event["personless"],
            event["distinct_id"] == *visitor.id,
            "{event}"
        );
    }
    for event in &events {
        for name in ["environment", "release"] {
            assert!(event["properties"][name].is_string(), "{name} in {event}");
        }
        let mut properties = event["properties"].clone();
        properties["$set"].take();
        for secret in ["ada@", "A Hedgehog", PASSWORD] {
            assert!(
                !properties.to_string().contains(secret),
                "{secret} is in {event}"
            );
        }
    }
    let from_server = |name: &str| {
        events
            .iter()
            .filter(|event| event["event"] == name && is_from(event, "posthog-rs"))
            .count()
    };
    // Page loads and form posts carry no header. Their session comes from posthog-js's cookie.
    for (name, times) in [
        ("user_signed_up", 2),
        ("dashboard_viewed", 3),
        ("profile_viewed", 2),
        ("burrito_considered", 1),
        ("profile_updated", 1),
    ] {
        assert_eq!(from_server(name), times, "{name}");
    }
    assert!(
        !events
            .iter()
            .any(|event| event["event"] == "$identify" && is_from(event, "web")),
        "the server alone identifies"
    );
    house.posthog.is_content();
    assert_eq!(tab.problems(), [""; 0]);
    house.close();
}

#[test]
fn other_tabs_follow_a_log_in_and_a_log_out() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let [one, other] = [browser.new_tab(), browser.new_tab()];

    one.go(&house.url("/"));
    let visitor = who(&one);
    other.go(&house.url("/burrito"));
    assert_eq!(who(&other), visitor);
    // A reload does not post a form again.
    let posted = browser.new_tab();
    posted.go(&house.url("/signup"));
    posted.eval("document.querySelector('main form').noValidate = true");
    posted.leaves(|| posted.click("main button"));
    assert_eq!(
        posted.text("document.querySelector('#name-help').textContent"),
        "Tell us what to call you."
    );

    sign_up(&one, &house, "ada@example.com");
    let ada = who(&one);
    for tab in [&other, &posted] {
        tab.until(&format!(
            "document.readyState === 'complete' && {CONFIG}.distinct_id === {:?}",
            ada.id
        ));
        assert_eq!(who(tab), ada);
    }
    assert!(
        other
            .text("document.querySelector('header').textContent")
            .contains("Log out")
    );

    other.go(&house.url("/dashboard"));
    log_out(&one);
    let next_visitor = who(&one);
    other.until(
        "location.href.endsWith('/login?next=%2Fdashboard') && document.readyState === 'complete'",
    );
    assert_eq!(who(&other), next_visitor);

    for tab in [&one, &other, &posted] {
        tab.go("about:blank");
    }
    house.posthog.wait_for("user_logged_out", 1);
    house.posthog.wait_for("$pageview", 9);
    house.received_only(&[&visitor, &ada, &next_visitor]);
    for tab in [&one, &other, &posted] {
        assert_eq!(without(tab.problems(), "(Unprocessable Entity)"), [""; 0]);
    }
}

#[test]
fn a_page_that_comes_back_belongs_to_whom_the_browser_is_now() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    // Chromium drops a `no-store` page when a cookie changes, and posthog-js changes its cookie on every page. Safari keeps
    // such pages.
    tab.ignore_no_store();
    let back = |pages: u32| tab.eval(&format!("history.go(-{pages})"));
    let is_fetched =
        "location.pathname === '/burrito' && !window.isKept && document.readyState === 'complete'";

    tab.go(&house.url("/burrito"));
    let visitor = who(&tab);
    tab.eval("window.isKept = true");
    tab.go(&house.url("/"));
    who(&tab);
    back(1);
    tab.until("location.pathname === '/burrito'");
    assert_eq!(tab.eval("window.isKept"), true, "it comes as it was");
    assert_eq!(who(&tab), visitor);

    // As if another tab had logged in meanwhile: the restored page asks the server first.
    tab.go(&house.url("/"));
    who(&tab);
    tab.eval("localStorage.setItem('posthog-person', 'somebody else')");
    let dropped = tab.eval("posthog.capture('seen_by_nobody') ?? null");
    assert_eq!(
        dropped,
        Value::Null,
        "a page of somebody who has left captures nothing"
    );
    back(1);
    tab.until(is_fetched);
    assert_eq!(who(&tab), visitor);

    // Go back past the sign-up form, to the page before it.
    tab.eval("window.isKept = true");
    sign_up(&tab, &house, "ada@example.com");
    let ada = who(&tab);
    back(2);
    tab.until(is_fetched);
    assert_eq!(who(&tab), ada);
    tab.eval("window.isKept = true");
    log_out(&tab);
    let next_visitor = who(&tab);
    back(1);
    tab.until(is_fetched);
    assert_eq!(who(&tab), next_visitor);

    tab.go("about:blank");
    house.posthog.wait_for("user_logged_out", 1);
    house.received_only(&[&visitor, &ada, &next_visitor]);
    assert_eq!(tab.problems(), [""; 0]);
}

#[test]
fn a_session_that_ended_elsewhere_begins_a_new_visitor() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    tab.go(&house.url("/signup"));
    let first_visitor = who(&tab);
    sign_up_here(&tab, "ada@example.com");
    let ada = who(&tab);
    tab.call(
        "Network.deleteCookies",
        json!({"name": "session", "url": house.url("/")}),
    );
    tab.reload();
    let visitor = who(&tab);
    assert_eq!(
        tab.text("location.pathname + location.search"),
        "/login?next=%2Fdashboard"
    );
    assert!(!visitor.identified);
    assert_ne!(visitor.id, ada.id);
    assert_ne!(visitor.session, ada.session);
    assert_eq!(
        tab.eval("posthog.get_property('$user_id') ?? null"),
        Value::Null
    );

    log_in_here(&tab, "ada@example.com");
    let ada_again = who(&tab);
    assert_eq!(ada_again.id, ada.id);
    tab.go("about:blank");
    house.posthog.wait_for("$pageview", 4);
    house.received_only(&[&first_visitor, &ada, &visitor, &ada_again]);
    assert_eq!(tab.problems(), [""; 0]);
}

#[test]
fn a_button_that_is_pressed_after_the_session_ended_leads_to_the_log_in_and_back() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    sign_up(&tab, &house, "ada@example.com");
    tab.call(
        "Network.deleteCookies",
        json!({"name": "session", "url": house.url("/")}),
    );
    tab.leaves(|| tab.click("main form button"));
    assert_eq!(
        tab.text("location.pathname + location.search"),
        "/login?next=%2Fdashboard"
    );
    assert!(
        tab.text("document.querySelector('main').textContent")
            .contains("Log in to open the page you asked for.")
    );
    log_in_here(&tab, "ada@example.com");
}

#[test]
fn a_visitor_who_opted_out_gets_no_posthog_js() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let [tab, other] = [browser.new_tab(), browser.new_tab()];
    other.go(&house.url("/burrito"));
    tab.go(&house.url("/"));
    let visitor = who(&tab);
    other.eval("window.isThePageBefore = true");
    tab.leaves(|| tab.click("footer button"));
    other.until("!window.isThePageBefore && document.readyState === 'complete'");
    for tab in [&tab, &other] {
        assert!(
            tab.text("document.querySelector('footer').textContent")
                .contains("We do not record your visit")
        );
        assert_eq!(tab.eval("typeof posthog"), "undefined");
        assert_eq!(
            tab.eval("Object.keys(localStorage).filter((key) => key.startsWith('ph_'))"),
            json!([])
        );
    }
    let seen = tab.requests().len();
    tab.go(&house.url("/burrito"));
    tab.click("main button");
    tab.until("document.getElementById('count').textContent === '1'");
    assert_eq!(cookies(&tab), ["opt_out", "session"]);
    let requests = tab.requests();
    assert!(
        !requests[seen..].iter().any(|url| url.contains("/relay")),
        "{requests:?}"
    );

    tab.leaves(|| tab.click("footer button"));
    let again = who(&tab);
    assert_ne!(again.id, visitor.id);
    assert_ne!(again.session, visitor.session);

    // A browser that opts out by itself is not shown the button.
    tab.call(
        "Network.setExtraHTTPHeaders",
        json!({"headers": {"Sec-GPC": "1"}}),
    );
    tab.reload();
    assert_eq!(tab.eval("typeof posthog"), "undefined");
    assert_eq!(
        tab.eval("document.querySelector('footer button')"),
        Value::Null
    );

    assert_eq!(house.posthog.events("event=burrito_considered"), [""; 0]);
    assert_eq!(tab.problems(), [""; 0]);
    assert_eq!(other.problems(), [""; 0]);
}

#[test]
fn flags_are_there_before_posthog_js_asks_for_them() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    // The browser cannot request flags itself.
    tab.call(
        "Network.setBlockedURLs",
        json!({"urls": ["*/relay/flags*"]}),
    );
    sign_up(&tab, &house, "ada@example.com");
    who(&tab);
    assert_eq!(
        tab.eval("posthog.getFeatureFlag('dashboard-headline')"),
        "friendly"
    );
    assert_eq!(
        tab.eval("posthog.isFeatureEnabled('new-dashboard-feature')"),
        true
    );
    assert_eq!(
        tab.eval("posthog.getFeatureFlagPayload('new-dashboard-feature').seats"),
        5
    );
    assert_eq!(
        tab.text("document.querySelector('h1').textContent"),
        "Good to see you"
    );
}

#[test]
fn the_browser_evaluates_flags_only_where_the_server_has_not() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    let asked = |seen: usize| -> Vec<String> {
        let requests = tab.requests().split_off(seen);
        let asked = requests.into_iter().filter(|url| url.contains("/flags/"));
        asked.collect()
    };
    let has_asked =
        "performance.getEntriesByType('resource').some(({ name }) => name.includes('/flags/'))";
    let headline = "posthog.getFeatureFlag('dashboard-headline')";

    // The dashboard's handler reads flags. Even if a script asks for these flags, the browser does not request them.
    sign_up(&tab, &house, "ada@example.com");
    let seen = tab.requests().len();
    tab.reload();
    who(&tab);
    tab.eval("posthog.reloadFeatureFlags()");
    tab.until(has_asked);
    let surveys = asked(seen);
    assert!(
        surveys
            .iter()
            .all(|url| url.contains("only_evaluate_survey_feature_flags=true")),
        "{surveys:?}"
    );
    assert_eq!(tab.text(headline), "friendly");

    // The profile's handler reads no flags, but the page's scripts have them anyway.
    let seen = tab.requests().len();
    tab.go(&house.url("/profile"));
    who(&tab);
    tab.until(has_asked);
    tab.until(&format!("{headline} === 'friendly'"));
    let evaluated = asked(seen);
    assert!(
        !evaluated.iter().any(|url| url.contains("only_evaluate")),
        "{evaluated:?}"
    );
    assert_eq!(tab.problems(), [""; 0]);
}

#[test]
fn a_survey_looks_as_posthog_made_it() {
    let Some(house) = House::open() else { return };
    house.posthog.put(
        "/hoglet/surveys",
        &json!([{
            "id": "0190c2a4-0000-7000-8000-000000000001", "name": "Burritos", "type": "popover",
            "description": "", "start_date": "2026-01-01T00:00:00Z", "end_date": null, "conditions": null,
            "linked_flag_key": null, "targeting_flag_key": null, "internal_targeting_flag_key": null,
            "feature_flag_keys": [], "current_iteration": null, "current_iteration_start_date": null,
            "appearance": {"surveyPopupDelaySeconds": 0, "backgroundColor": "#123456", "whiteLabel": true},
            "questions": [{"type": "open", "id": "q", "question": "How was the burrito?", "optional": true}],
        }]),
    );
    let browser = Chromium::start();
    let tab = browser.new_tab();
    tab.go(&house.url("/burrito"));
    who(&tab);
    let shadow = "document.querySelector('[class^=PostHogSurvey]')?.shadowRoot";
    tab.until(&format!("!!{shadow}?.querySelector('.survey-form')"));
    let style = |selector: &str, property: &str| {
        tab.text(&format!(
            "getComputedStyle({shadow}.querySelector('{selector}'))['{property}']"
        ))
    };
    assert_eq!(style(".ph-survey", "position"), "fixed");
    assert_eq!(style(".survey-form", "backgroundColor"), "rgb(18, 52, 86)");
    picture(&tab, "survey");
    house.posthog.wait_for("survey shown", 1);
    assert_eq!(tab.problems(), [""; 0]);
}

#[test]
fn errors_and_slowness_in_the_browser_reach_posthog() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    tab.go(&house.url("/burrito"));
    let visitor = who(&tab);
    tab.until("!!window.__PosthogExtensions__?.errorWrappingFunctions");
    tab.eval("setTimeout(() => { throw new RangeError('no beans left') })");
    tab.eval("setTimeout(() => Promise.reject(new TypeError('no tortilla either')))");
    tab.eval("console.error('that is between us')");
    house.posthog.wait_for("$exception", 2);
    tab.go("about:blank");
    house.posthog.wait_for("$web_vitals", 1);

    let exceptions = house.posthog.events("event=$exception");
    let mut messages: Vec<&str> = exceptions
        .iter()
        .map(|event| {
            assert_eq!(event["distinct_id"], *visitor.id);
            let first = &event["properties"]["$exception_list"][0];
            assert_eq!(first["mechanism"]["handled"], false, "{event}");
            first["value"].as_str().expect("a message")
        })
        .collect();
    messages.sort_unstable();
    assert_eq!(messages, ["no beans left", "no tortilla either"]);

    let Some(quiet) = House::with(&[("POSTHOG_CAPTURE_EXCEPTIONS", "false")]) else {
        return;
    };
    let tab = browser.new_tab();
    tab.go(&quiet.url("/burrito"));
    who(&tab);
    tab.eval("setTimeout(() => { throw new RangeError('no beans left') })");
    tab.go("about:blank");
    quiet.posthog.wait_for("$web_vitals", 1);
    assert_eq!(quiet.posthog.events("event=$exception"), [""; 0]);
    let requests = tab.requests();
    assert!(
        !requests.iter().any(|url| url.contains("exception")),
        "{requests:?}"
    );
}

#[test]
fn a_users_first_touch_is_the_page_that_the_visitor_came_to() {
    // With the first touch from posthog-js, and with the server's alone.
    for variables in [&[][..], &[("POSTHOG_JS", "false")]] {
        let Some(house) = House::with(variables) else {
            return;
        };
        let browser = Chromium::start();
        let tab = browser.new_tab();
        let landing =
            |token| house.url(&format!("/burrito?utm_source=news&gclid=ad7&token={token}"));
        tab.go(&landing("hush"));
        tab.go(&house.url("/?utm_source=later"));
        sign_up(&tab, &house, "ada@example.com");
        tab.go("about:blank");
        house.posthog.wait_for("user_signed_up", 1);

        let identify = &house.posthog.events("event=$identify")[0];
        let ada = house.person(identify["distinct_id"].as_str().expect("an id"));
        for (name, expected) in [
            ("current_url", landing("redacted").as_str()),
            ("pathname", "/burrito"),
            ("referrer", "$direct"),
            ("utm_source", "news"),
            ("gclid", "ad7"),
        ] {
            let told = &ada["properties"][format!("$initial_{name}")];
            assert_eq!(told, expected, "{name}, {variables:?}");
        }
        house.close();
    }
}

#[test]
fn secrets_in_addresses_never_leave_the_browser() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    let follow = |link: &str| {
        tab.eval(&format!(
            "document.querySelector('header nav').insertAdjacentHTML('afterbegin', '<a id=\"link\" href=\"{link}\">Go</a>')"
        ));
        tab.leaves(|| tab.click("#link"));
    };
    // posthog-js starts on the second page, so the first page is its referrer.
    tab.call("Network.setBlockedURLs", json!({"urls": ["*/relay/*"]}));
    tab.go(&house.url("/signup?secret=hush0"));
    tab.call("Network.setBlockedURLs", json!({"urls": []}));
    follow("/burrito?token=hush1&utm_source=news&gclid=ad7&keyword=k&resetCODE=hush2");
    who(&tab);
    let first = |field: &str| {
        let cookie = "decodeURIComponent(document.cookie)";
        tab.text(&format!(
            "{cookie}.match(/\"\\$initial_person_info\":({{.*?}})/)[1].match(/\"{field}\":\"(.*?)\"/)[1]"
        ))
    };
    assert_eq!(
        first("u"),
        house.url("/burrito?token=<masked>&utm_source=news&gclid=ad7&keyword=k&resetCODE=<masked>")
    );
    let referrer = house.url("/signup?secret=<masked>");
    assert_eq!(first("r"), referrer);
    follow("/signup?signature=hush3&next=%2Fa%3Fapi_key%3Dhush4%26b%3Dc");
    who(&tab);
    tab.until("!!window.__PosthogExtensions__?.errorWrappingFunctions");
    tab.eval("setTimeout(() => { throw new Error('at ' + location.href) })");
    house.posthog.wait_for("$exception", 1);
    tab.leaves(|| tab.click("header .brand"));
    who(&tab);
    tab.go("about:blank");
    house.posthog.wait_for("$pageview", 3);
    house.posthog.wait_for("$autocapture", 2);

    let events = house.posthog.events("");
    let from_browser: Vec<&Value> = events
        .iter()
        .filter(|event| is_from(event, "web"))
        .collect();
    let pages: Vec<&Value> = from_browser
        .iter()
        .filter(|event| event["event"] == "$pageview")
        .map(|event| &event["properties"])
        .collect();
    assert_eq!(
        pages[1]["$current_url"],
        house.url("/signup?signature=<masked>&next=%2Fa%3Fapi_key%3D<masked>%26b%3Dc")
    );
    assert!(pages.iter().all(|page| page["$referrer"] == *referrer));
    for event in from_browser {
        assert!(!event.to_string().contains("hush"), "{event}");
    }
}

#[test]
fn session_replay_shows_neither_names_nor_addresses_of_people() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    // Keeps everything that the recorder records, before it is compressed and sent.
    tab.call(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({"source": "
            window.taken = [];
            const stringify = JSON.stringify;
            JSON.stringify = (...rest) => {
                const text = stringify(...rest);
                if (text?.includes('\"timestamp\"') || text?.includes('\"childNodes\"')) taken.push(text);
                return text;
            };
        "}),
    );
    sign_up(&tab, &house, "ada@example.com");
    for (path, shown) in [
        ("/dashboard", "Next"),
        ("/burrito", "burrito"),
        ("/profile", "Member since"),
    ] {
        tab.go(&house.url(path));
        who(&tab);
        tab.until(&format!("taken.join().includes({shown:?})"));
        tab.click(".ph-mask");
        let taken = tab.text("taken.join()");
        for personal in ["A Hedgehog", "ada@example.com"] {
            assert!(tab.text("document.body.innerHTML").contains("A Hedgehog"));
            assert!(!taken.contains(personal), "{personal} on {path}: {taken}");
        }
    }
    tab.click("strong.ph-mask");
    tab.go("about:blank");
    house.posthog.wait_for("$pageview", 4);
    for event in house.posthog.events("") {
        if is_from(&event, "web") {
            let text = event.to_string();
            assert!(
                !text.contains("A Hedgehog") && !text.contains("ada@"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_script_without_the_pages_nonce_does_not_run() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    tab.go(&house.url("/burrito"));
    who(&tab);
    assert_eq!(
        tab.eval("fetch('/relay/array/phc_attacker/config.js').then(({ status }) => status)"),
        404
    );
    for source in [
        "/relay/array/phc_attacker/config.js",
        "/relay/array/phc_test/config.js",
        "/relay/static/array.js",
        "/static/app.js",
    ] {
        let blocked = tab.eval(&format!(
            "new Promise((done) => {{
               const script = document.createElement('script');
               script.src = {source:?};
               script.onload = script.onerror = () => setTimeout(done, 200, 'it was asked for');
               document.addEventListener('securitypolicyviolation', (violation) => done(violation.blockedURI), {{ once: true }});
               document.body.append(script);
             }})"
        ));
        assert_eq!(blocked, house.url(source));
    }
    // An inline script, as if it came from a text that a user typed.
    let blocked = tab.eval(
        "new Promise((done) => {
           document.addEventListener('securitypolicyviolation', ({ blockedURI }) => done(blockedURI), { once: true });
           const script = document.createElement('script');
           script.textContent = 'document.title = \"taken over\"';
           document.body.append(script);
           setTimeout(() => done(document.title), 1000);
         })",
    );
    assert_eq!(blocked, "inline");
    let problems = without(tab.problems(), "Content Security Policy");
    assert_eq!(
        without(problems, "(Not Found)")
            .iter()
            .filter(|problem| !problem.contains("ContentSecurityPolicyIssue"))
            .count(),
        0
    );
}

#[test]
fn posthog_js_may_talk_to_posthog_without_the_proxy() {
    let Some(house) = House::with(&[("POSTHOG_PROXY_PATH", "")]) else {
        return;
    };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    tab.go(&house.url("/signup"));
    let visitor = who(&tab);
    sign_up_here(&tab, "ada@example.com");
    let ada = who(&tab);
    tab.go("about:blank");
    house.posthog.wait_for("user_signed_up", 1);
    house.posthog.wait_for("$pageview", 2);
    house.received_only(&[&visitor, &ada]);
    assert!(!tab.requests().iter().any(|url| url.contains("/relay")));
    assert_eq!(tab.problems(), [""; 0]);
}

#[test]
fn pages_work_while_posthog_or_javascript_is_missing() {
    // In this environment an error page shows no more than in production.
    let Some(house) = House::with(&[("APP_ENV", "test")]) else {
        return;
    };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    tab.call("Network.setBlockedURLs", json!({"urls": ["*/relay/*"]}));
    tab.go(&house.url("/burrito"));
    tab.click("main button");
    tab.until("document.getElementById('count').textContent === '1'");
    assert_eq!(tab.eval("typeof posthog"), "undefined");

    tab.call(
        "Emulation.setScriptExecutionDisabled",
        json!({"value": true}),
    );
    tab.leaves(|| tab.click("main button"));
    assert_eq!(
        tab.text("document.getElementById('count').textContent"),
        "2"
    );
    sign_up(&tab, &house, "ada@example.com");
    tab.go(&house.url("/burrito"));
    assert_eq!(
        tab.text("document.getElementById('count').textContent"),
        "2",
        "the count survives the log-in"
    );

    // Every button leads to a page with the result, under `/api/` too.
    tab.go(&house.url("/dashboard"));
    tab.leaves(|| tab.click("form[action='/api/group-analytics'] button"));
    assert_eq!(tab.text("location.pathname"), "/dashboard");
    assert_eq!(
        tab.text("document.querySelector('.flash').textContent"),
        "Captured for the company acme-corp."
    );
    tab.go(&house.url("/profile"));
    tab.leaves(|| tab.click("button[value=value]"));
    assert_eq!(tab.text("location.pathname"), "/profile");
    assert!(
        tab.text("document.querySelector('.flash').textContent")
            .starts_with("Captured: ")
    );
    tab.leaves(|| tab.click("button[value=panic]"));
    assert_eq!(
        tab.text("document.querySelector('h1').textContent"),
        "Something went wrong"
    );
}

#[test]
fn no_page_has_a_fault_on_a_desk_or_on_a_phone() {
    let Some(house) = House::open() else { return };
    for scheme in ["light", "dark"] {
        for (width, height) in SCREENS {
            let browser = Chromium::start();
            let tab = browser.new_tab();
            tab.size(width, height);
            tab.scheme(scheme);
            let look = |page: &str| {
                who(&tab);
                let too_wide = tab.eval(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
                );
                assert_eq!(too_wide, 0, "{page} fits into {width} pixels");
                picture(&tab, &format!("{page}-{width}-{scheme}"));
            };
            tab.go(&house.url("/"));
            look("home");
            tab.go(&house.url("/burrito"));
            look("burrito-empty");
            tab.click("main button");
            tab.until("!document.getElementById('captured').hidden");
            look("burrito");
            tab.go(&house.url("/no-such-page"));
            look("404");
            tab.go(&house.url("/signup"));
            look("signup");
            tab.eval("document.querySelector('main form').noValidate = true");
            tab.fill("#email", "no address");
            tab.leaves(|| tab.click("main button"));
            look("signup-errors");
            tab.go(&house.url("/login?next=/profile"));
            look("login");
            tab.fill("#email", "nobody@example.com");
            tab.fill("#password", PASSWORD);
            tab.leaves(|| tab.click("main button"));
            look("login-errors");
            sign_up(&tab, &house, &format!("{scheme}{width}@example.com"));
            look("dashboard");
            tab.click("main form button");
            tab.until("document.querySelector('main output').textContent !== ''");
            look("dashboard-answer");
            tab.go(&house.url("/profile"));
            look("profile");
            tab.click("button[value=value]");
            tab.until("document.querySelector('main output').textContent !== ''");
            look("profile-answer");
            tab.fill("#current_password", "wrong");
            tab.fill("#new_password", "short");
            tab.leaves(|| tab.click("form:has(#new_password) button"));
            look("profile-errors");
            tab.leaves(|| tab.click("form:has(#name) button"));
            look("profile-saved");
            // Some of these pages have a status of 400 or more.
            let problems = without(tab.problems(), "the server responded with a status of");
            assert_eq!(problems, [""; 0], "{scheme}, {width}");
            let elsewhere: Vec<String> = tab
                .requests()
                .into_iter()
                .filter(|url| !is_local(url, &house))
                .collect();
            assert_eq!(elsewhere, [""; 0], "everything comes from the app");
        }
    }
}

#[test]
fn every_form_control_is_styled() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    tab.go(&house.url("/signup"));
    let look = |html: &str| {
        tab.eval(&format!(
            "(() => {{
               const field = document.querySelector('.field');
               field.innerHTML = {html:?};
               const style = (element) => getComputedStyle(element);
               const {{ fontFamily, borderTopLeftRadius, minHeight }} = style(field.firstChild);
               return [fontFamily === style(document.body).fontFamily, borderTopLeftRadius, parseFloat(minHeight) >= 44];
             }})()"
        ))
    };
    for html in [
        "<input>",
        "<input type=date>",
        "<input type=search>",
        "<input type=file>",
        "<select><option>one</select>",
        "<select multiple><option>one</select>",
        "<textarea></textarea>",
        "<button>Go</button>",
        "<a class=button href=/>Go</a>",
        "<a class='button secondary' href=/>Go</a>",
    ] {
        assert_eq!(look(html), json!([true, "8px", true]), "{html}");
    }
    for kind in ["checkbox", "radio"] {
        let size = tab.eval(&format!(
            "(() => {{
               const field = document.querySelector('.field');
               field.innerHTML = '<label class=choice><input type={kind}> One</label>';
               const input = field.querySelector('input');
               return [input.offsetWidth, input.offsetHeight, getComputedStyle(input).accentColor];
             }})()"
        ));
        assert_eq!(size, json!([20, 20, "rgb(168, 67, 28)"]), "{kind}");
    }
    let rules = tab.eval(
        "(() => {
           document.querySelector('.field').innerHTML = '<table><tr><th>A<td>B</table>';
           const { borderCollapse, width } = getComputedStyle(document.querySelector('table'));
           return [borderCollapse, parseFloat(width) > 300];
         })()",
    );
    assert_eq!(rules, json!(["collapse", true]), "a table");
}

#[test]
fn a_page_that_fails_looks_like_one_of_ours() {
    for (environment, status) in [
        ("test", "500"),
        // In development the page shows the error.
        ("development", "500 Internal Server Error GET /dashboard"),
    ] {
        let Some(house) = House::with(&[("APP_ENV", environment)]) else {
            return;
        };
        let browser = Chromium::start();
        let tab = browser.new_tab();
        sign_up(&tab, &house, "ada@example.com");
        for entry in fs::read_dir(house.data.path().join("data")).expect("a folder") {
            let path = entry.expect("an entry").path();
            // The folder of mail stays.
            if path.is_file() {
                fs::write(path, "no database").expect("a writable file");
            }
        }
        for (width, height) in SCREENS {
            tab.size(width, height);
            tab.go(&house.url("/dashboard"));
            assert_eq!(
                tab.text("document.querySelector('.status').textContent"),
                status
            );
            for scheme in ["light", "dark"] {
                tab.scheme(scheme);
                picture(&tab, &format!("500-{environment}-{width}-{scheme}"));
            }
        }
        assert_eq!(without(tab.problems(), "(Internal Server Error)"), [""; 0]);
    }
}

#[test]
fn the_keyboard_reaches_everything() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let tab = browser.new_tab();
    let reaches = |path: &str, expected: &str| {
        tab.go(&house.url(path));
        assert_eq!(walk(&tab).join(" | "), expected, "{path}");
    };
    reaches(
        "/",
        "Skip to the content | My App | Burrito | Log in | Sign up | Create an account | Log in | Look around first | Consider a burrito | Opt out | Mail",
    );
    reaches(
        "/login",
        "Skip to the content | My App | Burrito | Log in | Sign up | E-mail | Password | Remember me for two weeks | Log in | E-mail me a link instead | Forgot your password? | Sign up | Opt out | Mail",
    );
    reaches(
        "/signup",
        "Skip to the content | My App | Burrito | Log in | Sign up | Name | E-mail | Password | Create account | Log in | Opt out | Mail",
    );
    reaches(
        "/burrito",
        "Skip to the content | My App | Burrito | Log in | Sign up | Consider the burrito | log in | Opt out | Mail",
    );

    // The keyboard skips the navigation, fills the form, and signs up.
    tab.go(&house.url("/signup"));
    tab.press("Tab");
    tab.press("Enter");
    for text in ["A Hedgehog", "ada@example.com", PASSWORD] {
        tab.press("Tab");
        tab.type_text(text);
    }
    tab.leaves(|| tab.press("Enter"));
    assert_eq!(tab.text("location.pathname"), "/dashboard");
    reaches(
        "/dashboard",
        "Skip to the content | My App | Dashboard | Burrito | Profile | Log out | the e-mail we sent you | Send it again | Use a feature as a company | Consider a burrito | your profile | dashboard_viewed | dashboard-headline | new-dashboard-feature | Opt out | Mail",
    );
    reaches(
        "/profile",
        "Skip to the content | My App | Dashboard | Burrito | Profile | Log out | the e-mail we sent you | Send it again | Name | Save | New e-mail | Current password | Change e-mail | Current password | New password | Change password | E-mail me a link | Show sessions | Bad value | Missing key | Something else | Unhandled error | Panic | Delete your account | profile_viewed | Opt out | Mail",
    );
}

/// The names of the elements that the tab key reaches, in order.
fn walk(tab: &Tab) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        tab.press("Tab");
        let focused = tab.eval(
            "(() => {
               const element = document.activeElement;
               if (element === document.body) return null;
               const label = (element.labels?.[0] ?? element).textContent.trim();
               const style = getComputedStyle(element);
               const box = element.getBoundingClientRect();
               const visible = style.outlineStyle !== 'none' && box.left >= 0 && box.right <= innerWidth;
               return visible ? label : `${label} (focus not visible)`;
             })()",
        );
        match focused {
            Value::String(name) => names.push(name),
            _ => return names,
        }
    }
}

#[test]
fn a_page_whose_address_begins_with_two_slashes_never_leaves_for_another_host() {
    let Some(house) = House::open() else { return };
    let browser = Chromium::start();
    let other = browser.new_tab();
    // A link on another site can lead to these addresses of our origin. Each is opened by a request to the server.
    let address = house.url("//evil.example/x");
    for path in [
        "//evil.example/x",
        r"/\evil.example/x",
        "/.//evil.example/x",
    ] {
        other.go(&house.url(path));
        assert_eq!(other.text("location.href"), address, "{path}");
        assert_eq!(
            other.text("document.querySelector('.status').textContent"),
            "404"
        );
        assert_eq!(other.eval("document.scripts.length"), 0, "{path}");
    }

    // A page with scripts can get such an address without a request. Its scripts reload the page at the same address.
    let here = format!("history.replaceState(null, '', {address:?})");
    let stays = |tab: &Tab| {
        assert_eq!(tab.text("location.href"), address);
        assert_eq!(
            tab.text("document.querySelector('.status').textContent"),
            "404"
        );
    };
    let tab = browser.new_tab();
    tab.go(&house.url("/burrito"));
    who(&tab);
    tab.eval(&here);
    other.go(&house.url("/signup"));
    // posthog.js reloads the page, because another user is signed in now.
    tab.leaves(|| {
        sign_up_here(&other, "ada@example.com");
    });
    stays(&tab);

    // reload.js reloads the page, because a view has changed.
    other.go("about:blank");
    tab.go(&house.url("/burrito"));
    tab.eval(&here);
    tab.leaves(|| {
        fs::create_dir_all(house.data.path().join("data")).expect("a writable folder");
        fs::write(house.data.path().join("data/reload"), "").expect("a writable folder");
    });
    stays(&tab);
    house.close();
}

#[test]
fn an_end_to_end_test_sees_the_page_views_of_its_headless_browser() {
    for environment in ["development", "test"] {
        let key = "0".repeat(128);
        let Some(house) = House::with(&[("APP_ENV", environment), ("SECRET_KEY", &key)]) else {
            return;
        };
        let browser = Chromium::driven();
        let tab = browser.new_tab();
        tab.go(&house.url("/"));
        let visitor = who(&tab);
        assert_eq!(tab.eval("navigator.webdriver"), true, "posthog-js sees it");
        house.posthog.wait_for("$pageview", 1);
        let view = &house.posthog.events("event=$pageview")[0];
        assert_eq!(view["distinct_id"], *visitor.id);
    }
}

#[test]
fn in_production_a_robot_is_nobody() {
    let key = "0".repeat(128);
    let production = [
        ("APP_ENV", "production"),
        ("SECRET_KEY", &*key),
        ("DATABASE_URL", "sqlite:app.sqlite?mode=rwc"),
    ];
    let Some(house) = House::with(&production) else {
        return;
    };
    let browser = Chromium::driven();
    let tab = browser.new_tab();
    tab.go(&house.url("/"));
    who(&tab);
    tab.eval("posthog.capture('seen by nobody')");
    tab.go(&house.url("/burrito"));
    tab.until("window.posthog?.__loaded === true");
    tab.click("main button");
    tab.go("about:blank");
    // The event of the server has arrived; the earlier event of the browser has not.
    house.posthog.wait_for("burrito_considered", 1);
    assert_eq!(house.posthog.events("event=$pageview"), Vec::<Value>::new());
    assert_eq!(
        house.posthog.events("event=seen by nobody"),
        Vec::<Value>::new()
    );
}
