//! [`Derived`]: a path, and the file or link that should be there.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use crate::{link, repository};

#[derive(Debug)]
pub struct Derived {
    /// Relative to the repository.
    pub path: String,
    state: State,
}

#[derive(Debug)]
pub enum State {
    File(Vec<u8>),
    /// The target, relative to the link's own folder.
    Link(String),
    Gone,
}

impl Derived {
    pub fn new(path: String, state: State) -> Self {
        Self { path, state }
    }

    pub fn is_up_to_date(&self) -> bool {
        let place = self.place();
        match &self.state {
            State::File(contents) => fs::read(&place).is_ok_and(|there| there == *contents),
            State::Link(target) => link::read(&place).is_ok_and(|there| there == *target),
            State::Gone => !place.is_symlink() && !place.exists(),
        }
    }

    pub fn write(&self) -> anyhow::Result<()> {
        let place = self.place();
        if place.is_symlink() || place.exists() {
            fs::remove_file(&place).with_context(|| format!("removing {}", place.display()))?;
        }
        match &self.state {
            State::File(contents) => repository::write_file(&place, contents),
            State::Link(target) => {
                link::write(&place, target).with_context(|| format!("linking {}", place.display()))
            }
            State::Gone => Ok(()),
        }
    }

    fn place(&self) -> PathBuf {
        repository::top().join(&self.path)
    }
}
