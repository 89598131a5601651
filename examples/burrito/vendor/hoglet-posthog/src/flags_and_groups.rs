//! [`FlagsAndGroups`]: the groups that a request has joined, and its flags. Every clone of a request's
//! [`PostHog`](crate::PostHog) shares them.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::flag::Flags;
use crate::groups::Groups;

/// Filled when the first flag is read.
pub type FlagsCell = Arc<OnceCell<Arc<Flags>>>;

#[derive(Default)]
pub struct FlagsAndGroups(Mutex<State>);

#[derive(Default)]
struct State {
    groups: Groups,
    /// Each with the groups that it was evaluated for.
    flags: Vec<(Groups, FlagsCell)>,
    /// The flags that the code was given last.
    latest: Option<Arc<Flags>>,
}

impl FlagsAndGroups {
    /// These groups, and no flags yet.
    pub fn of(groups: Groups) -> Self {
        Self(Mutex::new(State {
            groups,
            ..State::default()
        }))
    }

    pub fn groups(&self) -> Groups {
        self.with(|state| state.groups.clone())
    }

    pub fn join(&self, group_type: &'static str, key: &str, properties: Map<String, Value>) {
        self.with(|state| state.groups.insert(group_type, key, properties));
    }

    /// The groups as they are now, with their flags.
    pub fn flags(&self) -> (Groups, FlagsCell) {
        self.with(|State { groups, flags, .. }| {
            if let Some(known) = flags.iter().find(|(other, _)| other == groups) {
                return known.clone();
            }
            let fresh = (groups.clone(), FlagsCell::default());
            flags.push(fresh.clone());
            fresh
        })
    }

    /// From here on the code decides by these flags.
    pub fn decides_by(&self, flags: Arc<Flags>) {
        self.with(|state| state.latest = Some(flags));
    }

    /// The properties of the flags that the code decides by; none before it has read flags.
    pub fn flag_properties(&self) -> Map<String, Value> {
        let latest = self.with(|state| state.latest.clone());
        latest.map(|flags| flags.properties()).unwrap_or_default()
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.0.lock().expect("nobody panics while holding it");
        act(&mut state)
    }
}
