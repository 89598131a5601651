//! The generated app in production, with several settings.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::column::Column;
use crate::load::{self, get, post};
use crate::posthog::PostHog;
use crate::scenario::CONNECTIONS;
use crate::support::process::Process;
use crate::support::{cookies, in_production, with_posthog};

pub const ON: &str = "SQLite";
pub const OFF: &str = "SQLite, PostHog off";
pub const NO_JOBS: &str = "SQLite, `JOBS_CONCURRENCY=0`";
pub const POSTGRES: &str = "PostgreSQL";

const CONSIDER: &str = "/api/burrito/consider";

/// The first column, and columns that differ from it in one setting.
pub async fn start(binary: &Path, posthog: &PostHog, postgres: Option<&str>) -> Vec<Column> {
    let on = || {
        let mut command = in_production(binary);
        with_posthog(&mut command, &posthog.address);
        command
    };
    let mut commands = vec![(ON, on()), (OFF, in_production(binary)), (NO_JOBS, on())];
    commands[2].1.env("JOBS_CONCURRENCY", "0");
    if let Some(postgres) = postgres {
        let mut command = on();
        command.env("DATABASE_URL", postgres);
        commands.push((POSTGRES, command));
    }
    let mut columns = Vec::new();
    for (title, command) in commands {
        columns.push(start_one(title, command, binary).await);
    }
    columns
}

async fn start_one(title: &'static str, mut command: Command, binary: &Path) -> Column {
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    // The first start migrates the database. The second start is measured.
    Process::start(&mut command, &folder).stop();
    let mut column = Column::start(title, || Process::start(&mut command, &folder)).await;
    column.binary = Some(binary.to_owned());
    let mut connection = column.connect().await;
    for index in 0..CONNECTIONS {
        let form = format!("name=Load&email=load-{index}@example.com&password=long-enough-{index}");
        let answer = connection.ask(&post("/signup", "", &form)).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 303, "sign-up failed: {}", answer.body);
        let session = cookies(&answer.head);
        column.requests.page.push(get("/profile", &session));
        column.requests.post.push(post(CONSIDER, &session, ""));
    }
    column
}

/// Adds rows to the table of sessions: each visitor who considers a burrito and never comes back leaves one.
pub async fn add_sessions(column: &Column, number: usize) {
    let missing = Arc::new(AtomicUsize::new(number));
    let one_more = move || {
        let taken = |missing: usize| missing.checked_sub(1);
        missing
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken)
            .is_ok()
    };
    let request = |_| post(CONSIDER, "", "");
    let filled = load::run(&column.process.address, CONNECTIONS, one_more, 200, request)
        .await
        .expect("the app answers under load");
    assert_eq!(filled.failed, 0, "not every visitor got a session");
}

/// Counts the events once the queue is empty: late events are not lost.
pub async fn count_events(column: &mut Column) {
    let mut connection = column.connect().await;
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = connection.ask(&get("/readyz", "")).await;
        let ready: Value = serde_json::from_str(&answer.expect("an answer").body).expect("JSON");
        let count = |name: &str| ready["posthog"][name].as_u64().expect("a number");
        if count("waiting") == 0 || Instant::now() > deadline {
            let captured = count("captured");
            column.events = Some((captured, captured - count("delivered")));
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
