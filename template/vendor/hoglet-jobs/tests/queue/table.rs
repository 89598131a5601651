//! Tests of the table of jobs: its faults, and tables that are merged.

use std::time::Duration;

use hoglet_jobs::Jobs;

use crate::app::App;
use crate::bakery::{Bake, Bakery, Deliver, Serve, jobs};

#[test]
fn a_table_with_faults_names_all_of_them() {
    assert!(Jobs::<()>::default().faults().is_empty());
    let twice = jobs()
        .job::<Bake>()
        .cron("99 * * * *", "UTC", || Serve {})
        .cron("0 0 30 2 *", "UTC", || Serve {})
        .cron("0 0 * * *", "Atlantis", || Serve {})
        .every(Duration::from_millis(5), || Serve {});
    let faults = twice.faults();
    for wrong in ["bake", "99 * * * *", "0 0 30 2 *", "Atlantis", "5ms"] {
        assert!(
            faults.iter().any(|fault| fault.contains(wrong)),
            "{wrong}: {faults:?}"
        );
    }
}

#[test]
fn a_job_whose_queue_has_no_line_is_told_which_line_to_add() {
    let faults = Jobs::default().job::<Deliver>().faults();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains(r#"`.queue("van", 2)`"#), "{faults:?}");
    let queues = Jobs::<Bakery>::default().queue("van", 0).queue("van", 1);
    let faults = queues.job::<Deliver>().faults();
    assert_eq!(faults.len(), 2, "{faults:?}");
}

#[tokio::test]
async fn merged_tables_have_the_jobs_and_schedules_of_both() {
    let own = Jobs::default().every(Duration::from_secs(60), || Bake::Bread);
    let other = Jobs::<Bakery>::default().job::<Serve>();
    let app = App::with(own.merge(other, Clone::clone)).await;
    let registry = &app.runner.registry;
    assert_eq!(registry.names(), ["bake", "serve"]);
    let enqueued = async |minutes: i64| {
        let now = chrono::DateTime::from_timestamp(minutes * 60, 0).unwrap();
        registry.enqueue_due(&app.database, now).await.unwrap()
    };
    assert_eq!(
        enqueued(100).await,
        0,
        "a new schedule waits for its next time"
    );
    assert_eq!(enqueued(110).await, 1);
    assert_eq!(app.run().await.len(), 1);
}
