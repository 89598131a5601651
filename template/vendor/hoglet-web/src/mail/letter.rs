//! A mail in full: both parts and every header.

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use minijinja::{Value, context};

use super::error::SendError;
use super::message::Message;
use crate::email::Email;
use crate::error::AppError;
use crate::views::Views;

/// Characters of a name or a subject that are sent.
const LONGEST: usize = 200;

/// A mail that is ready to go.
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The same, as it travels.
    pub whole: lettre::Message,
}

/// What every letter of an app begins with.
pub struct Letterhead {
    /// Whom it comes from.
    pub from: Mailbox,
    /// What every view knows of the app.
    pub app: Value,
}

impl Letterhead {
    /// Renders a message.
    pub fn write(&self, views: &Views, message: Message) -> Result<Letter, SendError> {
        let Message {
            id,
            view,
            to,
            name,
            values,
        } = message;
        let name = name
            .map(|name| one_line(&name))
            .filter(|name| !name.is_empty());
        let every_mail = context! {
            app => self.app.clone(),
            to => context! { name => &name, email => to.as_str() },
        };
        let values = context! { ..values, ..every_mail };
        let in_view = |half: &str, error: &AppError| {
            let cause = error
                .cause
                .as_ref()
                .map_or_else(String::new, |cause| cause.to_string());
            SendError::View(format!("templates/mail/{view}.{half}: {cause}"))
        };
        let (text, subject) = views
            .render_with_block(&format!("mail/{view}.txt"), "subject", values.clone())
            .map_err(|error| in_view("txt", &error))?;
        let subject = one_line(&subject);
        let html = views
            .render(
                &format!("mail/{view}.html"),
                context! { subject => &subject, ..values },
            )
            .map_err(|error| in_view("html", &error))?;
        let text = tidy(&text);
        let recipient = recipient(&to)?;
        let no_envelope = |error: lettre::error::Error| SendError::Refused(error.to_string());
        let sender = Some(self.from.email.clone());
        let envelope = Envelope::new(sender, vec![recipient.clone()]).map_err(no_envelope)?;
        let whole = lettre::Message::builder()
            .message_id(Some(self.message_id(&id, &view)))
            .date_now()
            .from(self.from.clone())
            .to(Mailbox::new(name, recipient))
            .envelope(envelope)
            .subject(subject.clone())
            // Who is away sends no answer to a program.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .multipart(MultiPart::alternative_plain_html(
                text.clone(),
                html.clone(),
            ));
        let whole = whole.map_err(no_envelope)?;
        Ok(Letter {
            subject,
            text,
            html,
            whole,
        })
    }

    /// The same for the same id and view, and for nothing else. The sender's domain is ASCII, see
    /// `settings::mail`.
    fn message_id(&self, id: &str, view: &str) -> String {
        let plain = |text: &str| -> String {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            text.chars()
                .map(|c| if is_plain(c) { c } else { '-' })
                .collect()
        };
        format!(
            "<{}.{}@{}>",
            plain(id),
            plain(view),
            self.from.email.domain()
        )
    }
}

/// An address has no space and no quotes, so it cannot lead out of the header or the command that it
/// stands in; its domain is ASCII. Some are none for lettre all the same, such as those with two dots
/// in a row: whether there is such a mailbox, its server knows.
fn recipient(email: &Email) -> Result<Address, SendError> {
    let normalized = Email::normalized(email.as_str());
    match normalized.as_str().rsplit_once('@') {
        Some((user, domain)) if Email::is_well_formed(email.as_str()) => {
            Ok(Address::new_dangerous(user, domain))
        }
        _ => Err(SendError::Refused(
            "the recipient is no e-mail address".into(),
        )),
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A line break in a header would begin another header.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(LONGEST).collect()
}

/// Without what blocks and loops leave behind: several empty lines in a row, and space at the end.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && (tidy.is_empty() || tidy.ends_with("\n\n"))) {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy + "\n"
}
