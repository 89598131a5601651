//! `.env`, the only file that is different on every run.

use std::borrow::Cow;
use std::fmt::Write;

use crate::error::Error;
use crate::file::File;

/// The length of the signing key in bytes. The app refuses a shorter key.
const KEY_LENGTH: usize = 64;

/// `.env`, with a random key.
pub fn environment_file() -> Result<File, Error> {
    let mut key = [0; KEY_LENGTH];
    getrandom::fill(&mut key).map_err(Error::Randomness)?;

    let mut text = String::from(
        "# The settings of this machine, for development. Git ignores this file: it holds secrets.\n\
         # Every setting is explained in .env.example; copy the lines you need from there.\n\
         \n\
         # Signs the cookies. Each deployment has one of its own.\n\
         SECRET_KEY=",
    );
    for byte in key {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\n');
    Ok(File {
        path: ".env".to_owned(),
        contents: Cow::Owned(text.into_bytes()),
        secret: true,
    })
}
