//! What is measured: requests, connections and rounds.

use std::time::Duration;

/// The number of connections, unless a scenario is about that number.
pub const CONNECTIONS: usize = 32;

/// A request that each server answers in its own way.
#[derive(Clone, Copy)]
pub enum Request {
    Home,
    /// A page for a signed-in user, which captures an event.
    Page,
    /// A change by a signed-in user, which captures an event.
    Post,
}

/// The texts of the requests to one server. Signed-in users have one session each, so that no two connections use the
/// same row. A server that does not offer a request has none.
#[derive(Default)]
pub struct Requests {
    pub home: Vec<String>,
    pub page: Vec<String>,
    pub post: Vec<String>,
}

impl Requests {
    pub fn get(&self, request: Request) -> &[String] {
        match request {
            Request::Home => &self.home,
            Request::Page => &self.page,
            Request::Post => &self.post,
        }
    }
}

pub struct Scenario {
    pub title: &'static str,
    pub connections: usize,
    pub request: Request,
}

pub const HOME: Scenario = Scenario {
    title: "`GET /`",
    connections: CONNECTIONS,
    request: Request::Home,
};
pub const PAGE: Scenario = Scenario {
    title: "`GET /profile`, signed in",
    connections: CONNECTIONS,
    request: Request::Page,
};
pub const POST: Scenario = Scenario {
    title: "`POST /api/burrito/consider`, signed in",
    connections: CONNECTIONS,
    request: Request::Post,
};
pub const MANY_CONNECTIONS: Scenario = Scenario {
    title: "`GET /`, 1,000 connections",
    connections: 1000,
    ..HOME
};
pub const SCENARIOS: &[Scenario] = &[
    HOME,
    PAGE,
    POST,
    Scenario {
        title: "`GET /`, 10 connections",
        connections: 10,
        ..HOME
    },
    Scenario {
        title: "`GET /`, 100 connections",
        connections: 100,
        ..HOME
    },
    MANY_CONNECTIONS,
];

/// The signed-in `POST` with this many rows in the table of sessions.
pub const CROWDS: &[(usize, Scenario)] = &[
    (
        1_000,
        Scenario {
            title: "the same `POST`, 1,000 sessions",
            ..POST
        },
    ),
    (
        100_000,
        Scenario {
            title: "the same `POST`, 100,000 sessions",
            ..POST
        },
    ),
];

/// How long a run of the benchmark takes.
pub struct Plan {
    pub rounds: usize,
    pub round: Duration,
    pub crowds: &'static [(usize, Scenario)],
}

pub const USUAL: Plan = Plan {
    rounds: 5,
    round: Duration::from_secs(2),
    crowds: CROWDS,
};

/// Shows whether everything works, but its figures are not worth writing down.
pub const QUICK: Plan = Plan {
    rounds: 2,
    round: Duration::from_millis(400),
    crowds: &[],
};
