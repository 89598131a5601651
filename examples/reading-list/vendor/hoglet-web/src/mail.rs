//! Mail: rendered from two templates, and sent with a timeout for every step.
//!
//! A [`Message`] names a pair of templates and the recipient. [`Mailer`], which is `web.mail`, renders both
//! templates (`rendered`) and hands the mail to the server in `SMTP_URL` (`smtp`). Without that variable it
//! stores the mail ([`store`]): in development in a folder, shown at `/dev/mail`; in tests in memory. In
//! production there is no mail without a server: `settings.mail.available()` is false.
//!
//! A mail server may be slow or down, so jobs send mail; a page never waits for it. Such a job uses
//! [`TIMEOUT`] as its `TIMEOUT`, which is longer than all [`SmtpTimeouts`] together.

pub mod error;
pub mod mailer;
pub mod message;
mod rendered;
pub mod smtp;
pub mod store;
pub mod timeouts;

/// The queue of jobs that send mail: a slow mail server does not delay the jobs of other queues.
pub const QUEUE: &str = "mail";

pub use error::SendError;
pub use mailer::Mailer;
pub use message::Message;
pub use store::StoredMail;
pub use timeouts::{SmtpTimeouts, TIMEOUT};
