//! Makes `$create_alias` events, which merge two persons.

use posthog_rs::Event;

use crate::headers::is_refused;

/// Makes a `$create_alias` event, or logs why it cannot.
///
/// PostHog merges the person of `alias` into that of `distinct_id`.
pub fn alias_event(distinct_id: &str, alias: &str) -> Option<Event> {
    let refused = [("distinct_id", distinct_id), ("alias", alias)]
        .into_iter()
        .find(|(_, id)| is_refused(id));
    if let Some((argument, id)) = refused {
        tracing::warn!(
            argument,
            id,
            "alias: nothing is sent, because PostHog refuses this id; give the id of one person"
        );
        return None;
    }
    if distinct_id == alias {
        tracing::warn!("alias: nothing is sent, because both ids are the same");
        return None;
    }
    let mut event = Event::new("$create_alias", distinct_id);
    for (name, id) in [("distinct_id", distinct_id), ("alias", alias)] {
        event.insert_prop(name, id).expect("text serializes");
    }
    Some(event)
}
