//! Mail: made from two views, and sent in bounded time.
//!
//! A [`Message`] names a view and whom it goes to. [`Mailer`], which is `web.mail`, renders both of
//! the view's halves (`letter`), and gives the result to the server that `SMTP_URL` names (`smtp`).
//! Without one it keeps it: in development in a folder, to be read at `/dev/mail`, in tests in
//! memory ([`kept`]). In production there is no mail then, and `settings.mail.available()` says so.
//!
//! A server may take seconds, or be gone: mail is sent by a job, never while somebody waits for a page.

pub mod error;
pub mod kept;
mod letter;
pub mod mailer;
pub mod message;
pub mod smtp;

pub use error::SendError;
pub use kept::KeptMail;
pub use mailer::Mailer;
pub use message::Message;
