//! The app's table of jobs, for the commands.

use crate::jobs::kind::Bounds;
use crate::jobs::{JobState, Jobs};

/// The kinds of jobs of an app and their queues, including Hoglet's.
pub struct Table {
    kinds: Vec<Bounds>,
}

impl Table {
    pub fn of<S: JobState, T: JobState>(own: &Jobs<S>, hoglets: &Jobs<T>) -> Self {
        let mut kinds = own.bounds();
        kinds.extend(hoglets.bounds());
        Self { kinds }
    }

    /// The names of the queues, each once.
    pub fn queues(&self) -> Vec<&'static str> {
        let mut queues = Vec::new();
        for kind in &self.kinds {
            if !queues.contains(&kind.queue) {
                queues.push(kind.queue);
            }
        }
        queues
    }

    pub fn kind(&self, name: &str) -> Option<&Bounds> {
        self.kinds.iter().find(|kind| kind.name == name)
    }
}
