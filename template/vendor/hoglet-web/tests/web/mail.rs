//! Mail: rendering it from two views, and keeping it without a server.

use hoglet_web::app::{App as _, read_settings};
use hoglet_web::email::Email;
use hoglet_web::mail::{Mailer, Message, SendError};
use hoglet_web::settings::secret_key::new_secret_key;
use hoglet_web::settings::{Settings, WithoutServer};
use hoglet_web::views::Views;
use minijinja::context;

use crate::club::Club;
use crate::support::App;

/// From Ben to Ann.
fn invitation(id: &str) -> Message {
    let to = Email::normalized("ann@example.com");
    let values = context! { from => "Ben & <Bob>", game => 7 };
    Message::new(id, "invitation", &to)
        .named("Ann <3")
        .with(values)
}

/// The club's mailer, without the rest of the club.
fn mailer(settings: &Settings) -> Mailer {
    let parts = Club::parts();
    let views = Views::new(parts.templates, parts.assets, &Club::PACKAGE, settings).unwrap();
    Mailer::new(&Club::PACKAGE, settings, views)
}

#[tokio::test]
async fn a_mail_is_its_two_views_and_its_subject_stands_in_one() {
    let app = App::start().await;
    app.web.mail.send(invitation("job-1")).await.unwrap();
    let mail = app.mail_to("ann@example.com").await;
    assert_eq!(mail.subject, "Ben & <Bob> invites you to a game");
    let link = format!("{}/lounge?game=7", app.url);
    assert_eq!(
        mail.text,
        format!(
            "Hello Ann <3,\n\nBen & <Bob> invites you to a game:\n{link}\n\nBring a board.\n\n--\n\
             Chess Club, A club for those who like to think\n"
        )
    );
    assert_eq!(mail.links, [link]);
    assert_eq!(mail.from, "Chess Club <no-reply@localhost>");
    assert!(
        mail.html
            .contains("<title>Ben &amp; &lt;Bob&gt; invites you to a game</title>")
    );
    assert!(
        mail.html
            .contains("Hello Ann &lt;3, Ben &amp; &lt;Bob&gt; <a href")
    );

    let header = |name: &str| {
        let begin = format!("{name}: ");
        let mut lines = mail.headers.lines();
        let line = lines.find(|line| line.starts_with(&begin));
        line.map(|line| line[begin.len()..].to_owned())
    };
    let message_id = "<job-1.invitation@localhost>".to_owned();
    assert_eq!(header("Message-ID"), Some(message_id));
    assert_eq!(header("Auto-Submitted").as_deref(), Some("auto-generated"));
    assert!(header("Date").is_some());
    let content_type = header("Content-Type").unwrap();
    assert!(
        content_type.starts_with("multipart/alternative;"),
        "{content_type}"
    );
}

#[tokio::test]
async fn a_mail_that_is_sent_again_keeps_its_id() {
    let app = App::start().await;
    for id in ["1", "1", "2"] {
        app.web.mail.send(invitation(id)).await.unwrap();
    }
    let ids = app.mails().await.into_iter().map(|mail| {
        let mut lines = mail.headers.lines().map(str::to_owned);
        lines.find(|line| line.starts_with("Message-ID")).unwrap()
    });
    let ids: Vec<_> = ids.collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
}

#[tokio::test]
async fn a_broken_view_is_named_and_no_mail_goes_out() {
    let app = App::start().await;
    let to = Email::normalized("ann@example.com");
    for (message, said) in [
        // This message has none of the variables that its view needs.
        (
            Message::new("1", "invitation", &to),
            "templates/mail/invitation.txt: ",
        ),
        (
            Message::new("1", "nothing", &to),
            "templates/mail/nothing.txt: ",
        ),
    ] {
        let error = app.web.mail.send(message).await.unwrap_err();
        assert!(matches!(error, SendError::Template(_)));
        assert!(error.to_string().starts_with(said), "{error}");
        assert!(!error.is_permanent(), "the next release may mend it");
    }
    assert!(app.mails().await.is_empty());
}

#[tokio::test]
async fn a_text_that_is_no_address_gets_no_mail() {
    let app = App::start().await;
    for bad in [
        "",
        "ann",
        "ann@example.com, ben@example.com",
        "ann@example.com>\r\nDATA",
        "<a>@b.c",
    ] {
        let message = Message::new("1", "invitation", &Email(bad.into()));
        let message = message.with(context! { from => "Ben", game => 7 });
        let error = app.web.mail.send(message).await.unwrap_err();
        assert!(matches!(error, SendError::Refused(_)), "{bad}");
        assert!(error.is_permanent());
    }
    // Mail can be sent to every address that the forms accept.
    for odd in [
        "a..b@example.com",
        "a!#$%&'*+/=?^_`{|}~-@example.com",
        ".a@example.com",
        "a@b",
    ] {
        let message = Message::new("1", "invitation", &Email(odd.into()));
        let message = message.with(context! { from => "Ben", game => 7 });
        app.web.mail.send(message).await.unwrap();
        app.mail_to(odd).await;
    }
}

#[tokio::test]
async fn production_without_a_server_has_no_mail_and_says_so() {
    let key = new_secret_key();
    let app = App::with(&[("APP_ENV", "production"), ("SECRET_KEY", &key)]).await;
    assert!(!app.web.settings.mail.available());
    let error = app.web.mail.send(invitation("1")).await.unwrap_err();
    assert_eq!(error, SendError::Off);
    assert!(error.to_string().contains("SMTP_URL"), "{error}");
    assert!(App::start().await.web.settings.mail.available());
}

#[cfg(unix)]
#[tokio::test]
async fn production_without_a_server_warns_at_the_start() {
    use hoglet_web::testing::{Process, Signal};

    use crate::club::program::BINARY;

    let key = new_secret_key();
    for (url, warns) in [("", true), ("smtp://127.0.0.1:9", false)] {
        let variables = [
            ("APP_ENV", "production"),
            ("SECRET_KEY", &*key),
            ("SMTP_URL", url),
            ("MAIL_FROM", "club@example.com"),
            ("APP_URL", "https://club.example"),
        ];
        let mut process = Process::start(*BINARY, &variables).await;
        let log = process.end(Signal::Terminate).await.log;
        assert_eq!(log.contains("SMTP_URL is not set"), warns, "{log}");
    }
}

#[tokio::test]
async fn kept_mail_outlives_the_process_and_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let (mut settings, _) = read_settings::<Club>(&|_| None).unwrap();
    settings.mail.without_server = WithoutServer::Folder(folder.path().join("data/mail"));
    let before = mailer(&settings);
    assert!(before.store().unwrap().all().await.unwrap().is_empty());
    for id in 0..502 {
        before.send(invitation(&format!("job-{id}"))).await.unwrap();
    }
    let after = mailer(&settings);
    let kept = after.store().unwrap();
    let mails = kept.all().await.unwrap();
    assert_eq!(mails.len(), 500);
    assert!(mails[0].headers.contains("<job-501."), "newest first");
    assert!(mails[499].headers.contains("<job-2."));
    kept.clear().await.unwrap();
    assert!(before.store().unwrap().all().await.unwrap().is_empty());
    let left = std::fs::read_dir(folder.path().join("data/mail")).unwrap();
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again_later() {
    let (settings, _) = read_settings::<Club>(&|name| match name {
        "SMTP_URL" => Some("smtp://ann:hunter2@127.0.0.1:9".into()),
        _ => None,
    })
    .unwrap();
    let mailer = mailer(&settings);
    assert!(settings.mail.available() && mailer.store().is_none());
    let error = mailer.send(invitation("1")).await.unwrap_err();
    assert!(matches!(error, SendError::Later(_)), "{error:?}");
    let said = error.to_string();
    assert!(said.starts_with("127.0.0.1:9: no connection: "), "{said}");
    assert!(
        !said.contains("hunter2") && !said.contains("ann@"),
        "{said}"
    );
}
