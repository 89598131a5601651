//! [`TestApp`]: an app on a free port, with its own database and its own PostHog.

use std::collections::HashMap;
use std::ffi::OsString;
use std::marker::PhantomData;
use std::sync::Arc;

use axum::Router;
use chrono::DateTime;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::browser::Browser;
use super::database::TestDatabase;
use super::posthog::{Event, Recorder};
use super::variables::with_usual;
use super::wait::wait_until;
use crate::app::{App, all_jobs, read_settings, router, secret_paths};
use crate::database;
use crate::jobs::attempts::{runner, start_workers};
use crate::jobs::{AttemptOutcome, Enqueued, Job, Registry};
use crate::server;
use crate::settings::WithoutServer;
use crate::web::Web;

/// One attempt at a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The name of the job.
    pub job: String,
    /// The number of the attempt, from 1.
    pub attempt: i32,
    /// The reason of the failure; `None` if the attempt succeeded.
    pub error: Option<String>,
}

/// An app under test. It stops when it is dropped.
pub struct TestApp<A> {
    /// The address at which the app listens.
    pub url: String,
    /// The PostHog to which the app sends.
    pub posthog: Recorder,
    /// The parts of the app, such as its database, for data that no page shows.
    pub web: Web,
    /// The app's table of jobs. In a test, only [`TestApp::run_jobs`] runs them.
    pub jobs: Arc<Registry>,
    variables: HashMap<String, String>,
    database: Arc<TestDatabase>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    app: PhantomData<fn() -> A>,
}

impl<A: App> TestApp<A> {
    /// Starts the app.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts the app with these variables in addition to the usual ones.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        Self::beside(Recorder::start().await, variables).await
    }

    /// Starts the app with this PostHog.
    pub async fn beside(posthog: Recorder, variables: &[(&str, &str)]) -> Self {
        let database = Arc::new(TestDatabase::create(A::DEFAULTS).await);
        let variables = with_usual(variables, &database, &posthog);
        Self::serve(variables, database, posthog, router::<A>).await
    }

    /// Starts the app with another router than its own.
    pub async fn with_router(
        variables: &[(&str, &str)],
        router: impl FnOnce(A::State) -> Router,
    ) -> Self {
        let posthog = Recorder::start().await;
        let database = Arc::new(TestDatabase::create(A::DEFAULTS).await);
        let variables = with_usual(variables, &database, &posthog);
        Self::serve(variables, database, posthog, |state, _| router(state)).await
    }

    /// Starts the app once more in this process, with the same settings and database.
    pub async fn another(&self) -> Self {
        Self::serve(
            self.variables.clone(),
            self.database.clone(),
            self.posthog.clone(),
            router::<A>,
        )
        .await
    }

    async fn serve(
        variables: HashMap<String, String>,
        test_database: Arc<TestDatabase>,
        posthog: Recorder,
        router: impl FnOnce(A::State, &Web) -> Router,
    ) -> Self {
        let read = read_settings::<A>(&|name| variables.get(name).map(OsString::from));
        let (mut settings, own) = read.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        settings.port = address.port();
        // In every environment, a test leaves no mail in a folder.
        if let WithoutServer::Folder(_) = settings.mail.without_server {
            settings.mail.without_server = WithoutServer::Memory;
        }
        let parts = A::parts();
        let connection = database::connect(&settings.database_url).await.unwrap();
        let migrated =
            database::migrated(connection, &settings.database_url, parts.migrations).await;
        let secret_paths = secret_paths::<A>();
        let web = Web::start(A::PACKAGE, settings, migrated.unwrap(), parts, secret_paths);
        let web = web.await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let state = A::state(own, web.clone());
        let jobs = Arc::new(all_jobs::<A>(&web).with(state.clone()).unwrap());
        // There are no workers: a test runs the jobs itself.
        let workers = start_workers(web.clone(), jobs.clone(), 0);
        let router = router(state, &web);
        let serving = tokio::spawn(server::serve(
            listener,
            router,
            web.clone(),
            workers,
            async {
                // This also resolves when the app is dropped.
                let _ = stopped.await;
            },
        ));
        Self {
            url: format!("http://{address}"),
            posthog,
            web,
            jobs,
            variables,
            database: test_database,
            stop,
            serving,
            app: PhantomData,
        }
    }

    /// A new visitor.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// Sends bytes as a request, even if no client would send them. Returns the bytes that the app sends
    /// before the connection ends.
    pub async fn answer_to(&self, request: impl AsRef<[u8]>) -> String {
        let address = &self.url["http://".len()..];
        let mut connection = TcpStream::connect(address).await.unwrap();
        // The app answers a request that is too long before it has read all of it.
        let _ = connection.write_all(request.as_ref()).await;
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Enqueues a job without an actor.
    pub async fn enqueue(&self, job: impl Job) -> Enqueued {
        let jobs = &self.web.jobs;
        jobs.enqueue(&self.web.database, job).await.unwrap()
    }

    /// Runs the jobs that are due, and those that they enqueue, until no job is due.
    ///
    /// Returns how each attempt ended.
    pub async fn run_jobs(&self) -> Vec<Ran> {
        let ran = runner(self.web.clone(), self.jobs.clone())
            .run_due()
            .await
            .unwrap();
        let ran = ran.into_iter().map(|(job, ended)| Ran {
            job: job.kind,
            attempt: job.attempt,
            error: match ended {
                AttemptOutcome::Done => None,
                AttemptOutcome::Failed { error, .. } => Some(error),
                AttemptOutcome::Postponed(wait) => Some(format!("postponed for {wait:?}")),
                AttemptOutcome::Stopped => Some("its lease ended".to_owned()),
                AttemptOutcome::Cancelled => Some("cancelled".to_owned()),
            },
        });
        ran.collect()
    }

    /// Enqueues the jobs of the schedules that are due at a time. Returns the number of jobs.
    ///
    /// A new schedule waits for its next time.
    pub async fn run_schedules(&self, now: OffsetDateTime) -> usize {
        let now = DateTime::from_timestamp(now.unix_timestamp(), now.nanosecond()).unwrap();
        let enqueued = self.jobs.enqueue_due(&self.web.database, now).await;
        enqueued.unwrap()
    }

    /// Waits until all captured events are delivered, and returns them.
    pub async fn events(&self) -> Vec<Event> {
        let delivered = || self.web.posthog.counts().waiting == 0;
        wait_until("every event is delivered", delivered).await;
        self.posthog.events()
    }

    /// Every event with this name.
    pub async fn events_named(&self, name: &str) -> Vec<Event> {
        let mut events = self.events().await;
        events.retain(|event| event.name == name);
        events
    }

    /// The only event with this name.
    pub async fn event(&self, name: &str) -> Event {
        let events = self.events_named(name).await;
        assert_eq!(events.len(), 1, "events named {name}: {events:#?}");
        events.into_iter().next().unwrap()
    }

    /// Stops the app as a signal would, and returns every event that has reached PostHog.
    pub async fn stop(self) -> Vec<Event> {
        let _ = self.stop.send(());
        self.serving.await.unwrap();
        self.posthog.events()
    }
}
