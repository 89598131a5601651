//! Complete accounts in a real browser: mails and their links, sessions, and deletion.
//!
//! Each runs on a desktop and on a phone, with and without JavaScript.

use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::axe;
use crate::chromium::{Chromium, Tab};
use crate::house::{
    House, PASSWORD, SCREENS, log_out, picture, sign_up, sign_up_here, who, without,
};

const NEW_PASSWORD: &str = "another sentence is fine too";

#[test]
fn an_account_is_confirmed_reset_entered_changed_and_deleted() {
    let Some(house) = House::open() else { return };
    let Some(axe) = axe::script() else { return };
    for scripts in [true, false] {
        for (width, height) in SCREENS {
            let browser = Chromium::start();
            let tab = browser.new_tab();
            tab.size(width, height);
            if !scripts {
                let off = json!({"value": true});
                tab.call("Emulation.setScriptExecutionDisabled", off);
            }
            let look = |page: &str| {
                let wider = tab.eval(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
                );
                assert_eq!(wider, 0, "{page} fits into {width} pixels");
                if !scripts {
                    return;
                }
                for scheme in ["light", "dark"] {
                    tab.scheme(scheme);
                    picture(&tab, &format!("{page}-{width}-{scheme}"));
                    tab.eval(&format!("{axe}; undefined"));
                    let found = tab.eval(
                        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))",
                    );
                    assert_eq!(found, json!([]), "{page} at {width} pixels, {scheme}");
                }
            };
            let email = format!("ada-{width}-{scripts}@example.com");
            let moved = format!("moved-{email}");
            a_life(&house, &tab, &email, &moved, &look);
            let problems = without(tab.problems(), "the server responded with a status of");
            assert_eq!(problems, [""; 0], "{width} pixels, scripts: {scripts}");
        }
    }
    // A funnel shows where users stop. Here all of them reach the last step.
    house.posthog.wait_for("account_deleted", 4);
    let funnel = house
        .posthog
        .get("/hoglet/funnel?steps=user_signed_up,email_confirmed,email_changed,account_deleted");
    for step in funnel["steps"].as_array().expect("a list") {
        assert_eq!(step["people"], 4, "{funnel}");
    }
    // No event of the browser or the server contains a token.
    let mails = mails(&house);
    let events = house.posthog.events("");
    for mail in mails.as_array().expect("a list") {
        for link in mail["links"].as_array().expect("a list") {
            let link = link.as_str().expect("text");
            let token = link.rsplit('/').next().expect("a last part");
            if token.len() >= 40 {
                for event in &events {
                    assert!(!event.to_string().contains(token), "{event}");
                }
            }
        }
    }
}

fn a_life(house: &House, tab: &Tab, email: &str, moved: &str, look: &dyn Fn(&str)) {
    sign_up(tab, house, email);
    look("unconfirmed");
    open(tab, &link_to(house, email, "/confirm-email/"));
    look("confirm-email");
    tab.leaves(|| tab.click("main form button"));
    tab.go(&house.url("/profile"));
    assert!(
        tab.text("document.body.textContent")
            .contains(", confirmed")
    );
    look("profile");
    tab.go(&house.url("/profile/sessions"));
    look("sessions");
    log_out(tab);

    tab.go(&house.url("/forgot-password"));
    look("forgot-password");
    tab.fill("#email", email);
    tab.leaves(|| tab.click("main form button"));
    let reset = link_to(house, email, "/reset-password/");
    open(tab, &reset);
    look("reset-password");
    tab.fill("#password", "short");
    tab.leaves(|| tab.click("main form button"));
    look("reset-password-errors");
    tab.fill("#password", NEW_PASSWORD);
    tab.leaves(|| tab.click("main form button"));
    assert_eq!(tab.text("location.pathname"), "/dashboard");
    log_out(tab);
    tab.go(&reset);
    look("link-gone");

    tab.go(&house.url("/login"));
    tab.fill("#email", email);
    tab.leaves(|| tab.click("button[formaction='/login-link']"));
    look("login-link-sent");
    open(tab, &link_to(house, email, "/login-link/"));
    look("login-link");
    tab.leaves(|| tab.click("main form button"));
    assert_eq!(tab.text("location.pathname"), "/dashboard");

    tab.go(&house.url("/profile"));
    tab.fill("form[action='/profile/email'] [name=email]", moved);
    tab.fill("form[action='/profile/email'] [type=password]", PASSWORD);
    tab.leaves(|| tab.click("form[action='/profile/email'] button"));
    look("change-email-errors");
    tab.fill("form[action='/profile/email'] [name=email]", moved);
    tab.fill(
        "form[action='/profile/email'] [type=password]",
        NEW_PASSWORD,
    );
    tab.leaves(|| tab.click("form[action='/profile/email'] button"));
    look("change-email-sent");
    open(tab, &link_to(house, moved, "/confirm-email/"));
    look("change-email");
    tab.leaves(|| tab.click("main form button"));
    tab.go(&house.url("/profile"));
    assert!(tab.text("document.body.textContent").contains(moved));

    tab.click("details summary");
    look("delete-account");
    tab.fill(
        "form[action='/profile/delete'] [type=password]",
        NEW_PASSWORD,
    );
    tab.leaves(|| tab.click("form[action='/profile/delete'] button"));
    assert_eq!(tab.text("location.pathname"), "/");
    look("account-deleted");
}

#[test]
fn a_link_that_is_opened_in_another_browser_joins_its_visitor_to_the_user() {
    let Some(house) = House::open() else { return };
    let desk = Chromium::start();
    let tab = desk.new_tab();
    sign_up(&tab, &house, "ada@example.com");
    let ada = who(&tab);
    log_out(&tab);
    tab.go(&house.url("/login"));
    tab.fill("#email", "ada@example.com");
    tab.leaves(|| tab.click("button[formaction='/login-link']"));

    let phone = Chromium::start();
    let there = phone.new_tab();
    there.go(&house.url("/burrito"));
    let visitor = who(&there);
    open(&there, &link_to(&house, "ada@example.com", "/login-link/"));
    there.leaves(|| there.click("main form button"));
    let after = who(&there);
    assert_eq!((&after.id, after.identified), (&ada.id, true));
    assert_eq!(after.session, visitor.session, "log-in keeps the session");
    there.go("about:blank");
    house.posthog.wait_for("user_logged_in", 1);
    assert_eq!(house.person(&visitor.id)["id"], house.person(&ada.id)["id"]);
}

#[test]
fn links_work_at_a_host_name_over_plain_http_and_no_request_tells_their_path() {
    let host = "app.example";
    let Some(house) = House::with(&[("ALLOWED_HOSTS", host)]) else {
        return;
    };
    let browser = Chromium::finding(host);
    let tab = browser.new_tab();
    let there = |url: &str| url.replace("127.0.0.1", host);
    tab.go(&there(&house.url("/signup")));
    sign_up_here(&tab, "ada@example.com");
    let mut links = Vec::new();
    for (page, button, path) in [
        ("/", "", "/confirm-email/"),
        ("/forgot-password", "main form button", "/reset-password/"),
        ("/login", "button[formaction='/login-link']", "/login-link/"),
    ] {
        if !button.is_empty() {
            log_out(&tab);
            tab.go(&there(&house.url(page)));
            tab.fill("#email", "ada@example.com");
            tab.leaves(|| tab.click(button));
        }
        let link = there(&link_to(&house, "ada@example.com", path));
        open(&tab, &link);
        if path == "/reset-password/" {
            tab.fill("#password", NEW_PASSWORD);
        }
        tab.leaves(|| tab.click("main form button"));
        assert_eq!(tab.text("location.pathname"), "/dashboard", "{path}");
        links.push(link);
    }

    // Go from such a page to a page of the app, and to another site.
    open_gone(&tab, &links[0]);
    tab.leaves(|| tab.click("main a.button"));
    let elsewhere = house.url("/burrito");
    open_gone(&tab, &links[0]);
    tab.leaves(|| {
        tab.eval(&format!("location.href = {elsewhere:?}"));
    });
    assert_eq!(
        tab.text("location.host"),
        house.app.address["http://".len()..]
    );
    let headers = tab.sent_headers();
    let origin = there(&house.app.address);
    let forms = headers.iter().filter(|sent| sent["Origin"] == *origin);
    assert!(forms.count() >= 3, "{headers:#?}");
    let trustworthy = |sent: &&Value| {
        sent["Host"].as_str().is_some_and(|to| to.starts_with(host))
            && !sent["Sec-Fetch-Site"].is_null()
    };
    assert_eq!(headers.iter().find(trustworthy), None, "the test is one");
    let tokens: Vec<_> = links
        .iter()
        .filter_map(|link| link.rsplit('/').next())
        .collect();
    for sent in &headers {
        let referrer = sent["Referer"].as_str().unwrap_or_default();
        assert!(
            !tokens.iter().any(|token| referrer.contains(token)),
            "{sent}"
        );
    }
    tab.go("about:blank");
    for event in house.posthog.events("") {
        let event = event.to_string();
        assert!(!tokens.iter().any(|token| event.contains(token)), "{event}");
    }
}

fn open_gone(tab: &Tab, link: &str) {
    tab.go(link);
    assert_eq!(tab.eval("document.querySelectorAll('main form').length"), 0);
}

/// Opens the link of a mail. On this page posthog-js is not loaded, and nothing is captured yet.
fn open(tab: &Tab, link: &str) {
    tab.go(link);
    assert_eq!(tab.eval("typeof window.posthog"), "undefined");
    assert_eq!(tab.eval("document.querySelectorAll('main form').length"), 1);
}

fn mails(house: &House) -> Value {
    let client = Client::new();
    let request = client.get(house.url("/dev/mail"));
    let answer = request.header("accept", "application/json").send();
    answer.expect("an answer").json().expect("JSON")
}

/// The newest link of a kind that was mailed to an address.
#[track_caller]
fn link_to(house: &House, email: &str, path: &str) -> String {
    let began = Instant::now();
    loop {
        let mails = mails(house);
        let mut newest = mails
            .as_array()
            .expect("a list")
            .iter()
            .filter(|mail| mail["to"].as_str().is_some_and(|to| to.contains(email)))
            .flat_map(|mail| mail["links"].as_array().expect("a list"))
            .filter_map(Value::as_str)
            .filter(|link| link.contains(path));
        if let Some(link) = newest.next() {
            return link.to_owned();
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "no {path} to {email}: {mails}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
