//! [`Cause`]: an error with its sources, or a panic, and the stack of the place where it arose.

use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::ptr;

use crate::stack::Stack;

/// How many errors of a chain are kept: as many as PostHog accepts in one exception.
/// Source: PostHog/sdk-specs, `exception-event-metadata`.
const MAX_CHAIN: usize = 50;
/// How many characters of each message are kept: fifty messages of this length fit in one event.
const MAX_MESSAGE_CHARACTERS: usize = 4_000;

/// Why something failed, and where: an error with its sources, or a panic, and a stack.
#[derive(Debug)]
pub struct Cause {
    /// Whether it is an error or a panic.
    pub kind: CauseKind,
    /// The type and the message of each error, outermost first.
    pub chain: Vec<(String, String)>,
    /// The stack of the panic, or of the place where the error became a cause: mostly a `?`.
    pub stack: Stack,
    /// Whether the stack is not the error's own: a value that implements [`Error`] has no stack.
    pub synthetic: bool,
    /// The template and the line, for an error in a template: no stack shows them.
    pub template: Option<(String, usize)>,
}

/// Whether a cause is an error or a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseKind {
    /// A value that implements [`Error`].
    Error,
    /// A panic.
    Panic,
}

impl Cause {
    /// An error with its sources, and the stack of the caller.
    ///
    /// A very long chain keeps only its outermost errors. A chain that leads back to itself has each error
    /// once.
    #[track_caller]
    pub fn of<E: Error>(error: &E) -> Self {
        let mut chain = vec![(type_name::<E>(), error.to_string())];
        let mut addresses = vec![ptr::from_ref(error).cast::<()>()];
        let mut source = error.source();
        while let Some(error) = source.filter(|_| chain.len() < MAX_CHAIN) {
            let (address, message) = (ptr::from_ref(error).cast::<()>(), error.to_string());
            // An error and its first field can have the same address, but hardly the same message.
            let mut seen = addresses.iter().zip(&chain);
            if seen.any(|(other, (_, said))| *other == address && *said == message) {
                break;
            }
            // A source is a `dyn Error`, so its type's name is unknown.
            chain.push(("Error".into(), message));
            addresses.push(address);
            source = error.source();
        }
        Self::new(CauseKind::Error, chain, Stack::here())
    }

    /// A panic with this message, and the stack of the place that panicked.
    pub(crate) fn panic(message: &str, place: &Location<'_>) -> Self {
        let chain = vec![("panic".into(), message.into())];
        Self::new(CauseKind::Panic, chain, Stack::beginning_at(place))
    }

    fn new(kind: CauseKind, mut chain: Vec<(String, String)>, stack: Stack) -> Self {
        for (_, message) in &mut chain {
            cut(message);
        }
        Self {
            kind,
            chain,
            stack,
            synthetic: kind == CauseKind::Error,
            template: None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, (_, message)) in self.chain.iter().enumerate() {
            if depth > 0 {
                formatter.write_str(": ")?;
            }
            formatter.write_str(message)?;
        }
        Ok(())
    }
}

/// Cuts a message, because it may quote a library's whole input.
///
/// PostHog drops an event larger than a megabyte.
fn cut(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE_CHARACTERS) {
        message.truncate(end);
        message.push('…');
    }
}

/// The last part of a type's path: `ParseIntError` for `core::num::error::ParseIntError`.
fn type_name<E>() -> String {
    let full = std::any::type_name::<E>();
    let path = full.split('<').next().unwrap_or(full);
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error in a chain of several, whose source is the next one.
    #[derive(Debug, thiserror::Error)]
    #[error("link {0}")]
    struct Link(usize, #[source] Option<Box<Link>>);

    #[derive(Debug)]
    struct Ouroboros;

    impl fmt::Display for Ouroboros {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("bites its tail")
        }
    }

    impl Error for Ouroboros {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }

    fn chain_of(links: usize) -> Link {
        let inner = (1..links).rev();
        let inner = inner.fold(None, |inner, number| Some(Box::new(Link(number, inner))));
        Link(0, inner)
    }

    #[test]
    fn a_long_chain_keeps_its_outermost_errors() {
        for (links, kept) in [(1, 1), (3, 3), (50, 50), (51, 50), (75, 50)] {
            let chain = Cause::of(&chain_of(links)).chain;
            assert_eq!(chain.len(), kept, "of {links}");
            let last = format!("link {}", kept - 1);
            assert_eq!(chain.last().map(|(_, message)| message), Some(&last));
        }
    }

    #[test]
    fn an_error_that_is_its_own_source_ends() {
        let chain = Cause::of(&Ouroboros).chain;
        let once = ("Ouroboros".to_owned(), "bites its tail".to_owned());
        assert_eq!(chain, [once]);
    }
}
