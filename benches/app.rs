//! Measures the generated app and its peers: requests per second, latency, memory, CPU time and start-up.
//!
//! ```sh
//! cargo bench -p hoglet --bench app                 # prints the tables
//! cargo bench -p hoglet --bench app -- --refresh    # and writes them into docs/figures.md
//! cargo bench -p hoglet --bench app -- --quick      # a minute, to see whether everything works
//! ```
//!
//! The release build of `template/` shares the machine with the load generator. PostHog is part of the load generator and
//! does almost nothing with an event, because in production another machine does that work. Every figure is the median of
//! interleaved rounds, and every ratio is the median of the rounds' ratios. Only ratios are comparable between machines.
//!
//! A bare axum route is always measured. PostgreSQL is measured if `TEST_POSTGRES_URL` names a database or a server can be
//! started, PostHog's Django example if `DJANGO_EXAMPLE` names its folder, and a Loco app if `LOCO_APP` names its folder.
//! `docs/figures.md` says how to make these folders.

#[path = "app/bare_axum.rs"]
mod bare_axum;
#[path = "app/column.rs"]
mod column;
mod cpu_time;
#[path = "app/django.rs"]
mod django;
#[path = "app/figures.rs"]
mod figures;
#[path = "app/goals.rs"]
mod goals;
mod load;
#[path = "app/loco.rs"]
mod loco;
#[path = "app/ours.rs"]
mod ours;
#[path = "app/outcome.rs"]
mod outcome;
#[path = "app/peers.rs"]
mod peers;
#[path = "../tests/support/postgres.rs"]
mod postgres;
#[path = "app/posthog.rs"]
mod posthog;
#[path = "app/report.rs"]
mod report;
#[path = "app/scenario.rs"]
mod scenario;
mod support;

use std::path::Path;
use std::process::ExitCode;

use column::Column;
use postgres::Postgres;
use posthog::PostHog;
use scenario::{CONNECTIONS, Plan, QUICK, SCENARIOS, USUAL};

const TABLE: &str = "benchmark";

fn main() -> ExitCode {
    if let Some(served) = bare_axum::serve_if_asked() {
        return served;
    }
    let asked = |option: &str| std::env::args().any(|argument| argument == option);
    let (quick, refresh) = (asked("--quick"), asked("--refresh"));
    if quick && refresh {
        eprintln!(
            "--quick measures too little for docs/figures.md: leave --quick or --refresh out"
        );
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let binary = support::build();
    let plan = if quick { QUICK } else { USUAL };
    let tables = runtime.block_on(measure(&binary, &plan));
    println!("\n{tables}");
    if refresh {
        support::write_into_figures(TABLE, &tables);
    }
    ExitCode::SUCCESS
}

async fn measure(binary: &Path, plan: &Plan) -> String {
    let postgres = Postgres::find();
    let posthog = PostHog::start().await;
    let url = postgres.as_ref().map(|postgres| &*postgres.url);
    let mut ours = ours::start(binary, &posthog, url).await;
    let mut peers = peers::start(&ours[0]).await;
    if postgres.is_none() {
        let sentence = "PostgreSQL was not measured: there is no server.";
        peers.missing.push(sentence.to_owned());
    }

    for round in 1..=plan.rounds {
        for scenario in SCENARIOS {
            println!("round {round} of {}", plan.rounds);
            for column in ours.iter_mut().chain(&mut peers.columns) {
                column.run(scenario, plan).await;
            }
        }
    }
    // This comes last, because the rows are never removed.
    let mut rows = CONNECTIONS;
    for (sessions, scenario) in plan.crowds {
        for column in &ours {
            ours::add_sessions(column, sessions - rows).await;
        }
        rows = *sessions;
        for _ in 0..plan.rounds {
            for column in &mut ours {
                column.run(scenario, plan).await;
            }
        }
    }
    for column in &mut ours {
        ours::count_events(column).await;
    }
    let columns: Vec<Column> = ours.into_iter().chain(peers.columns).collect();
    report::report(&columns, &peers.missing)
}
