//! Reads the flags of a request, also for posthog-js and for the panel.

use std::sync::Arc;

use futures_core::future::BoxFuture;
use serde_json::Map;

use super::{GROUPS, PostHog};
use crate::browser::BrowserConfig;
use crate::context::Address;
use crate::evaluator::Evaluation;
use crate::flag::Flags;
use crate::identity::DistinctId;
use crate::panel::{Entry, PanelItem};

impl PostHog {
    /// The flags of the request's person and groups.
    ///
    /// They are evaluated once per request and set of groups, by the first call. Later events of the request
    /// carry them.
    ///
    /// They all have their defaults, without a request to PostHog, if the person has opted out, or if only a
    /// header names the person: a header never chooses flags.
    pub fn flags(&self) -> BoxFuture<'_, Arc<Flags>> {
        Box::pin(async move {
            let (groups, cell) = self.0.shared.flags();
            let evaluating = async || match self.0.client.evaluator() {
                Some(evaluator) if self.has_flags() => {
                    let person = self.0.person.as_ref();
                    let evaluation = Evaluation {
                        context: self.0.context.clone(),
                        is_user: self.0.identity.distinct_id.is_user(),
                        person_properties: person
                            .map(|person| person.properties())
                            .unwrap_or_default(),
                        groups: &groups,
                    };
                    Arc::new(evaluator.evaluate(evaluation).await)
                }
                _ => Arc::default(),
            };
            let flags = cell.get_or_init(evaluating).await.clone();
            self.0.shared.remember_flags(flags.clone());
            flags
        })
    }

    /// Whether flags may be evaluated for this person.
    fn has_flags(&self) -> bool {
        let only_claimed = matches!(self.0.identity.distinct_id, DistinctId::Header(_));
        !self.0.identity.opted_out() && !only_claimed
    }

    /// The configuration of posthog-js on this page; none if posthog-js must not run.
    pub fn browser_config(&self) -> Option<BrowserConfig<'_>> {
        let settings = self.0.client.settings();
        let runs = settings.js && self.0.client.enabled() && !self.0.identity.opted_out();
        if !runs || self.0.page.address == Address::Secret {
            return None;
        }
        let (groups, flags) = self.0.shared.flags();
        let mut properties = Map::new();
        for (name, value) in self.0.client.release_properties().properties() {
            properties.insert(name.to_owned(), value.into());
        }
        if let Some(groups) = groups.property() {
            properties.insert(GROUPS.to_owned(), groups);
        }
        Some(BrowserConfig::new(
            self.0.client.site_config(),
            &self.0.identity,
            properties,
            flags.get().map(Arc::as_ref),
        ))
    }

    /// The events that this request has captured, and its flags; only in development.
    pub fn captured(&self) -> Vec<Entry> {
        if !self.0.panel.is_shown() {
            return Vec::new();
        }
        let (_, flags) = self.0.shared.flags();
        let read = flags.get().map(|flags| flags.read()).unwrap_or_default();
        let read = read.into_iter();
        self.0
            .panel
            .entries(read.map(|(key, value)| PanelItem::Flag { key, value }))
    }
}
