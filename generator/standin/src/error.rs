//! The errors that prevent a stand-in from starting, or stop it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot listen on {address} ({cause})")]
    Listen {
        address: SocketAddr,
        cause: io::Error,
    },

    #[error("cannot read the flags in `{}` ({cause}); write JSON such as {{\"my-flag\": true}}", .file.display())]
    ReadFlags { file: PathBuf, cause: String },

    #[error("`{}` holds no array.js; give --posthog-js the `package/dist` of an unpacked `npm pack posthog-js`", .folder.display())]
    NoScripts { folder: PathBuf },

    #[error("the stand-in for PostHog stopped ({0}); start it again")]
    Serve(io::Error),
}
