//! [`FlagsAndGroups`]: the groups that a request has joined, and its flags.
//!
//! All clones of a request's [`PostHog`](crate::PostHog) share them.

use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::flag::Flags;
use crate::groups::Groups;

/// Flags for one set of groups. Empty until a handler asks for the flags.
pub type FlagsCell = Arc<OnceCell<Arc<Flags>>>;

#[derive(Default)]
pub struct FlagsAndGroups(Mutex<State>);

#[derive(Default)]
struct State {
    groups: Groups,
    /// Flags, with the groups that they are evaluated for.
    flags: Vec<(Groups, FlagsCell)>,
    /// The flags that the handler has asked for last.
    latest: Option<Arc<Flags>>,
}

impl FlagsAndGroups {
    /// Begins with these groups and without flags.
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

    /// The current groups, with their flags.
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

    /// Remembers the flags that the handler has received.
    ///
    /// Later events of the request carry them.
    pub fn remember_flags(&self, flags: Arc<Flags>) {
        self.with(|state| state.latest = Some(flags));
    }

    /// The event properties of the handler's flags; none before it has asked for flags.
    pub fn flag_properties(&self) -> Map<String, Value> {
        let latest = self.with(|state| state.latest.clone());
        latest.map(|flags| flags.properties()).unwrap_or_default()
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.0.lock().expect("nobody panics while holding it");
        act(&mut state)
    }
}
