//! The queues that jobs name, besides the default one. The table of jobs says how many of each run at once.

/// Mails: while the mail server is slow, everything else goes on.
pub const MAIL: &str = "mail";
