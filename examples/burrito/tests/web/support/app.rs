//! The app as tests use it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::app::AppState;
use app::models::user;
use app::settings::{Settings, new_secret_key};
use app::{database, routes, server};
use axum::Router;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::database::TestDatabase;
use super::{Browser, Event, StandIn};

/// Everybody's password.
pub const PASSWORD: &str = "a sentence is fine";

/// How long anything that a test waits for may take.
pub const TIMEOUT: Duration = Duration::from_secs(10);

pub struct App {
    pub url: String,
    pub posthog: StandIn,
    /// For what cannot be seen from outside: rows, and numbers.
    pub state: AppState,
    variables: HashMap<String, String>,
    database: Arc<TestDatabase>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl App {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts the app with these variables besides the usual ones.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        Self::beside(StandIn::start().await, variables).await
    }

    /// Starts the app beside this PostHog.
    pub async fn beside(posthog: StandIn, variables: &[(&str, &str)]) -> Self {
        let database = Arc::new(TestDatabase::create().await);
        let variables = with_usual(variables, &database, &posthog);
        Self::serve(variables, database, posthog, Router::new()).await
    }

    /// Starts the app with pages of the test's own beside its others.
    pub async fn with_pages(variables: &[(&str, &str)], pages: Router<AppState>) -> Self {
        let posthog = StandIn::start().await;
        let database = Arc::new(TestDatabase::create().await);
        let variables = with_usual(variables, &database, &posthog);
        Self::serve(variables, database, posthog, pages).await
    }

    /// Another process of the same app: same settings, same database.
    pub async fn another_process(&self) -> Self {
        Self::serve(
            self.variables.clone(),
            self.database.clone(),
            self.posthog.clone(),
            Router::new(),
        )
        .await
    }

    async fn serve(
        variables: HashMap<String, String>,
        test_database: Arc<TestDatabase>,
        posthog: StandIn,
        pages: Router<AppState>,
    ) -> Self {
        let mut settings = Settings::read(|name| variables.get(name).cloned()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        settings.port = address.port();
        let connection = database::connect(&settings.database_url).await.unwrap();
        let connection = database::migrated(connection, &settings.database_url);
        let connection = connection.await.unwrap();
        let state = AppState::new(settings, connection).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let pages = routes::pages().router.merge(pages);
        let router = app::app::with_layers(pages, state.clone());
        let serving = tokio::spawn(server::serve(listener, router, state.clone(), async {
            // An app that is dropped stops too.
            let _ = stopped.await;
        }));
        Self {
            url: format!("http://{address}"),
            posthog,
            state,
            variables,
            database: test_database,
            stop,
            serving,
        }
    }

    /// Somebody who has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// Sends a request as no client would write it, and returns all that comes back before the
    /// connection ends.
    pub async fn answer_to(&self, request: impl AsRef<[u8]>) -> String {
        let address = &self.url["http://".len()..];
        let mut connection = TcpStream::connect(address).await.unwrap();
        // What is too long is answered before all of it has been taken.
        let _ = connection.write_all(request.as_ref()).await;
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A browser in which somebody has just signed up.
    pub async fn sign_up(&self, name: &str) -> Browser {
        let browser = self.browser();
        browser.sign_up(name).await;
        browser
    }

    pub async fn user_id(&self, name: &str) -> String {
        let user = user::find_by_email(&self.state.database, &email_of(name)).await;
        user.unwrap()
            .expect("this user has signed up")
            .id
            .to_string()
    }

    /// Every event captured so far, once all of them have been delivered.
    pub async fn events(&self) -> Vec<Event> {
        let delivered = || self.state.posthog.counts().waiting == 0;
        wait_until("every event is delivered", delivered).await;
        self.posthog.events()
    }

    pub async fn events_named(&self, name: &str) -> Vec<Event> {
        let mut events = self.events().await;
        events.retain(|event| event.name == name);
        events
    }

    /// The one event of this name.
    pub async fn event(&self, name: &str) -> Event {
        let events = self.events_named(name).await;
        assert_eq!(events.len(), 1, "events named {name}: {events:#?}");
        events.into_iter().next().unwrap()
    }

    /// Stops the app as a signal would, and returns every event that ever reached PostHog.
    pub async fn stop(self) -> Vec<Event> {
        let _ = self.stop.send(());
        self.serving.await.unwrap();
        self.posthog.events()
    }
}

/// The variables that every app under test has, and these on top.
pub fn with_usual(
    variables: &[(&str, &str)],
    database: &TestDatabase,
    posthog: &StandIn,
) -> HashMap<String, String> {
    let usual = [
        ("APP_ENV", "test".to_owned()),
        ("PORT", "0".to_owned()),
        ("DATABASE_URL", database.url()),
        ("SECRET_KEY", new_secret_key()),
        ("POSTHOG_PROJECT_TOKEN", "phc_test".to_owned()),
        ("POSTHOG_HOST", posthog.url.clone()),
        // Long enough for a busy machine; tests of slowness set it themselves.
        ("POSTHOG_FLAGS_TIMEOUT_MILLISECONDS", "5000".to_owned()),
    ];
    let given = variables
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    usual
        .into_iter()
        .chain(given)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// `ann@example.com` for Ann.
pub fn email_of(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase())
}

/// Waits for something that takes a moment.
pub async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < TIMEOUT, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
