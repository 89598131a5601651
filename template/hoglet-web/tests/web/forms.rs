//! Bodies that are too large or no forms.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use hoglet_web::forms;
use garde::Validate;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, context};

use crate::support::{App, People, Person, PASSWORD};

const PATHS: &[&str] = &[
    "/signup",
    "/login",
    "/card",
    "/opt-out",
    "/api/break",
];
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn twenty_megabytes_are_too_much() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let body = format!("name={}", "x".repeat(20 * 1024 * 1024));
    for path in PATHS {
        let request = ann
            .request(Method::POST, path)
            .header(CONTENT_TYPE, FORM)
            .body(body.clone());
        let answer = ann.send(request).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        let json = answer.header("content-type") == "application/json";
        assert_eq!(json, path.starts_with("/api/"), "{path}");
    }
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn a_body_that_does_not_say_its_length_is_bounded_too() {
    let app = App::start().await;
    let mut connection = TcpStream::connect(&app.url["http://".len()..])
        .await
        .unwrap();
    let head = format!(
        "POST /signup HTTP/1.1\r\nHost: app\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for _ in 0..33 {
        connection.write_all(chunk.as_bytes()).await.unwrap();
    }
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
}

#[tokio::test]
async fn what_is_no_form_is_answered_and_changes_nothing() {
    let app = App::start().await;
    let ann = app.sign_up("Ann").await;
    let bodies: [(&str, &[u8]); 7] = [
        (FORM, b""),
        (FORM, b"\xff\xfe%ff=%zz&&&==&name"),
        (
            FORM,
            b"name=a&name=b&email=a&email=b&how=x&how=y",
        ),
        (FORM, b"name[]=a&name[b]=c"),
        ("application/json", br#"{"name":"Eve"}"#),
        ("multipart/form-data", b"--x"),
        ("", b"name=Eve"),
    ];
    for path in PATHS {
        for (content_type, body) in bodies {
            let request = ann
                .request(Method::POST, path)
                .header(CONTENT_TYPE, content_type)
                .body(body);
            let answer = ann.send(request).await;
            assert!(
                answer.status.is_client_error(),
                "{path} {content_type}: {}",
                answer.status
            );
            assert!(!answer.text().contains("deserialize"), "{path}");
        }
    }
    assert!(ann.get("/card").await.text().contains(">Ann</h1>"));
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn markup_in_what_somebody_typed_stays_text() {
    let app = App::start().await;
    let markup = r#""><script>alert('x')</script>{{ 'in' ~ 'jected' }}</title>"#;
    let browser = app.browser();

    // Reflected: the forms come back with what was typed, and error pages know the path.
    let email = [("name", markup), ("email", markup), ("password", markup)];
    for answer in [
        browser.post("/signup", &email).await,
        browser.post("/login", &email).await,
        browser
            .get("/login?next=/%22%3E%3Cscript%3Ealert('x')%3C/script%3E")
            .await,
        browser
            .get("/%22%3E%3Cscript%3Ealert('x')%3C/script%3E")
            .await,
        browser
            .get_with(
                "/",
                &[("x-posthog-session-id", "</script><script>alert('x')")],
            )
            .await,
    ] {
        assert!(
            !answer.text().contains("<script>alert"),
            "{}",
            answer.text()
        );
        assert!(!answer.text().contains("injected"));
    }

    // Stored: a name is shown on every page of its user.
    let form = [
        ("name", markup),
        ("email", "mallory@example.com"),
        ("password", PASSWORD),
    ];
    browser.post("/signup", &form).await;
    for path in ["/lounge", "/card", "/bell", "/nowhere"] {
        let page = browser.get(path).await.text();
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains("injected"), "{path}");
    }
}

#[test]
fn what_a_rule_says_is_for_people() {
    #[derive(Validate)]
    struct Order {
        #[garde(length(min = 1))]
        name: String,
        #[garde(length(min = 3))]
        code: String,
        #[garde(length(max = 2))]
        note: String,
        #[garde(range(min = 1, max = 9))]
        few: u32,
        #[garde(range(min = 1, max = 9))]
        many: u32,
        #[garde(email)]
        email: String,
        #[garde(required)]
        plan: Option<String>,
        #[garde(alphanumeric)]
        coupon: String,
        #[garde(prefix("HOG"))]
        number: String,
        #[garde(matches(email))]
        again: String,
    }
    let order = Order {
        name: String::new(),
        code: "x".into(),
        note: "much".into(),
        few: 0,
        many: 10,
        email: "ann".into(),
        plan: None,
        coupon: "5 %".into(),
        number: "CAT".into(),
        again: "bob".into(),
    };
    let messages: Vec<_> = forms::validate(&order)
        .into_iter()
        .map(|(field, messages)| format!("{field}: {}", messages.join(" ")))
        .collect();
    assert_eq!(
        messages,
        [
            "again: The two do not match. Write the same again.",
            "code: Write at least 3 characters.",
            "coupon: Use only letters and digits.",
            "email: Write an e-mail address such as you@example.com.",
            "few: Use 1 or more.",
            "many: Use 9 or less.",
            "name: Write at least 1 character.",
            "note: Write at most 2 characters.",
            "number: This must begin with “HOG”.",
            "plan: Fill this in.",
        ]
    );
}

#[test]
fn every_control_has_a_label_what_was_typed_and_its_message() {
    let page = controls(context! {
        form => context! { about => "</textarea><b>", plan => "team", news => true },
        errors => context! {},
    });
    assert!(page.contains(r#"<label for="about">About you</label>"#));
    assert!(page.contains("\n&lt;&#x2f;textarea&gt;&lt;b&gt;</textarea>"));
    assert!(page.contains(r#"<option value="team" selected>Team</option>"#));
    assert!(page.contains(r#"<option value="free">Free</option>"#));
    assert!(page.contains(r#"value="true" checked>"#));
    assert!(!page.contains("aria-invalid") && !page.contains("autofocus"));

    let page = controls(context! {
        form => context! {},
        errors => context! { plan => ["Choose one."], news => ["Tick this."] },
    });
    assert!(page.contains(r#"<select id="plan" name="plan" required aria-invalid="true" autofocus aria-describedby="plan-help">"#), "{page}");
    assert!(page.contains(r#"<p class="error" id="plan-help">Choose one.</p>"#));
    assert!(page.contains(r#"<p class="error" id="news-help">Tick this.</p>"#));
    assert_eq!(page.matches("aria-invalid").count(), 2);
    assert_eq!(page.matches("autofocus").count(), 1, "the first one");
}

fn controls(values: minijinja::Value) -> String {
    let mut views = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    views.set_syntax(syntax.unwrap());
    let macros = include_str!("../../templates/forms.html");
    views.add_template("forms.html", macros).unwrap();
    let page = r#"{% from "forms.html" import textarea, select, checkbox %}
        {{ textarea("about", "About you", form, errors) }}
        {{ select("plan", "Plan", [["free", "Free"], ["team", "Team"]], form, errors) }}
        {{ checkbox("news", "Send me news", form, errors) }}"#;
    views.add_template("page.html", page).unwrap();
    let page = views.get_template("page.html").unwrap();
    page.render(values).unwrap()
}
