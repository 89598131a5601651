//! `next`: where log-in and sign-up lead.

use app::routes::next::AFTER_LOG_IN;

use crate::support::{App, PASSWORD, People, email_of};

/// Places on other sites, as they might come in a link.
const ELSEWHERE: [&str; 10] = [
    "https://evil.example",
    "//evil.example",
    "//evil.example/../..",
    r"/\evil.example",
    "/\t/evil.example",
    "/%2fevil.example",
    "/%5Cevil.example",
    "/.//evil.example",
    "/x/%2E.//evil.example",
    "javascript:alert(1)",
];

#[tokio::test]
async fn a_page_of_the_app_is_where_it_goes_on() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for next in ["/profile", "/orders?a=1&b=%2F%2F#last", "/caf%C3%A9"] {
        assert_eq!(submit(&app, "/login", "Ann", next).await, next);
    }
    let next = "/profile?tab=1";
    assert_eq!(submit(&app, "/signup", "Bob", next).await, next);
}

#[tokio::test]
async fn a_place_elsewhere_is_not() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    for next in ELSEWHERE {
        let location = submit(&app, "/login", "Ann", next).await;
        assert_eq!(location, AFTER_LOG_IN, "{next}");
    }
    assert_eq!(
        submit(&app, "/signup", "Bob", ELSEWHERE[1]).await,
        AFTER_LOG_IN
    );
}

#[tokio::test]
async fn a_place_elsewhere_does_not_even_stand_in_the_forms() {
    let app = App::start().await;
    for elsewhere in ELSEWHERE {
        let next = elsewhere.replace('%', "%25").replace('\t', "%09");
        for page in ["/login", "/signup"] {
            let page = app.browser().get(&format!("{page}?next={next}")).await;
            assert!(!page.text().contains(r#"name="next""#), "{next}");
            assert!(!page.text().contains("evil.example"), "{next}");
        }
    }
}

#[tokio::test]
async fn a_place_too_long_to_keep_counts_as_none() {
    let app = App::start().await;
    app.sign_up("Ann").await;
    let longest = format!("/{}", "x".repeat(1999));
    let too_long = format!("{longest}x");
    for (next, expected) in [(&longest, &*longest), (&too_long, AFTER_LOG_IN)] {
        assert_eq!(submit(&app, "/login", "Ann", next).await, expected);
        let kept = expected == longest;
        for path in ["/login", "/signup"] {
            let page = app.browser().get(&format!("{path}?next={next}")).await;
            assert_eq!(page.text().contains(r#"name="next""#), kept, "{path}");
        }
        // The same where the app itself says where to come back to.
        let page = format!("/profile?{}", &next["/profile?".len()..]);
        let turned_away = app.browser().get(&page).await;
        assert_eq!(turned_away.location().contains("next="), kept);

        let form = [("email", "ann@example.com"), ("next", next)];
        let asked = app.browser().post("/login-link", &form).await;
        assert_eq!(asked.location().contains("next="), kept);
        let cookies = asked.cookies();
        assert_eq!(cookies.iter().any(|cookie| cookie.name() == "next"), kept);
    }
    let huge = format!("/{}", "x".repeat(1_900_000));
    let form = [("email", "ann@example.com"), ("next", &huge)];
    let asked = app.browser().post("/login-link", &form).await;
    assert_eq!(asked.location(), "/login");
}

#[tokio::test]
async fn a_visitor_who_needs_to_log_in_comes_back_to_the_page() {
    let app = App::start().await;
    let browser = app.browser();
    let turned_away = browser.get("/profile?tab=1&x=%20").await;
    let to_log_in = "/login?next=%2Fprofile%3Ftab%3D1%26x%3D%2520";
    assert_eq!(turned_away.location(), to_log_in);

    let page = browser.get(to_log_in).await.text();
    assert!(page.contains("Log in to open the page you asked for."));
    let hidden = r#"name="next" value="&#x2f;profile?tab=1&amp;x=%20""#;
    assert!(page.contains(hidden), "{page}");
    // Who has no account yet takes it along.
    let to_sign_up = r#"href="/signup?next=&#x2f;profile%3Ftab%3D1%26x%3D%2520""#;
    assert!(page.contains(to_sign_up), "{page}");
}

#[tokio::test]
async fn a_mistake_does_not_lose_it() {
    let app = App::start().await;
    let form = [("next", "/profile?a=1&b")];
    for path in ["/login", "/signup"] {
        let page = app.browser().post(path, &form).await.text();
        let hidden = r#"name="next" value="&#x2f;profile?a=1&amp;b""#;
        assert!(page.contains(hidden), "{path}: {page}");
    }
}

#[tokio::test]
async fn who_sends_a_form_without_being_logged_in_reads_why() {
    let app = App::start().await;
    let browser = app.browser();
    let turned_away = browser.post("/profile", &[("name", "Eve")]).await;

    // A post cannot be repeated by going to its address, so nothing is to come back to.
    assert_eq!(turned_away.location(), "/login");
    let page = browser.get("/login").await.text();
    assert!(page.contains("Log in first, then try that again."));
}

/// Where the form of this page leads.
async fn submit(app: &App, path: &str, name: &str, next: &str) -> String {
    let form = [
        ("name", name),
        ("email", &*email_of(name)),
        ("password", PASSWORD),
        ("next", next),
    ];
    let answer = app.browser().post(path, &form).await;
    answer.location().to_owned()
}
