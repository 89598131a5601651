//! The headers of a mail: a name or a subject with odd characters adds no header.

use hoglet_web::app::{App as _, read_settings};
use hoglet_web::email::Email;
use hoglet_web::mail::{Mailer, Message, StoredMail};
use hoglet_web::views::Views;
use minijinja::context;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::club::Club;

/// A mailer that stores its mail in memory.
fn mailer() -> Mailer {
    let (settings, _) = read_settings::<Club>(&|name| match name {
        "APP_ENV" => Some("test".into()),
        _ => None,
    })
    .unwrap();
    let parts = Club::parts();
    let views = Views::new(parts.templates, parts.assets, &Club::PACKAGE, &settings).unwrap();
    Mailer::new(&Club::PACKAGE, &settings, views)
}

/// Sends a mail, and returns it as stored.
fn sent(mailer: &Mailer, id: &str, name: &str, from: &str) -> StoredMail {
    let message = Message::new(id, "invitation", &Email("ann@example.com".into()));
    let message = message.named(name).with(context! { from, game => 1 });
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        mailer.send(message).await.unwrap();
        let mails = mailer.store().unwrap().all().await.unwrap();
        mails.into_iter().next().unwrap()
    })
}

/// The names of the headers, in order. A line that begins with a space continues the previous line.
fn names(mail: &StoredMail) -> Vec<&str> {
    let lines = mail.headers.lines().filter(|line| !line.starts_with(' '));
    lines.map(|line| line.split_once(": ").unwrap().0).collect()
}

const NAMES: [&str; 8] = [
    "Message-ID",
    "Date",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
];

#[test]
fn a_name_cannot_add_a_header_or_a_recipient() {
    let mailer = mailer();
    for name in [
        "Ann\r\nBcc: everybody@example.com",
        "Ann\nX-Evil: 1\n\nbody",
        "Ann\" <everybody@example.com>, \"",
        "Ann\u{0}\u{b}\u{85}\u{2028}Bcc: x@y.z",
        "Zoë, Ärztin",
        "\\\"",
        "=?utf-8?q?x?=",
        &"Ann ".repeat(500),
    ] {
        let mail = sent(&mailer, "1", name, name);
        assert_eq!(names(&mail), NAMES, "{name:?}: {}", mail.headers);
        assert_eq!(mail.to, "ann@example.com", "{name:?}");
        assert!(mail.headers.is_ascii(), "{}", mail.headers);
        assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);
        assert!(mail.headers.lines().all(|line| line.len() <= 998));
    }
}

#[test]
fn no_text_can() {
    let mailer = mailer();
    let text = "(?s).{0,60}";
    proptest!(ProptestConfig::with_cases(64), |(id in text, name in text, from in text)| {
        let mail = sent(&mailer, &id, &name, &from);
        prop_assert_eq!(names(&mail), NAMES, "{}", mail.headers);
        prop_assert!(mail.headers.is_ascii());
        let bare = |c: char| c.is_control() && c != '\n';
        prop_assert!(!mail.headers.contains(bare), "{:?}", mail.headers);
    });
}
