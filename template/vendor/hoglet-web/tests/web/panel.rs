//! "Just captured": the panel that shows, in development, the events of a page's request.

use serde_json::{Value, json};

use crate::support::{Answer, App, BROWSER, People, Person, RING};

const DEVELOPMENT: &[(&str, &str)] = &[("APP_ENV", "development")];

#[tokio::test]
async fn a_page_shows_its_own_events_and_leads_to_them() {
    let app = App::with(DEVELOPMENT).await;
    let ann = app.sign_up("Ann").await;
    ann.get("/lounge").await;
    let page = ann.get("/card").await;

    assert_eq!(shown(&page), ["GET /card", "card_viewed"]);
    let event = app.event("card_viewed").await;
    assert!(page.text().contains(&link(&app, "event", &event.uuid)));
}

#[tokio::test]
async fn after_a_redirect_it_shows_what_the_form_captured_too() {
    let app = App::with(DEVELOPMENT).await;
    let browser = app.browser();
    browser.sign_up("Ann").await;
    let page = browser.get("/lounge").await;

    let expected = [
        "POST /signup",
        "$identify",
        "member_joined",
        "GET /lounge",
        "lounge_viewed",
    ];
    assert_eq!(shown(&page), expected);
    let identify = app.event("$identify").await;
    assert!(page.text().contains(&link(&app, "event", &identify.uuid)));
    let again = browser.get("/lounge").await;
    assert_eq!(shown(&again), ["GET /lounge", "lounge_viewed"]);
}

#[tokio::test]
async fn it_follows_through_log_out_and_from_redirect_to_redirect() {
    let app = App::with(DEVELOPMENT).await;
    let ann = app.sign_up("Ann").await;
    ann.log_out().await;
    let page = ann.get("/").await;
    let expected = [
        "POST /signup",
        "$identify",
        "member_joined",
        "POST /logout",
        "member_logged_out",
    ];
    assert_eq!(shown(&page), expected);

    ann.log_in("Ann").await;
    let ring = ann.post_with(RING, &[], BROWSER).await;
    assert_eq!(ring.location(), "/bell");
    let expected = [
        "POST /login",
        "$identify",
        "member_logged_in",
        "POST /api/bell",
        "bell_rung",
    ];
    assert_eq!(shown(&ann.get("/bell").await), expected);
}

#[tokio::test]
async fn an_error_page_shows_the_exception() {
    let app = App::with(DEVELOPMENT).await;
    let ann = app.sign_up("Ann").await;
    ann.get("/lounge").await;
    for (count, how) in ["error", "panic"].into_iter().enumerate() {
        let form = [("how", how)];
        let page = ann.post_with("/api/break", &form, BROWSER).await;
        assert_eq!(page.status, 500);
        assert_eq!(shown(&page), ["POST /api/break", "$exception"]);
        let sent = app.events_named("$exception").await;
        assert_eq!(sent.len(), count + 1, "captured once");
        let uuid = &sent[count].uuid;
        assert!(page.text().contains(&link(&app, "event", uuid)));
    }
}

#[tokio::test]
async fn an_answer_to_a_script_has_it_in_a_header() {
    let app = App::with(DEVELOPMENT).await;
    let ann = app.sign_up("Ann").await;
    let form = [("how", "by hand")];
    let answer = ann.post("/api/break", &form).await;
    assert_eq!(names(&answer), ["$exception", "window_broken"]);

    let form = [("how", "error")];
    let answer = ann.post("/api/break", &form).await;
    assert_eq!(answer.status, 500);
    assert_eq!(names(&answer), ["$exception"]);
    let sent = app.events_named("$exception").await;
    let uuid = &header(&answer)[0]["uuid"];
    assert_eq!(sent.last().unwrap().uuid, uuid.as_str().unwrap());
}

#[tokio::test]
async fn it_shows_the_flags_that_were_read_and_their_values() {
    let app = App::with(DEVELOPMENT).await;
    app.posthog.set_flag("new-lounge", true, None);
    app.posthog.set_flag("lounge-greeting", "bold", None);
    let ann = app.sign_up("Ann").await;
    let page = ann.get("/lounge").await;

    let read: Vec<_> = header(&page)
        .into_iter()
        .filter(|entry| entry["kind"] == "flag")
        .map(|entry| (entry["key"].clone(), entry["value"].clone()))
        .collect();
    assert_eq!(
        read,
        [
            (json!("lounge-greeting"), json!("bold")),
            (json!("new-lounge"), json!(true))
        ]
    );
    let text = page.text();
    let flag = link(&app, "flag", "lounge-greeting");
    let line = format!("read flag {flag}<code>lounge-greeting</code></a>: <code>bold</code>");
    assert!(text.contains(&line), "{text}");
    // A page that reads no flags shows none.
    assert!(!ann.get("/card").await.text().contains("read flag"));
}

#[tokio::test]
async fn nothing_of_it_exists_outside_development() {
    for environment in ["test", "production"] {
        let app = App::with(&[("APP_ENV", environment)]).await;
        let browser = app.browser();
        let signed_up = browser.sign_up("Ann").await;
        assert!(signed_up.headers.get("x-captured").is_none());
        assert!(browser.cookie("captured").is_none(), "{environment}");
        // A planted cookie is neither shown nor removed.
        browser.set_cookie("captured", "planted");
        let page = browser.get("/lounge").await;
        assert!(!page.text().contains("Just captured"));
        assert_eq!(browser.cookie("captured").unwrap(), "planted");
        let form = [("how", "panic")];
        let page = browser.post_with("/api/break", &form, BROWSER).await;
        assert!(!page.text().contains("$exception"));
    }
}

#[tokio::test]
async fn a_cookie_that_is_not_ours_or_very_many_events_do_no_harm() {
    let app = App::with(DEVELOPMENT).await;
    let ann = app.sign_up("Ann").await;
    ann.set_cookie("captured", "planted<script>");
    let page = ann.get("/card").await;
    assert_eq!(shown(&page), ["GET /card", "card_viewed"]);

    // Each request is answered with a redirect, which is not followed.
    for _ in 0..20 {
        ann.post_with("/api/vote", &[], BROWSER).await;
    }
    assert!(ann.cookie("captured").unwrap().len() < 4000);
}

/// The panel's lines: requests, events and flags by their names.
fn shown(page: &Answer) -> Vec<String> {
    let text = page.text();
    let (_, panel) = text.split_once(r#"id="captured""#).unwrap();
    let (panel, _) = panel.split_once("</aside>").unwrap();
    let lines = panel.split("<li").skip(1);
    let names = lines.map(|line| match line.split_once("<code>") {
        Some((_, rest)) => rest.split_once('<').unwrap().0,
        None => line.split_once('>').unwrap().1.split_once('<').unwrap().0,
    });
    names.map(|name| name.replace("&#x2f;", "/")).collect()
}

fn header(answer: &Answer) -> Vec<Value> {
    serde_json::from_str(answer.header("x-captured")).unwrap()
}

fn names(answer: &Answer) -> Vec<Value> {
    let entries = header(answer).into_iter();
    entries.map(|entry| entry["name"].clone()).collect()
}

/// The beginning of a link to the stand-in, as written in a page.
fn link(app: &App, kind: &str, id: &str) -> String {
    let standin = app.posthog.url.replace('/', "&#x2f;");
    format!(r#"<a href="{standin}/#{kind}={id}">"#)
}
