//! Schedules: a job runs once for each time, and once for all missed times together.

use chrono::{DateTime, Duration, Utc};
use hoglet_jobs::schedules::Times;
use time::OffsetDateTime;

use crate::support::App;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn moment(text: &str) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at(text).timestamp()).unwrap()
}

fn latest(times: &Times, now: &str) -> String {
    let latest = times.latest(at(now)).unwrap();
    DateTime::from_timestamp_millis(latest)
        .unwrap()
        .to_rfc3339()
}

#[test]
fn an_interval_comes_at_its_multiples() {
    let times = Times::every(std::time::Duration::from_secs(600)).unwrap();
    assert_eq!(
        latest(&times, "2026-11-21T12:09:59.999Z"),
        "2026-11-21T12:00:00+00:00"
    );
    assert_eq!(
        latest(&times, "2026-11-21T12:10:00Z"),
        "2026-11-21T12:10:00+00:00"
    );
}

#[test]
fn cron_text_goes_by_the_clocks_of_its_zone_in_summer_and_in_winter() {
    let times = Times::cron("30 8 * * *", "Europe/Berlin").unwrap();
    assert_eq!(
        latest(&times, "2026-07-01T06:30:00.5Z"),
        "2026-07-01T06:30:00+00:00"
    );
    assert_eq!(
        latest(&times, "2026-07-01T06:29:59.5Z"),
        "2026-06-30T06:30:00+00:00"
    );
    assert_eq!(
        latest(&times, "2026-12-01T07:30:00Z"),
        "2026-12-01T07:30:00+00:00"
    );
}

#[test]
fn a_time_that_the_clocks_skip_comes_and_one_that_they_repeat_comes_once() {
    let times = Times::cron("30 2 * * *", "Europe/Berlin").unwrap();
    let mut now = at("2026-03-28T12:00:00Z");
    let mut seen = std::collections::BTreeSet::new();
    while now < at("2026-03-30T12:00:00Z") {
        seen.extend(times.latest(now));
        now += Duration::minutes(7);
    }
    // The times of the day before, of the day without 2:30, and of the day after.
    assert_eq!(seen.len(), 3, "{seen:?}");

    let mut now = at("2026-10-24T12:00:00Z");
    let mut seen = std::collections::BTreeSet::new();
    while now < at("2026-10-26T12:00:00Z") {
        seen.extend(times.latest(now));
        now += Duration::minutes(7);
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[tokio::test]
async fn a_schedule_enqueues_its_job_once_each_time_it_comes_round() {
    let app = App::start().await;
    // This is a Wednesday. Times before the first run of the schedule are not made up for.
    assert_eq!(app.run_schedules(moment("2026-11-18T12:00:00Z")).await, 0);
    // Housekeeping runs every ten minutes, and the boards are set up on Mondays.
    assert_eq!(app.run_schedules(moment("2026-11-18T12:05:00Z")).await, 0);
    assert_eq!(app.run_schedules(moment("2026-11-18T12:10:00Z")).await, 2);
    assert_eq!(app.run_schedules(moment("2026-11-18T12:10:01Z")).await, 0);
    let names = |ran: Vec<hoglet_web::testing::Ran>| -> Vec<String> {
        let mut names: Vec<_> = ran.into_iter().map(|ran| ran.job).collect();
        names.sort();
        names
    };
    let housekeeping = ["hoglet_remove_expired", "hoglet_send_again"];
    assert_eq!(names(app.run_jobs().await), housekeeping);
    // No schedule has run for three weeks.
    assert_eq!(app.run_schedules(moment("2026-12-09T12:00:00Z")).await, 3);
    assert!(names(app.run_jobs().await).contains(&"set_up_the_boards".to_owned()));
    assert_eq!(app.run_schedules(moment("2026-12-09T12:00:00Z")).await, 0);
    // Events of a job without an actor make no person.
    assert_eq!(
        app.event("bell_rung").await["$process_person_profile"],
        false
    );
    // A clock that is set back makes no job run twice.
    assert_eq!(app.run_schedules(moment("2026-11-30T12:00:00Z")).await, 0);
}

#[tokio::test]
async fn several_processes_enqueue_it_once() {
    let one = App::start().await;
    let other = one.another().await;
    let (start, due) = (
        moment("2026-11-22T12:00:00Z"),
        moment("2026-11-23T08:00:00Z"),
    );
    one.run_schedules(start).await;
    other.run_schedules(start).await;
    let (first, second) = tokio::join!(one.run_schedules(due), other.run_schedules(due));
    assert_eq!(first + second, 3);
}

/// The clock of this process, or of an earlier process, was wrong once.
#[tokio::test]
async fn a_schedule_whose_row_is_from_the_future_begins_anew() {
    let app = App::start().await;
    let before = app.another().await;
    app.run_schedules(moment("2026-11-18T12:00:00Z")).await;
    assert_eq!(app.run_schedules(moment("2033-01-01T12:00:00Z")).await, 3);
    assert_eq!(
        before.run_schedules(moment("2026-11-18T12:05:00Z")).await,
        0
    );
    assert_eq!(
        before.run_schedules(moment("2026-11-18T12:10:00Z")).await,
        2
    );
    // This process also remembers a time in the future.
    assert_eq!(app.run_schedules(moment("2026-11-18T12:10:30Z")).await, 0);
    assert_eq!(app.run_schedules(moment("2026-11-18T12:20:00Z")).await, 2);
}

#[tokio::test]
async fn clocks_that_differ_a_little_bring_nothing_twice() {
    let one = App::start().await;
    let behind = one.another().await;
    for app in [&one, &behind] {
        app.run_schedules(moment("2026-11-18T12:00:00Z")).await;
    }
    assert_eq!(one.run_schedules(moment("2026-11-18T12:10:00Z")).await, 2);
    assert_eq!(
        behind.run_schedules(moment("2026-11-18T12:09:00Z")).await,
        0
    );
    assert_eq!(
        behind.run_schedules(moment("2026-11-18T12:10:00Z")).await,
        0
    );
}
