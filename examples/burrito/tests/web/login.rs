//! `/login`

use std::time::{Duration, Instant};

use app::accounts::LOG_IN;
use hoglet_web::email::Email;
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::support::{Answer, App, Browser, PASSWORD, People, Person, email_of};

#[tokio::test]
async fn it_is_a_page_of_its_own() {
    let app = App::start().await;
    let page = app.browser().get("/login").await;

    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.contains("<h1>Log in</h1>"));
    assert!(text.contains(r#"method="post" action="/login""#));
    assert!(text.contains(r#"name="email""#) && text.contains(r#"name="password""#));
    assert!(text.contains(r#"<a href="/signup">"#));
    assert!(!text.contains(r#"name="next""#) && !text.contains("autofocus"));
}

#[tokio::test]
async fn a_signed_in_user_is_sent_on_to_the_dashboard() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    for path in ["/login", "/login?next=%2Fprofile"] {
        assert_eq!(ann.get(path).await.location(), "/dashboard");
    }
}

#[tokio::test]
async fn the_right_pair_opens_the_dashboard() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let form = [("email", " ANN@example.com "), ("password", PASSWORD)];
    let answer = browser.post("/login", &form).await;

    assert_eq!(answer.location(), "/dashboard");
    assert!(browser.is_signed_in().await);
    let event = app.event("user_logged_in").await;
    assert_eq!(event.distinct_id, app.user_id("Ann").await);
    assert_eq!(event["login_method"], "email");
}

#[tokio::test]
async fn a_local_path_is_where_it_goes_on() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for next in ["/profile", "/burrito?a=1&b=%2F%2F#count", "/caf%C3%A9"] {
        assert_eq!(go_on(&app, next).await, next);
    }
}

#[tokio::test]
async fn a_place_elsewhere_is_not() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        r"/\evil.example",
        r"\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\u{0}//evil.example",
        " //evil.example",
        "evil.example",
        "javascript:alert(1)",
        "/\u{e9}",
        "/profile\r\nSet-Cookie: a=b",
    ] {
        assert_eq!(go_on(&app, next).await, "/dashboard", "{next:?}");
    }
}

async fn go_on(app: &App, next: &str) -> String {
    let form = [
        ("email", "ann@example.com"),
        ("password", PASSWORD),
        ("next", next),
    ];
    app.browser()
        .post("/login", &form)
        .await
        .location()
        .to_owned()
}

#[tokio::test]
async fn a_visitor_who_needs_to_log_in_comes_back_to_the_page() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let turned_away = browser.get("/profile?tab=1&x=%20").await;
    assert_eq!(
        turned_away.location(),
        "/login?next=%2Fprofile%3Ftab%3D1%26x%3D%2520"
    );

    let form_page = browser.get(turned_away.location()).await;
    let text = form_page.text();
    assert!(text.contains("Log in to open the page you asked for."));
    assert!(text.contains(r#"name="next" value="&#x2f;profile?tab=1&amp;x=%20""#));
    let sign_up = r#"href="/signup?next=&#x2f;profile%3Ftab%3D1%26x%3D%2520""#;
    assert!(text.contains(sign_up), "{text}");
    assert_eq!(
        go_on(&app, "/profile?tab=1&x=%20").await,
        "/profile?tab=1&x=%20"
    );
}

#[tokio::test]
async fn whoever_sends_a_form_without_being_logged_in_reads_why() {
    let app = App::start().await;
    let browser = app.browser();
    let turned_away = browser.post("/profile", &[("name", "Eve")]).await;

    assert_eq!(turned_away.location(), "/login");
    let page = browser.get("/login").await.text();
    assert!(page.contains("Log in first, then try that again."));
}

#[tokio::test]
async fn a_place_elsewhere_is_forgotten() {
    let app = App::start().await;
    for elsewhere in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%2F%09%2Fevil.example",
        "javascript%3Aalert(1)",
    ] {
        for page in ["/login", "/signup"] {
            let path = format!("{page}?next={elsewhere}");
            let page = app.browser().get(&path).await.text();
            assert!(!page.contains(r#"name="next""#), "{path}");
            assert!(!page.contains("evil.example"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_get_the_same_page() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let wrong = bad_pair(&app, "ann@example.com").await;
    let unknown = bad_pair(&app, "bob@example.com").await;

    assert!(wrong.contains("Wrong e-mail or password."));
    assert!(wrong.contains(r#"value="ann@example.com""#), "it is kept");
    assert!(wrong.contains(r#"name="next" value="&#x2f;profile""#));
    assert!(!wrong.contains("wrong-password"));
    assert_eq!(wrong.replace("ann@", "bob@"), unknown);
}

async fn bad_pair(app: &App, email: &str) -> String {
    let browser = app.browser();
    let form = [
        ("email", email),
        ("password", "wrong-password"),
        ("next", "/profile"),
    ];
    let answer = browser.post("/login", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!browser.is_signed_in().await);
    without_what_differs(&browser, answer)
}

/// The page without what differs from answer to answer.
fn without_what_differs(browser: &Browser, answer: Answer) -> String {
    let policy = answer.header("content-security-policy");
    let (_, rest) = policy.split_once("'nonce-").unwrap();
    let (nonce, _) = rest.split_once('\'').unwrap();
    answer
        .text()
        .replace(nonce, "NONCE")
        .replace(&browser.visitor_id(), "VISITOR")
        .replace(answer.header("x-request-id"), "REQUEST")
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_take_as_long() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let time = async |email: &str, n: usize| {
        // From another address each time, or the throttle would answer.
        let address = format!("192.0.2.{n}");
        let form = [("email", email), ("password", "wrong-password")];
        let from = [("x-forwarded-for", &*address)];
        let begin = Instant::now();
        let answer = browser.post_with("/login", &form, &from).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        begin.elapsed()
    };
    // The first one of a process also makes what nobody's password is checked against.
    time("nobody@example.com", 0).await;

    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for n in 1..=15 {
        wrong.push(time("ann@example.com", n).await);
        unknown.push(time(&format!("bob{n}@example.com"), n).await);
    }
    let (wrong, unknown) = (median(wrong), median(unknown));
    let ratio = unknown.as_secs_f64() / wrong.as_secs_f64();
    assert!(
        (0.5..2.0).contains(&ratio),
        "wrong {wrong:?}, unknown {unknown:?}"
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test]
async fn a_failure_is_the_visitors_event_and_tells_neither_half() {
    let app = App::start().await;
    let browser = app.browser();
    browser.get("/").await;
    let form = [("email", "ann@example.com"), ("password", "wrong-password")];
    browser.post("/login", &form).await;

    let event = app.event("user_login_failed").await;
    assert_eq!(event.distinct_id, browser.visitor_id());
    let own = event.properties.keys();
    let own: Vec<_> = own.filter(|name| !name.starts_with('$')).collect();
    assert_eq!(own.len(), 2, "environment and release: {own:?}");
    assert!(!format!("{event:?}").contains("ann@example.com"));
}

#[tokio::test]
async fn after_five_failures_the_account_waits_and_nothing_is_captured() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    let wrong = [("email", "Ann@example.com"), ("password", "wrong")];
    for _ in 0..5 {
        assert_eq!(browser.post("/login", &wrong).await.status, 422);
    }
    for password in ["wrong", PASSWORD] {
        let form = [("email", "ann@example.com"), ("password", password)];
        let answer = browser.post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((240..=300).contains(&wait), "{wait}");
        let page = answer.text();
        assert!(page.contains("Too many log-ins have failed."));
        let email = r#"name="email" type="email" autocomplete="username" value="ann@example.com""#;
        assert!(page.contains(email), "what was typed is kept: {page}");
        assert!(!page.contains(PASSWORD));
    }
    assert_eq!(app.events_named("user_login_failed").await.len(), 5);
    assert!(app.events_named("user_logged_in").await.is_empty());
}

#[tokio::test]
async fn a_program_that_is_turned_away_gets_json() {
    let app = App::start().await;
    fail(
        &app,
        5,
        |_| "ann@example.com".into(),
        |_| "127.0.0.1".into(),
    )
    .await;
    let form = [("email", "ann@example.com"), ("password", "wrong")];
    let json = [("accept", "application/json")];
    let answer = app.browser().post_with("/login", &form, &json).await;

    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.json()["success"], false);
    assert!(!answer.header("retry-after").is_empty());
}

#[tokio::test]
async fn the_rightful_owner_at_another_address_is_not_held_up() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    fail(
        &app,
        5,
        |_| "ann@example.com".into(),
        |_| "192.0.2.1".into(),
    )
    .await;
    let form = [("email", "ann@example.com"), ("password", PASSWORD)];

    let guesser = [("x-forwarded-for", "192.0.2.1")];
    let answer = app.browser().post_with("/login", &form, &guesser).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let owner = [("x-forwarded-for", "192.0.2.2")];
    let answer = app.browser().post_with("/login", &form, &owner).await;
    assert_eq!(answer.location(), "/dashboard");
}

#[tokio::test]
async fn one_address_guesses_at_few_accounts_and_many_addresses_at_none_for_long() {
    let app = App::start().await;
    fail(
        &app,
        30,
        |n| format!("{n}@example.com"),
        |_| "127.0.0.1".into(),
    )
    .await;
    fail(
        &app,
        50,
        |_| "bob@example.com".into(),
        |n| format!("192.0.2.{n}"),
    )
    .await;

    for email in ["nobody-yet@example.com", "bob@example.com"] {
        let form = [("email", email), ("password", "wrong")];
        let answer = app.browser().post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{email}");
    }
}

#[tokio::test]
async fn being_turned_away_does_not_tell_whether_the_account_exists() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let mut pages = Vec::new();
    for email in ["ann@example.com", "bob@example.com"] {
        let browser = app.browser();
        let form = [("email", email), ("password", "wrong")];
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(browser.post("/login", &form).await.status);
        }
        assert_eq!(statuses, [StatusCode::UNPROCESSABLE_ENTITY; 5]);
        let answer = browser.post("/login", &form).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        pages.push(without_what_differs(&browser, answer).replace(email, "EMAIL"));
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn an_ipv6_network_counts_as_one_address() {
    let app = App::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    app.sign_up("Ann").await;
    let log_in = async |address: &str, password: &str| {
        let form = [("email", "ann@example.com"), ("password", password)];
        let from = [("x-forwarded-for", address)];
        let answer = app.browser().post_with("/login", &form, &from).await;
        answer.status
    };
    for n in 1..=5 {
        let guesser = format!("2001:db8:0:1:{n}::{n}");
        assert_eq!(log_in(&guesser, "wrong").await, 422);
    }

    let turned_away = log_in("2001:db8:0:1:ffff::1", "wrong").await;
    assert_eq!(turned_away, StatusCode::TOO_MANY_REQUESTS);
    // IPv4 addresses in IPv6's notation are addresses of their own.
    for owner in ["2001:db8:0:2::1", "::ffff:192.0.2.1"] {
        assert_eq!(log_in(owner, PASSWORD).await, StatusCode::SEE_OTHER);
    }
}

async fn fail(
    app: &App,
    times: usize,
    email: impl Fn(usize) -> String,
    address: impl Fn(usize) -> String,
) {
    for n in 0..times {
        LOG_IN
            .record(
                &app.web.database,
                &Email::normalized(&email(n)),
                &address(n),
            )
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_success_clears_the_failures_before_it() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    for _ in 0..2 {
        let wrong = [("email", "ann@example.com"), ("password", "wrong")];
        for _ in 0..4 {
            assert_eq!(browser.post("/login", &wrong).await.status, 422);
        }
        browser.log_in("Ann").await;
    }
}

#[tokio::test]
async fn guesses_sent_all_at_once_are_throttled_too() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let mut guesses = JoinSet::new();
    for guess in 0..60 {
        let browser = app.browser();
        guesses.spawn(async move {
            let password = format!("guess number {guess}");
            let form = [("email", "ann@example.com"), ("password", &*password)];
            browser.post("/login", &form).await.status
        });
    }
    let statuses = guesses.join_all().await;
    let answered = statuses.iter().filter(|status| **status == 422).count();
    assert!(
        (1..=20).contains(&answered),
        "{answered} guesses were answered"
    );
}

#[tokio::test]
async fn odd_input_is_a_bad_pair_and_nothing_worse() {
    let app = App::start().await;
    let long = "a".repeat(100_000);
    for email in [
        "",
        "\0",
        "a\0b@example.com",
        "'; drop table users; --",
        &long,
    ] {
        for password in ["\0", &long] {
            let form = [("email", email), ("password", password)];
            let answer = app.browser().post("/login", &form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:?}");
        }
    }
}

#[tokio::test]
async fn the_session_id_from_before_the_log_in_is_worth_nothing() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let browser = app.browser();
    browser.post("/api/burrito/consider", &[]).await;
    let thief = browser.copy();
    browser.log_in("Ann").await;

    assert_ne!(thief.cookie("session"), browser.cookie("session"));
    assert!(!thief.is_signed_in().await);
    assert!(browser.is_signed_in().await);
}

#[tokio::test]
async fn logging_in_as_somebody_else_empties_the_session_first() {
    let app = App::start().await;
    app.sign_up("Bob").await;
    let browser = app.sign_up("Ann").await;
    browser.post("/api/burrito/consider", &[]).await;
    let anns = browser.copy();
    browser.log_in("Bob").await;

    let count = browser.post("/api/burrito/consider", &[]).await.json();
    assert_eq!(count["count"], 1, "Ann's count is not Bob's");
    let profile = browser.get("/profile").await;
    assert!(profile.text().contains(&email_of("Bob")));
    assert!(!anns.is_signed_in().await);
}
