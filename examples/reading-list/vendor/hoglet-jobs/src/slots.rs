//! [`Slots`]: how queues and priorities share the slots of a process.
//!
//! The number of slots is how many jobs run at once.

use crate::job::DEFAULT_QUEUE;
use crate::kind::Queue;
use crate::priority::Priority;

/// The priority that is claimed first, claim by claim.
///
/// If more jobs of each priority are due than can run, high priority comes first in five of eight claims,
/// normal priority in two, and low priority in one.
const TURNS: [Priority; 8] = [
    Priority::High,
    Priority::High,
    Priority::Normal,
    Priority::High,
    Priority::High,
    Priority::Normal,
    Priority::High,
    Priority::Low,
];

/// The slots of a process. A slot is taken by one running job.
///
/// A queue that runs a job leaves a free slot for each other queue that runs none. So a queue whose jobs
/// hang does not block the others, as long as there is a slot for each. If there are too few slots, the
/// default queue comes first: the others leave it a slot, and it leaves them none. If there is only one
/// slot, the queues take turns.
pub(crate) struct Slots {
    total: usize,
    queues: Vec<Share>,
}

struct Share {
    limit: usize,
    is_default: bool,
    running: usize,
    turn: usize,
}

impl Slots {
    pub fn new(total: usize, queues: &[Queue]) -> Self {
        let queues = queues.iter().map(|queue| Share {
            limit: queue.at_once.unwrap_or(total),
            is_default: queue.name == DEFAULT_QUEUE,
            running: 0,
            turn: 0,
        });
        Self {
            total,
            queues: queues.collect(),
        }
    }

    /// How many more jobs of this queue may begin.
    pub fn room(&self, queue: usize) -> usize {
        let share = &self.queues[queue];
        let running: usize = self.queues.iter().map(|share| share.running).sum();
        let free = self.total.saturating_sub(running);
        let idle = |share: &&Share| share.running == 0;
        let others = self.queues.iter().enumerate();
        let others = others.filter(|(at, share)| *at != queue && idle(share));
        let kept = if share.is_default && self.total <= self.queues.len() {
            0
        } else {
            others.clone().count()
        };
        let room = free.saturating_sub(kept);
        let room = if share.running > 0 {
            room
        } else {
            // Each queue has a slot for its first job, but the default queue's first job comes before it.
            let for_the_default =
                self.total > 1 && others.clone().any(|(_, share)| share.is_default);
            room.max(1)
                .min(free.saturating_sub(usize::from(for_the_default)))
        };
        room.min(share.limit.saturating_sub(share.running))
    }

    /// Takes slots, because jobs of this queue have begun.
    pub fn take(&mut self, queue: usize, jobs: usize) {
        self.queues[queue].running += jobs;
    }

    /// Frees a slot, because a job of this queue has ended.
    pub fn free(&mut self, queue: usize) {
        let share = &mut self.queues[queue];
        share.running = share.running.saturating_sub(1);
    }

    /// The priority that comes first in the next claim for this queue.
    pub fn first(&mut self, queue: usize) -> Priority {
        let share = &mut self.queues[queue];
        share.turn = (share.turn + 1) % TURNS.len();
        TURNS[(share.turn + TURNS.len() - 1) % TURNS.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: usize = 0;
    const MAIL: usize = 1;
    const EXPORT: usize = 2;

    fn slots(total: usize, limits: &[Option<usize>]) -> Slots {
        let names = [DEFAULT_QUEUE, "mail", "export"];
        let queues = limits.iter().zip(names).map(|(at_once, name)| Queue {
            name,
            at_once: *at_once,
            kinds: Vec::new(),
        });
        Slots::new(total, &queues.collect::<Vec<_>>())
    }

    /// Takes all slots that a queue may take, as if its jobs hang. Returns how many.
    fn hang(slots: &mut Slots, queue: usize) -> usize {
        let mut taken = 0;
        while slots.room(queue) > 0 {
            slots.take(queue, 1);
            taken += 1;
        }
        taken
    }

    #[test]
    fn a_queue_that_hangs_leaves_the_others_a_slot() {
        for total in 2..10 {
            let mut slots = slots(total, &[None, Some(2), Some(9)]);
            let mail = hang(&mut slots, MAIL);
            let export = hang(&mut slots, EXPORT);
            assert!(mail <= 2, "{total}: {mail}");
            assert!(mail >= 1 && slots.room(DEFAULT) >= 1, "{total}: {export}");
            if total > 2 {
                assert!(export >= 1, "{total}");
            }
        }
    }

    #[test]
    fn the_default_queue_leaves_the_others_a_slot_where_there_are_enough() {
        let mut three = slots(3, &[None, Some(2)]);
        assert_eq!(hang(&mut three, DEFAULT), 2);
        assert_eq!(three.room(MAIL), 1);
        let mut two = slots(2, &[None, Some(2)]);
        assert_eq!(hang(&mut two, DEFAULT), 2);
        assert_eq!(two.room(MAIL), 0);
    }

    #[test]
    fn alone_a_queue_has_all_slots_and_no_more_than_its_bound() {
        assert_eq!(hang(&mut slots(4, &[None]), DEFAULT), 4);
        assert_eq!(hang(&mut slots(4, &[Some(3)]), DEFAULT), 3);
        assert_eq!(hang(&mut slots(8, &[None, Some(2)]), MAIL), 2);
        assert_eq!(hang(&mut slots(0, &[None, Some(2)]), MAIL), 0);
    }

    #[test]
    fn one_slot_is_for_any_queue() {
        for queue in [DEFAULT, MAIL] {
            let mut slots = slots(1, &[None, Some(2)]);
            assert_eq!(hang(&mut slots, queue), 1);
        }
    }

    #[test]
    fn what_is_taken_at_once_is_what_is_taken_one_by_one() {
        for total in 0..8 {
            for queue in [DEFAULT, MAIL, EXPORT] {
                let all = slots(total, &[None, Some(2), Some(9)]).room(queue);
                let mut slots = slots(total, &[None, Some(2), Some(9)]);
                assert_eq!(hang(&mut slots, queue), all, "{total} {queue}");
            }
        }
    }

    #[test]
    fn every_priority_has_its_turn() {
        let mut slots = slots(2, &[None]);
        let turns: Vec<_> = (0..16).map(|_| slots.first(DEFAULT)).collect();
        assert_eq!(turns[0], Priority::High);
        let count = |priority| turns.iter().filter(|turn| **turn == priority).count();
        let counts = Priority::ALL.map(count);
        assert_eq!(counts, [10, 4, 2]);
    }
}
