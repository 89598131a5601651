//! The first touch: how a visitor first came to the app. It is captured when they become a user.

use reqwest::Method;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use crate::support::{App, Browser, People, Person};

const LANDING: &str = "/bell?utm_source=news&utm_campaign=a%20b%2Bc+d&gclid=click&token=hunter2";
const REFERRER: &str = "https://search.example:8443/find?q=hoglet&key=hunter2";

/// The first touch that PostHog gets when this visitor signs up.
async fn first_touch(app: &App, browser: &Browser, name: &str) -> Value {
    browser.sign_up(name).await;
    let id = app.user_id(name).await;
    let mut identifies = app.events_named("$identify").await;
    identifies.retain(|event| event.distinct_id == id);
    let mut told = identifies.pop().unwrap()["$set_once"].clone();
    told.as_object_mut()
        .unwrap()
        .remove("signed_up_at")
        .unwrap();
    told
}

fn set_posthog_js_cookie(browser: &Browser, stored: &str) {
    let encoded: String = form_urlencoded::byte_serialize(stored.as_bytes()).collect();
    browser.set_cookie("ph_phc_test_posthog", &encoded.replace('+', "%20"));
}

#[tokio::test]
async fn a_users_first_page_is_the_visitors() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get_with(LANDING, &[("referer", REFERRER)]).await;
    browser.get("/?utm_source=later").await;
    browser.get("/signup").await;

    let host = &app.url["http://".len()..];
    assert_eq!(
        first_touch(&app, &browser, "Ann").await,
        json!({
            "$initial_current_url": format!("{}{}", app.url, LANDING.replace("hunter2", "redacted")),
            "$initial_host": host,
            "$initial_pathname": "/bell",
            "$initial_referrer": "https://search.example:8443/find?q=hoglet&key=redacted",
            "$initial_referring_domain": "search.example:8443",
            "$initial_utm_source": "news",
            "$initial_utm_campaign": "a b+c+d",
            "$initial_gclid": "click",
        })
    );
    assert_eq!(browser.cookie("first_touch"), None, "it is used up");
}

#[tokio::test]
async fn a_visitor_without_a_referrer_came_directly() {
    let app = App::start().await;
    let own = format!("{}/elsewhere", app.url);
    for (name, referrer) in [
        ("Ann", ""),
        ("Bob", &*own),
        ("Cem", "android-app://x"),
        ("Dee", "!"),
    ] {
        let browser = app.browser();
        browser.get_with("/bell", &[("referer", referrer)]).await;
        let told = first_touch(&app, &browser, name).await;
        assert_eq!(told["$initial_referrer"], "$direct", "{referrer}");
        assert_eq!(told["$initial_referring_domain"], "$direct");
        assert_eq!(told["$initial_pathname"], "/bell");
    }
}

#[tokio::test]
async fn only_a_page_that_a_visitor_sees_is_a_first_touch() {
    let app = App::start().await;
    let browser = app.browser();
    browser.head("/bell").await;
    browser
        .get_with("/bell", &[("sec-purpose", "prefetch")])
        .await;
    browser
        .get_with("/bell", &[("sec-fetch-dest", "empty")])
        .await;
    browser.post("/api/bell", &[]).await;
    assert_eq!(browser.cookie("first_touch"), None);

    browser
        .get_with("/signup?utm_source=news", &[("sec-fetch-dest", "document")])
        .await;
    let told = first_touch(&app, &browser, "Ann").await;
    assert_eq!(told["$initial_pathname"], "/signup");
    assert_eq!(told["$initial_utm_source"], "news");
}

#[tokio::test]
async fn a_client_without_pages_has_no_first_touch() {
    let app = App::start().await;
    let told = first_touch(&app, &app.browser(), "Ann").await;
    assert_eq!(told, json!({}));
}

#[tokio::test]
async fn the_first_touch_that_posthog_js_remembers_wins() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/bell").await;
    let stored = json!({
        "distinct_id": browser.visitor_id(),
        "$initial_person_info": {
            "u": "https://www.example.com/landing?utm_medium=mail&password=hunter2#access_token=hunter2",
            "r": "https://blog.example/post?code=hunter2",
        },
    });
    set_posthog_js_cookie(&browser, &stored.to_string());

    assert_eq!(
        first_touch(&app, &browser, "Ann").await,
        json!({
            "$initial_current_url": "https://www.example.com/landing?utm_medium=mail&password=redacted#access_token=redacted",
            "$initial_host": "www.example.com",
            "$initial_pathname": "/landing",
            "$initial_referrer": "https://blog.example/post?code=redacted",
            "$initial_referring_domain": "blog.example",
            "$initial_utm_medium": "mail",
        })
    );
}

#[tokio::test]
async fn posthog_js_memory_is_not_trusted() {
    let app = App::start().await;
    let url = format!("https://example.com/{}", "x".repeat(3000));
    for (n, stored) in [
        String::new(),
        "{".into(),
        json!({ "$initial_person_info": 7 }).to_string(),
        json!({ "$initial_person_info": { "u": 7, "r": "$direct" } }).to_string(),
        json!({ "$initial_person_info": { "u": "javascript:alert(1)" } }).to_string(),
        json!({ "$initial_person_info": { "u": "https://example.com/a\u{0}b" } }).to_string(),
        // The cookie is of another person, and no page has corrected it yet.
        json!({ "distinct_id": Uuid::new_v4(), "$initial_person_info": { "u": "https://x.example/" } })
            .to_string(),
    ]
    .into_iter()
    .enumerate()
    {
        let browser = app.browser();
        browser.get("/bell").await;
        set_posthog_js_cookie(&browser, &stored);
        let told = first_touch(&app, &browser, &format!("Ann{n}")).await;
        assert_eq!(told["$initial_pathname"], "/bell", "{stored}");
    }

    let browser = app.browser();
    let stored = json!({ "$initial_person_info": { "u": url, "r": "file:///etc/passwd" } });
    set_posthog_js_cookie(&browser, &stored.to_string());
    let told = first_touch(&app, &browser, "Bob").await;
    assert_eq!(told["$initial_current_url"].as_str().unwrap().len(), 1000);
    assert_eq!(told["$initial_referrer"], "$direct");
}

#[tokio::test]
async fn the_cookie_is_small_and_for_the_server_alone() {
    let app = App::start().await;
    let browser = app.browser();
    let long = "%C3%A9".repeat(2000);
    let referrer = format!("https://search.example/{long}");
    let answer = browser
        .get_with(
            &format!("/bell?utm_source=a&b={long}"),
            &[("referer", &referrer)],
        )
        .await;

    let cookies = answer.cookies();
    let cookie = cookies.iter().find(|cookie| cookie.name() == "first_touch");
    let cookie = cookie.unwrap();
    assert_eq!(cookie.http_only(), Some(true));
    assert_eq!(cookie.same_site(), Some(cookie::SameSite::Lax));
    assert_eq!(cookie.path(), Some("/"));
    assert_eq!(cookie.max_age(), Some(Duration::days(365)));
    assert!(
        cookie.to_string().len() <= 1536,
        "{}",
        cookie.to_string().len()
    );
    assert!(answer.header("cache-control").contains("no-store"));

    let told = first_touch(&app, &browser, "Ann").await;
    assert_eq!(told["$initial_utm_source"], "a");
    assert_eq!(told["$initial_referring_domain"], "search.example");
}

#[tokio::test]
async fn a_forged_cookie_or_one_of_another_visitor_is_ignored() {
    let app = App::start().await;
    let other = app.browser();
    other.get("/bell?utm_source=theirs").await;
    let theirs = other.cookie("first_touch").unwrap();
    for (n, cookie) in [
        "x",
        "",
        &theirs,
        &theirs[..80],
        &other.cookie("visitor").unwrap(),
    ]
    .into_iter()
    .enumerate()
    {
        let browser = app.browser();
        browser.get("/").await;
        browser.set_cookie("first_touch", cookie);
        let told = first_touch(&app, &browser, &format!("Ann{n}")).await;
        assert_eq!(told, json!({}), "{cookie}");
    }
}

#[tokio::test]
async fn each_person_at_one_browser_has_a_first_touch_of_their_own() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/?utm_source=anns").await;
    let anns = browser.copy();
    let told = first_touch(&app, &browser, "Ann").await;
    assert_eq!(told["$initial_utm_source"], "anns");
    browser.log_out().await;
    browser.get("/bell?utm_source=bobs").await;
    let told = first_touch(&app, &browser, "Bob").await;
    assert_eq!(told["$initial_utm_source"], "bobs");

    // Ann's old cookies are sent again. Her visitor id and her first touch still belong to her.
    let told = first_touch(&app, &anns, "Cem").await;
    assert_eq!(told, json!({}));
}

#[tokio::test]
async fn a_visitor_who_opted_out_has_no_first_touch() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/bell").await;
    assert!(browser.cookie("first_touch").is_some());
    browser.post("/opt-out", &[("opt_out", "true")]).await;
    assert_eq!(browser.cookie("first_touch"), None);
    browser.get("/bell").await;
    assert_eq!(browser.cookie("first_touch"), None);

    let browser = app.browser();
    browser.get("/bell").await;
    let request = browser.request(Method::GET, "/").header("sec-gpc", "1");
    browser.send(request).await;
    assert_eq!(browser.cookie("first_touch"), None);
    assert_eq!(browser.cookie("visitor"), None);
}
