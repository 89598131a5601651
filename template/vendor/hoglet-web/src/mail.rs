//! Mail: made from two views, and sent with a bound on every step.
//!
//! A [`Message`] names a view and whom it goes to. [`Mailer`], which is `web.mail`, renders both of
//! the view's halves (`letter`), and gives the result to the server that `SMTP_URL` names (`smtp`).
//! Without one it keeps it: in development in a folder, to be read at `/dev/mail`, in tests in
//! memory ([`kept`]). In production there is no mail then, and `settings.mail.available()` says so.
//!
//! A server may take minutes, or be gone: mail is sent by a job, never while somebody waits for a page.
//! The job's `TIMEOUT` is [`TIMEOUT`], so that the bounds of [`Patience`] hold.

pub mod error;
pub mod kept;
mod letter;
pub mod mailer;
pub mod message;
pub mod patience;
pub mod smtp;

pub use error::SendError;
pub use kept::KeptMail;
pub use mailer::Mailer;
pub use message::Message;
pub use patience::{Patience, TIMEOUT};
