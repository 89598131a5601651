//! The club's jobs.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hoglet_web::jobs::{Failure, Job, JobResult, Jobs, Priority, Run};
use hoglet_web::web::Web;
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};

use super::invite::Invite;
use super::plan::{BellRung, NEW_LOUNGE, VoteCast};

pub fn jobs() -> Jobs<Web> {
    Jobs::default()
        .queue("mail", 2)
        .job::<Chore>()
        .job::<Pinned>()
        .job::<Urgent>()
        .job::<Brief>()
        .job::<Logged>()
        .job::<Counted>()
        .job::<Invite>()
        .job::<Blocking>()
        .cron("30 8 * * MON", "Europe/Berlin", || SetUpTheBoards {})
}

/// The behaviour that a test wants from the job.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Chore {
    RingTheBell,
    LookAtTheLounge,
    /// Decides by flags, and fails.
    VoteInTheLounge,
    Fail,
    FailTwice,
    FailForGood,
    Panic,
    Delegate,
}

#[derive(Debug, thiserror::Error)]
#[error("the broom of {0} is broken")]
struct BrokenBroom(&'static str);

impl Job for Chore {
    type State = Web;

    const NAME: &'static str = "chore";
    const ATTEMPTS: u32 = 3;

    async fn run(self, web: Web, run: Run) -> JobResult {
        let broken = || BrokenBroom("ann@example.com");
        match self {
            Self::RingTheBell => {
                run.posthog.capture(BellRung { rings: 1 });
            }
            Self::LookAtTheLounge => {
                run.posthog.flags().await.is_enabled(&NEW_LOUNGE);
            }
            Self::VoteInTheLounge => {
                run.posthog.flags().await.is_enabled(&NEW_LOUNGE);
                run.posthog.capture(VoteCast { choice: "blitz" });
                return Err(Failure::for_good(broken()));
            }
            Self::Fail => Err(broken())?,
            Self::FailTwice if run.attempt <= 2 => Err(broken())?,
            Self::FailTwice => {}
            Self::FailForGood => return Err(Failure::for_good(broken())),
            Self::Panic => panic!("the broom flew away"),
            Self::Delegate => drop(run.jobs.enqueue(&web.database, Self::RingTheBell).await?),
        }
        Ok(())
    }
}

/// A job whose note is its unique key, so that at most one job with this note waits.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pinned {
    pub note: String,
    pub delay: Duration,
}

impl Job for Pinned {
    type State = Web;

    const NAME: &'static str = "pinned";

    fn unique_key(&self) -> Option<String> {
        Some(self.note.clone())
    }

    fn delay(&self) -> Duration {
        self.delay
    }

    async fn run(self, _: Web, _: Run) -> JobResult {
        Ok(())
    }
}

/// Blocks its thread, which no job should do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Blocking {
    pub folder: PathBuf,
}

impl Job for Blocking {
    type State = Web;

    const NAME: &'static str = "blocking";

    async fn run(self, _: Web, run: Run) -> JobResult {
        run.posthog.capture(BellRung { rings: 3 });
        write(&self.folder, "begun 0")?;
        std::thread::sleep(Duration::from_secs(60));
        Ok(())
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Urgent {}

impl Job for Urgent {
    type State = Web;

    const NAME: &'static str = "urgent";
    const PRIORITY: Priority = Priority::High;

    async fn run(self, _: Web, _: Run) -> JobResult {
        Ok(())
    }
}

/// A job that takes much longer than its timeout.
#[derive(Debug, Serialize, Deserialize)]
pub struct Brief {}

impl Job for Brief {
    type State = Web;

    const NAME: &'static str = "brief";
    const ATTEMPTS: u32 = 1;
    const TIMEOUT: Duration = Duration::from_millis(50);

    async fn run(self, _: Web, _: Run) -> JobResult {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        Ok(())
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct SetUpTheBoards {}

impl Job for SetUpTheBoards {
    type State = Web;

    const NAME: &'static str = "set_up_the_boards";

    async fn run(self, _: Web, run: Run) -> JobResult {
        run.posthog.capture(BellRung { rings: 2 });
        Ok(())
    }
}

/// Logs its start and its end to a file that every process can read.
#[derive(Debug, Serialize, Deserialize)]
pub struct Logged {
    pub folder: PathBuf,
    pub number: u32,
    pub milliseconds: u64,
    #[serde(default)]
    pub key: Option<String>,
}

impl Job for Logged {
    type State = Web;

    const NAME: &'static str = "logged";
    const ATTEMPTS: u32 = 1_000;

    fn unique_key(&self) -> Option<String> {
        self.key.clone()
    }

    async fn run(self, _: Web, _: Run) -> JobResult {
        let running = self.folder.join(format!("{}.running", self.number));
        let there = std::fs::read_to_string(&running).ok();
        // A process that was killed at this point has left an empty file.
        let there = there.filter(|process| !process.is_empty());
        let alive = there.filter(|process| Path::new("/proc").join(process).exists());
        if alive.is_some() {
            write(&self.folder, &format!("twice {}", self.number))?;
        }
        std::fs::write(&running, std::process::id().to_string())?;
        write(&self.folder, &format!("begun {}", self.number))?;
        let running = RemovedAtTheEnd(running);
        tokio::time::sleep(Duration::from_millis(self.milliseconds)).await;
        drop(running);
        write(&self.folder, &format!("done {}", self.number))?;
        Ok(())
    }
}

/// Records each run in a separate table.
#[derive(Debug, Serialize, Deserialize)]
pub struct Counted {
    pub number: i32,
}

impl Job for Counted {
    type State = Web;

    const NAME: &'static str = "counted";

    async fn run(self, web: Web, _: Run) -> JobResult {
        let database = &web.database;
        let backend = database.get_database_backend();
        let note = "INSERT INTO counted (number, process) VALUES ($1, $2)";
        let process = i64::from(std::process::id());
        let values = [self.number.into(), process.into()];
        let note = Statement::from_sql_and_values(backend, note, values);
        database.execute_raw(note).await?;
        Ok(())
    }
}

/// Removes the file, even if the job is stopped before its end.
struct RemovedAtTheEnd(PathBuf);

impl Drop for RemovedAtTheEnd {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes a line in a single write, so that lines of several processes do not mix.
fn write(folder: &Path, line: &str) -> std::io::Result<()> {
    let log = folder.join("log");
    let mut log = OpenOptions::new().create(true).append(true).open(log)?;
    log.write_all(format!("{line}\n").as_bytes())
}
