//! A rendered mail: text, HTML and headers.

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

/// The longest name or subject, in characters. A longer one is cut.
const MAX_LENGTH: usize = 200;

/// A mail that is ready to be sent.
pub struct RenderedMail {
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The complete mail, with its headers.
    pub message: lettre::Message,
}

/// Renders mails, with the sender and the variables that all mails of an app share.
pub struct MailRenderer {
    /// The sender.
    pub from: Mailbox,
    /// The variable `app` of all templates.
    pub app: Value,
}

impl MailRenderer {
    /// Renders a message.
    pub fn render(&self, views: &Views, message: Message) -> Result<RenderedMail, SendError> {
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
        let template_error = |extension: &str, error: &AppError| {
            let cause = error
                .cause
                .as_ref()
                .map_or_else(String::new, |cause| cause.to_string());
            SendError::Template(format!("templates/mail/{view}.{extension}: {cause}"))
        };
        let (text, subject) = views
            .render_with_block(&format!("mail/{view}.txt"), "subject", values.clone())
            .map_err(|error| template_error("txt", &error))?;
        let subject = one_line(&subject);
        let html = views
            .render(
                &format!("mail/{view}.html"),
                context! { subject => &subject, ..values },
            )
            .map_err(|error| template_error("html", &error))?;
        let text = tidy(&text);
        let recipient = recipient(&to)?;
        let refused = |error: lettre::error::Error| SendError::Refused(error.to_string());
        let sender = Some(self.from.email.clone());
        let envelope = Envelope::new(sender, vec![recipient.clone()]).map_err(refused)?;
        let message = lettre::Message::builder()
            .message_id(Some(self.message_id(&id, &view)))
            .date_now()
            .from(self.from.clone())
            .to(Mailbox::new(name, recipient))
            .envelope(envelope)
            .subject(subject.clone())
            // Prevents out-of-office replies.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .multipart(MultiPart::alternative_plain_html(
                text.clone(),
                html.clone(),
            ));
        let message = message.map_err(refused)?;
        Ok(RenderedMail {
            subject,
            text,
            html,
            message,
        })
    }

    /// The `Message-ID`, unique for each pair of id and view. The sender's domain is ASCII, see
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

/// The address for lettre, without lettre's own check.
///
/// That check refuses some addresses that a server may accept, such as those with two dots in a row. A
/// well-formed [`Email`] has no spaces or quotes, so it cannot break out of a header or an SMTP command, and
/// its domain is ASCII.
fn recipient(email: &Email) -> Result<Address, SendError> {
    let normalized = Email::normalized(email.as_str());
    match normalized.as_str().rsplit_once('@') {
        Some((user, domain)) if Email::is_well_formed(email.as_str()) => {
            Ok(Address::new_dangerous(user, domain))
        }
        _ => Err(SendError::Refused(
            "the recipient is not an e-mail address".into(),
        )),
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Replaces line breaks, which would begin another header, and cuts a long text.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(MAX_LENGTH).collect()
}

/// Removes what template blocks and loops leave behind: repeated empty lines, and spaces at line ends.
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
