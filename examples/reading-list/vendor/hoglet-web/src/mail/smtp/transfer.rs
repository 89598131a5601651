//! Sends the content of a mail, with a timeout for each block and for the server's answer.

use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::server_errors::ServerErrors;
use crate::mail::error::SendError;
use crate::mail::timeouts::SmtpTimeouts;

/// The number of bytes that are written at once.
const BLOCK: usize = 32 * 1024;

/// The current step of the transfer, and its deadline.
#[derive(Clone, Copy)]
struct Step {
    /// The error text for a server that is too slow.
    missing: &'static str,
    timeout: Duration,
    deadline: Instant,
}

impl Step {
    fn block(timeouts: SmtpTimeouts) -> Self {
        Self::begin("it stopped reading the mail", timeouts.block)
    }

    fn end(timeouts: SmtpTimeouts) -> Self {
        Self::begin("no answer to the mail", timeouts.end)
    }

    fn begin(missing: &'static str, timeout: Duration) -> Self {
        Self {
            missing,
            timeout,
            deadline: Instant::now() + timeout,
        }
    }
}

/// Writes a mail block by block, and waits for the server to accept it.
pub(super) async fn transfer(
    connection: &mut AsyncSmtpConnection,
    mail: &[u8],
    timeouts: SmtpTimeouts,
    errors: &ServerErrors,
) -> Result<(), SendError> {
    let step = watch::Sender::new(Step::block(timeouts));
    let mut chunks = mail.chunks(BLOCK);
    // The connection takes the next block after it has written the previous one.
    let blocks = std::iter::from_fn(|| {
        let next = chunks.next();
        step.send_replace(match next {
            Some(_) => Step::block(timeouts),
            None => Step::end(timeouts),
        });
        next
    });
    tokio::select! {
        accepted = connection.message_iter(blocks) => {
            accepted.map_err(|error| errors.refused("it refused the mail", &error))?;
            Ok(())
        }
        late = deadline_passed(step.subscribe()) => Err(errors.too_slow(late.missing, late.timeout)),
    }
}

/// Resolves when the current step has passed its deadline. Each new step has a new deadline.
async fn deadline_passed(mut step: watch::Receiver<Step>) -> Step {
    loop {
        let current = *step.borrow_and_update();
        tokio::select! {
            biased;
            // `changed` cannot fail: the caller keeps the sender until the mail is written.
            _ = step.changed() => {}
            () = sleep_until(current.deadline) => return current,
        }
    }
}
