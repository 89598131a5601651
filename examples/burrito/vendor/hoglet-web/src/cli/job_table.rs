//! The app's table of jobs, for the commands.

use crate::jobs::kind::JobKind;
use crate::jobs::{JobState, Jobs};

/// The kinds of jobs of an app and their queues, including Hoglet's.
pub struct Table {
    kinds: Vec<JobKind>,
}

impl Table {
    pub fn of<S: JobState, T: JobState>(own: &Jobs<S>, hoglets: &Jobs<T>) -> Self {
        let mut kinds = own.kinds();
        kinds.extend(hoglets.kinds());
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

    pub fn kind(&self, name: &str) -> Option<&JobKind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }
}
