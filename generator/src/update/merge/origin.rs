//! `.hoglet.toml` keeps what the user wrote, and gets the new version, hash and answers.
