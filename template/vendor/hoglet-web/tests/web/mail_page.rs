//! `/dev/mail`: shows the kept mail, in development.

use hoglet_web::email::Email;
use hoglet_web::mail::Message;
use hoglet_web::settings::secret_key::new_secret_key;
use minijinja::context;
use reqwest::{Method, StatusCode};

use crate::support::{App, BROWSER};

const JSON: &[(&str, &str)] = &[("accept", "application/json")];

async fn in_development() -> App {
    App::with(&[("APP_ENV", "development")]).await
}

async fn send(app: &App, to: &str, from: &str) {
    let message = Message::new(to, "invitation", &Email(to.into()));
    let message = message.with(context! { from, game => 1 });
    app.web.mail.send(message).await.unwrap();
}

#[tokio::test]
async fn programs_read_it_newest_first() {
    let app = in_development().await;
    send(&app, "ann@example.com", "Ben").await;
    send(&app, "cy@example.com", "Ben").await;
    let browser = app.browser();
    let answer = browser.get_with("/dev/mail", JSON).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let mails = answer.json();
    assert_eq!(mails.as_array().unwrap().len(), 2);
    assert_eq!(mails[0]["to"], "cy@example.com");
    let mail = &mails[1];
    assert_eq!(mail["to"], "ann@example.com");
    assert_eq!(mail["from"], "Chess Club <no-reply@localhost>");
    assert_eq!(mail["subject"], "Ben invites you to a game");
    assert!(mail["text"].as_str().unwrap().starts_with("Hello,\n"));
    assert!(
        mail["html"]
            .as_str()
            .unwrap()
            .starts_with("<!doctype html>")
    );
    let link = format!("{}/lounge?game=1", app.url);
    assert_eq!(mail["links"], serde_json::json!([link]));
    let at = mail["at"].as_str().unwrap();
    assert!(at.len() == 20 && at.ends_with('Z'), "{at}");

    let one = format!("/dev/mail/{}", mail["id"].as_str().unwrap());
    assert_eq!(browser.get_with(&one, JSON).await.json(), *mail);

    let delete = browser.request(Method::DELETE, "/dev/mail");
    assert_eq!(browser.send(delete).await.status, StatusCode::NO_CONTENT);
    let none = browser.get_with("/dev/mail", JSON).await.json();
    assert_eq!(none, serde_json::json!([]));
    assert_eq!(browser.get(&one).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_read_it_and_empty_it() {
    let app = in_development().await;
    let browser = app.browser();
    let empty = browser.get_with("/dev/mail", BROWSER).await;
    assert!(empty.text().contains("No mail yet."), "{}", empty.text());

    send(&app, "ann@example.com", "<script>alert(1)</script>").await;
    let list = browser.get_with("/dev/mail", BROWSER).await;
    assert!(list.text().contains("ann@example.com"));
    assert!(!list.text().contains("<script>alert"));
    let id = app.mails().await[0].id;
    assert!(list.text().contains(&format!("/dev/mail/{id}")));

    let emptied = browser.post("/dev/mail/delete", &[]).await;
    assert_eq!(emptied.location(), "/dev/mail");
    assert!(app.mails().await.is_empty());
}

#[tokio::test]
async fn a_mail_is_shown_in_a_frame_where_nothing_runs() {
    let app = in_development().await;
    send(&app, "ann@example.com", "\"><script>alert(1)</script>").await;
    let id = app.mails().await[0].id;
    let page = app
        .browser()
        .get_with(&format!("/dev/mail/{id}"), BROWSER)
        .await;
    let text = page.text();
    assert!(text.contains("<iframe sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    let (_, framed) = text.split_once("srcdoc=\"").unwrap();
    let (framed, rest) = framed.split_once('"').unwrap();
    assert!(rest.starts_with("></iframe>"), "{rest}");
    assert!(!framed.contains('<'), "{framed}");
    assert!(framed.contains("base target="));
    assert!(!text.contains("<script"), "{text}");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self' 'unsafe-inline'; "));
    assert!(!policy.contains("script-src"), "{policy}");
    assert_eq!(page.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn only_development_shows_it_and_it_captures_nothing() {
    let app = in_development().await;
    send(&app, "ann@example.com", "Ben").await;
    let browser = app.browser();
    let id = app.mails().await[0].id;
    for path in ["/dev/mail".to_owned(), format!("/dev/mail/{id}")] {
        let page = browser.get_with(&path, BROWSER).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-robots-tag"), "noindex");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.cookies().is_empty());
        assert!(page.posthog_config().is_none());
        assert!(!page.text().contains("posthog.js"));
    }
    // Another site's page cannot make a browser delete the mail.
    let elsewhere = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let refused = browser.post_with("/dev/mail/delete", &[], &elsewhere).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut delete = browser.request(Method::DELETE, "/dev/mail");
    for (name, value) in elsewhere {
        delete = delete.header(name, value);
    }
    assert_eq!(browser.send(delete).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.mails().await.len(), 1);
    assert!(app.events().await.is_empty());
}

#[tokio::test]
async fn with_a_server_the_page_says_where_mail_goes() {
    let variables = [
        ("APP_ENV", "development"),
        ("SMTP_URL", "smtp://127.0.0.1:9"),
    ];
    let app = App::with(&variables).await;
    let browser = app.browser();
    let page = browser.get_with("/dev/mail", BROWSER).await;
    assert!(
        page.text().contains("The app sends mail through "),
        "{}",
        page.text()
    );
    let none = browser.get_with("/dev/mail", JSON).await.json();
    assert_eq!(none, serde_json::json!([]));
}

#[tokio::test]
async fn elsewhere_there_is_no_such_page() {
    let key = new_secret_key();
    for environment in ["test", "production"] {
        let app = App::with(&[("APP_ENV", environment), ("SECRET_KEY", &key)]).await;
        let browser = app.browser();
        for path in ["/dev/mail", "/dev/mail/1"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{environment}");
        }
        for (method, path) in [
            (Method::DELETE, "/dev/mail"),
            (Method::POST, "/dev/mail/delete"),
        ] {
            let answer = browser.send(browser.request(method, path)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{environment}");
        }
    }
}
