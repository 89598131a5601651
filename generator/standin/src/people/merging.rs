//! Links two ids: two ids become one person, or two persons become one.

use std::sync::Arc;

use crate::event::Event;
use crate::people::ingestion::{Ingestion, Refused};
use crate::people::person::{Chapter, ChapterKind};
use crate::people::person::{Moment, PersonId};
use crate::people::{MOST_IDS, People};

impl People {
    /// Links `other` to the event's own distinct id.
    pub(super) fn link(
        &mut self,
        event: &Event,
        other: &str,
        moment: Moment,
        ingestion: &mut Ingestion,
    ) {
        let into = &event.distinct_id;
        match (
            self.find(&event.token, into),
            self.find(&event.token, other),
        ) {
            (None, None) => {
                let id = self.create(event, moment);
                self.join(id, event, other, moment);
            }
            (Some(id), None) => self.join(id, event, other, moment),
            (None, Some(id)) => self.join(id, event, into, moment),
            (Some(target), Some(source)) if target == source => ingestion.repeated = true,
            (Some(target), Some(source)) => {
                let protected = self
                    .persons
                    .get(&source)
                    .is_some_and(|person| person.identified);
                if protected && event.name != "$merge_dangerously" {
                    ingestion.refused = Some(Refused::AlreadyIdentified {
                        from: other.to_owned(),
                        into: into.clone(),
                    });
                } else {
                    ingestion.fused = self.merge(target, source, event, moment);
                }
            }
        }
    }

    fn join(&mut self, id: PersonId, event: &Event, distinct_id: &str, moment: Moment) {
        let joined = self.change(id, |person| {
            let fits = person.distinct_ids.len() < MOST_IDS;
            if fits {
                person.distinct_ids.push(distinct_id.to_owned());
                let kind = ChapterKind::Joined {
                    distinct_id: distinct_id.to_owned(),
                };
                person.tell(Chapter::new(moment, &event.name, kind));
            }
            fits
        });
        if joined == Some(true) {
            self.ids
                .insert((Arc::clone(&event.token), distinct_id.to_owned()), id);
        } else {
            self.forgotten += 1;
        }
    }

    fn merge(
        &mut self,
        target: PersonId,
        source: PersonId,
        event: &Event,
        moment: Moment,
    ) -> Option<[String; 2]> {
        let source = self.persons.remove(&source)?;
        self.weight -= source.weight();
        for id in &source.distinct_ids {
            self.ids
                .insert((Arc::clone(&event.token), id.clone()), target);
        }
        let (fused, surplus) = self.change(target, |person| {
            let fused = person.absorb(source, event, moment);
            let most = MOST_IDS.min(person.distinct_ids.len());
            (fused, person.distinct_ids.split_off(most))
        })?;
        for id in surplus {
            self.ids.remove(&(Arc::clone(&event.token), id));
            self.forgotten += 1;
        }
        fused
    }
}
