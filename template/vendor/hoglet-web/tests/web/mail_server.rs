//! Delivery of mail to a real server: `smtp.py`, in Python with aiosmtpd.
//!
//! Without Python and aiosmtpd these tests print a message, and in CI they fail.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hoglet_web::jobs::model::{Entity, Model};
use hoglet_web::mail::smtp::Smtp;
use hoglet_web::testing::Ran;
use sea_orm::EntityTrait;
use serde_json::Value;

use crate::club::invite::Invite;
use crate::support::{App, wait_until};

/// Debian's Python comes first, because Debian's packages are installed for it.
const PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/web/smtp.py");

/// A mail server. It ends when it is dropped.
pub struct MailServer {
    pub port: u16,
    said: Arc<Mutex<Vec<Value>>>,
    process: Child,
    _input: ChildStdin,
}

impl MailServer {
    /// Starts a server. Returns `None` if there is no Python with aiosmtpd.
    pub fn start(arguments: &[&str]) -> Option<Self> {
        let has_aiosmtpd = |python: &&&str| {
            let mut import = Command::new(python);
            import.args(["-c", "import aiosmtpd"]).stderr(Stdio::null());
            import.status().is_ok_and(|status| status.success())
        };
        let Some(python) = PYTHONS.iter().find(has_aiosmtpd) else {
            assert!(std::env::var_os("CI").is_none(), "there is no aiosmtpd");
            eprintln!("skipped: no mail server; install python3-aiosmtpd");
            return None;
        };
        let mut process = Command::new(python)
            .arg(SCRIPT)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().expect("its port").unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = said.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                heard
                    .lock()
                    .unwrap()
                    .push(serde_json::from_str(&line).unwrap());
            }
        });
        Some(Self {
            port: port.parse().unwrap(),
            said,
            _input: process.stdin.take().unwrap(),
            process,
        })
    }

    fn address(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Everything that the server received, as soon as there are `count` entries.
    pub async fn said(&self, count: usize) -> Vec<Value> {
        let said = || self.said.lock().unwrap().clone();
        wait_until("the mail server says so", || said().len() >= count).await;
        let said = said();
        assert_eq!(said.len(), count, "{said:#?}");
        said
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn app_with(smtp_url: &str) -> App {
    app_from("Ärzte & Co, \"Club\" <club@chess.example>", smtp_url).await
}

async fn app_from(sender: &str, smtp_url: &str) -> App {
    App::with(&[("SMTP_URL", smtp_url), ("MAIL_FROM", sender)]).await
}

async fn invite(app: &App, to: &str) {
    let job = Invite { to: to.to_owned() };
    app.enqueue(job).await;
}

async fn waiting(app: &App) -> Vec<Model> {
    Entity::find().all(&app.web.database).await.unwrap()
}

/// Runs the one attempt that is due, and returns its error.
async fn failed(app: &App) -> String {
    let ran: Vec<Ran> = app.run_jobs().await;
    assert_eq!(ran.len(), 1, "{ran:?}");
    ran.into_iter().next().unwrap().error.expect("it failed")
}

#[tokio::test]
async fn a_mail_arrives_with_both_parts_and_all_headers() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let app = app_with(&server.address()).await;
    invite(&app, "ann@example.com").await;
    assert_eq!(app.run_jobs().await[0].error, None);
    assert!(waiting(&app).await.is_empty());

    let arrived = &server.said(1).await[0];
    assert_eq!(arrived["from"], "club@chess.example");
    assert_eq!(arrived["to"], serde_json::json!(["ann@example.com"]));
    let mail = arrived["mail"].as_str().unwrap();
    let python = "import email, email.policy, json, sys\n\
        mail = email.message_from_string(sys.stdin.read(), policy=email.policy.default)\n\
        parts = [[part.get_content_type(), part.get_content()] for part in mail.iter_parts()]\n\
        print(json.dumps({'headers': dict(mail.items()), 'type': mail.get_content_type(), 'parts': parts,\n\
            'defects': [str(defect) for defect in mail.defects]}))";
    let mut parse = Command::new("python3")
        .args(["-c", python])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut parse.stdin.take().unwrap(), mail.as_bytes()).unwrap();
    let parsed = parse.wait_with_output().unwrap().stdout;
    let parsed: Value = serde_json::from_slice(&parsed).unwrap();
    assert_eq!(parsed["defects"], serde_json::json!([]));
    let headers = &parsed["headers"];
    assert_eq!(headers["Subject"], "Ben & Co invites you to a game");
    assert_eq!(headers["To"], "Zoë <ann@example.com>");
    let from = headers["From"].as_str().unwrap();
    assert!(
        from.starts_with("\"Ärzte & Co, ") && from.ends_with(" <club@chess.example>"),
        "{from}"
    );
    assert_eq!(headers["Auto-Submitted"], "auto-generated");
    assert!(headers["Date"].is_string());
    let message_id = headers["Message-ID"].as_str().unwrap();
    assert!(
        message_id.ends_with(".invitation@chess.example>"),
        "{message_id}"
    );

    assert_eq!(parsed["type"], "multipart/alternative");
    let part = |number: usize| {
        let part = &parsed["parts"][number];
        (part[0].as_str().unwrap(), part[1].as_str().unwrap())
    };
    let link = format!("{}/lounge?game=7", app.url);
    let (kind, text) = part(0);
    assert_eq!(kind, "text/plain");
    assert!(
        text.contains("Hello Zoë,") && text.contains(&link),
        "{text}"
    );
    let (kind, html) = part(1);
    assert_eq!(kind, "text/html");
    assert!(html.contains("Ben &amp; Co"), "{html}");
}

#[tokio::test]
async fn a_recipient_that_the_server_refuses_is_not_tried_again() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let app = app_with(&server.address()).await;
    for (to, said) in [
        (
            "refused@example.com",
            "it refused the recipient: 550 5.1.1 <[e-mail]>: there is no such user",
        ),
        (
            "disliked@example.com",
            "it refused the mail: 554 5.7.1 we dislike [link] in it",
        ),
    ] {
        invite(&app, to).await;
        let error = failed(&app).await;
        assert_eq!(error, format!("127.0.0.1:{}: {said}", server.port));
        app.let_time_pass(Duration::from_secs(3600)).await;
        assert!(app.run_jobs().await.is_empty());
    }
    let kept = waiting(&app).await;
    assert_eq!(kept.len(), 2);
    assert!(
        kept.iter()
            .all(|job| job.failed_at.is_some() && job.error.is_some())
    );
    server.said(0).await;
    // An unknown recipient is not an error of the app.
    assert!(app.events_named("$exception").await.is_empty());
}

#[tokio::test]
async fn a_server_that_asks_to_come_back_gets_the_mail_later_and_once() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let app = app_with(&server.address()).await;
    invite(&app, "greylisted@example.com").await;
    let error = failed(&app).await;
    assert!(error.contains("451 4.7.1 greylisted"), "{error}");
    assert!(app.run_jobs().await.is_empty(), "not at once");
    app.let_time_pass(Duration::from_secs(60)).await;
    assert_eq!(app.run_jobs().await[0].error, None);
    assert!(waiting(&app).await.is_empty());
    server.said(1).await;
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_and_no_mail_is_lost() {
    let Some(server) = MailServer::start(&["--auth"]) else {
        return;
    };
    let with = |credentials: &str| format!("smtp://{credentials}127.0.0.1:{}", server.port);
    for wrong in ["", "ann:wrong-password@"] {
        let app = app_with(&with(wrong)).await;
        invite(&app, "ann@example.com").await;
        let error = failed(&app).await;
        assert!(error.contains("530") || error.contains("535"), "{error}");
        assert!(!error.contains("wrong-password"), "{error}");
        assert!(waiting(&app).await[0].failed_at.is_none(), "{error}");
    }
    let app = app_with(&with("ann:hunter2@")).await;
    invite(&app, "ann@example.com").await;
    assert_eq!(app.run_jobs().await[0].error, None);
    let said = server.said(3).await;
    assert_eq!(said[0]["right"], false);
    assert_eq!(said[1]["right"], true);
}

#[tokio::test]
async fn where_the_way_cannot_be_encrypted_nothing_is_sent() {
    let Some(server) = MailServer::start(&["--auth"]) else {
        return;
    };
    let address = format!("smtp://ann:hunter2@127.0.0.1:{}?tls=required", server.port);
    let app = app_with(&address).await;
    invite(&app, "ann@example.com").await;
    let error = failed(&app).await;
    assert!(
        error.contains("it offers no STARTTLS, so nothing was sent"),
        "{error}"
    );
    assert!(waiting(&app).await[0].failed_at.is_none());
    server.said(0).await;
}

#[tokio::test]
async fn international_domains_travel_in_ascii() {
    let Some(server) = MailServer::start(&[]) else {
        return;
    };
    let app = app_from("Bücher <no-reply@BÜCHER.example>", &server.address()).await;
    for to in ["ann@bücher.example", "ann@xn--bcher-kva.example"] {
        invite(&app, to).await;
        assert_eq!(app.run_jobs().await[0].error, None);
    }
    for arrived in server.said(2).await {
        assert_eq!(arrived["from"], "no-reply@xn--bcher-kva.example");
        let to = serde_json::json!(["ann@xn--bcher-kva.example"]);
        assert_eq!(arrived["to"], to);
        let mail = arrived["mail"].as_str().unwrap();
        assert!(mail.is_ascii(), "{mail}");
        let ends = |header: &str, end: &str| {
            let mut lines = mail.lines();
            let line = lines.find(|line| line.starts_with(header)).unwrap();
            assert!(line.ends_with(end), "{line}");
        };
        ends("Message-ID: ", ".invitation@xn--bcher-kva.example>");
        ends("From: ", " <no-reply@xn--bcher-kva.example>");
    }
}

#[tokio::test]
async fn a_name_beyond_ascii_goes_to_servers_that_take_it_and_fails_for_good_at_others() {
    let Some(server) = MailServer::start(&["--utf8"]) else {
        return;
    };
    let Some(old) = MailServer::start(&[]) else {
        return;
    };
    for (sender, recipient) in [
        ("Club <grüße@chess.example>", "ann@example.com"),
        ("Club <club@chess.example>", "jürgen@example.com"),
        ("Club <club@chess.example>", "用户@例え.テスト"),
    ] {
        let app = app_from(sender, &old.address()).await;
        invite(&app, recipient).await;
        let error = failed(&app).await;
        assert!(error.contains("it offers no SMTPUTF8"), "{error}");
        assert!(!error.contains(recipient), "{error}");
        app.let_time_pass(Duration::from_secs(3600)).await;
        assert!(app.run_jobs().await.is_empty(), "it is not tried again");
        assert!(waiting(&app).await[0].failed_at.is_some());

        let app = app_from(sender, &server.address()).await;
        invite(&app, recipient).await;
        assert_eq!(app.run_jobs().await[0].error, None, "{recipient}");
    }
    old.said(0).await;
    let said = server.said(3).await;
    assert_eq!(said[0]["from"], "grüße@chess.example");
    assert_eq!(said[1]["to"], serde_json::json!(["jürgen@example.com"]));
    let to = serde_json::json!(["用户@xn--r8jz45g.xn--zckzah"]);
    assert_eq!(said[2]["to"], to);
    for arrived in said {
        assert_eq!(arrived["utf8"], true, "{arrived}");
    }

    // `doctor` checks the server too, so that the problem is found without sending a mail.
    for (server, healthy) in [(&server, true), (&old, false)] {
        let app = app_from("grüße@chess.example", &server.address()).await;
        let mail = &app.web.settings.mail;
        let smtp = Smtp::new(mail.server.clone().unwrap(), None);
        let examined = smtp.check(&mail.from.email).await;
        assert_eq!(examined.is_ok(), healthy, "{examined:?}");
    }
}
