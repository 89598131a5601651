//! [`Web`]: everything that Hoglet's layers and an app's handlers share, built once.

use std::error::Error;
use std::ops::Deref;
use std::sync::Arc;

use axum::http::{Extensions, StatusCode};
use hoglet_jobs::Enqueuer;
use minijinja::Value;
use sea_orm::DatabaseConnection;
use serde_json::Map;

use crate::cookies::SignedCookies;
use crate::database::Migrations;
use crate::error_text::ErrorText;
use crate::files::Files;
use crate::mail::Mailer;
use crate::outbox::Outbox;
use crate::package::Package;
use crate::passwords::Passwords;
use crate::posthog::{BeforeSend, Client, Declared};
use crate::request::notices::Notices;
use crate::secret_paths::SecretPaths;
use crate::security::ContentSecurityPolicy;
use crate::session::users::Users;
use crate::settings::Settings;
use crate::throttle::Attempts;
use crate::tokens;
use crate::views::Views;

/// What an app tells Hoglet about itself: a value made from [`App`](crate::app::App), whose methods
/// say more about each field.
#[derive(Clone)]
pub struct Parts {
    /// Who its users are.
    pub users: Users,
    /// How its database comes to be.
    pub migrations: Migrations,
    /// Its views: `templates/`.
    pub templates: Files,
    /// Its stylesheets, scripts and pictures: `static/`.
    pub assets: Files,
    /// What every page knows, besides what Hoglet tells it, as variables of the templates.
    pub every_page: fn(&Extensions) -> Value,
    /// What an error says, unless the handler has said something itself.
    pub error_text: fn(StatusCode) -> ErrorText,
    /// From where else than the app itself pages may load.
    pub content_security_policy: ContentSecurityPolicy,
    /// How many bytes a request's body may have.
    pub body_limit: usize,
    /// Its flags and experiments.
    pub flags: &'static [Declared],
    /// Properties of its own that every event of a request carries.
    pub event_properties: EventProperties,
    /// Its last look at each event before it is sent, whoever captured it: the event that it returns is
    /// sent, changed or not, and without one nothing is. `Some` lets everything pass. It runs beside the
    /// requests, so none waits for it. Where it panics the event is lost, and counted as such: what it
    /// should have taken out must not leave.
    pub before_send: BeforeSend,
}

/// See [`Parts::event_properties`].
pub type EventProperties = fn(&axum::extract::Request) -> Map<String, serde_json::Value>;

/// What handlers and layers share. One pointer, because each layer clones it for each request.
#[derive(Clone)]
pub struct Web(Arc<Shared>);

/// What is in a [`Web`].
pub struct Shared {
    /// What the variables say.
    pub settings: Settings,
    /// What the app's manifest says.
    pub package: Package,
    /// What the app has told about itself.
    pub parts: Parts,
    /// Which paths hold a token.
    pub secret_paths: SecretPaths,
    /// The app's database.
    pub database: DatabaseConnection,
    /// Hoglet's cookies.
    pub cookies: SignedCookies,
    /// What tokens of links in mails are made with.
    pub token_key: tokens::Key,
    /// Who hashes passwords.
    pub passwords: Passwords,
    /// How often what was tried.
    pub attempts: Attempts,
    /// The way to PostHog.
    pub posthog: Client,
    /// What PostHog has yet to be told of visitors who became users.
    pub outbox: Outbox,
    /// The template engine.
    pub views: Views,
    /// Enqueues jobs for nobody. A handler has `visit.jobs`, and a job `run.jobs`.
    pub jobs: Enqueuer,
    /// The way that mail goes.
    pub mail: Mailer,
    /// What the log has said once.
    pub notices: Notices,
}

impl Web {
    /// Builds everything, and begins to deliver events.
    ///
    /// # Errors
    ///
    /// Where a template is broken (in development that is shown in the page instead), or TLS cannot be
    /// set up.
    pub async fn start(
        package: Package,
        settings: Settings,
        database: DatabaseConnection,
        parts: Parts,
        secret_paths: SecretPaths,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let views = Views::new(parts.templates, parts.assets, &settings)?;
        let posthog = Client::start(&settings.posthog, parts.flags, parts.before_send).await?;
        posthog.capture_panics();
        Ok(Self(Arc::new(Shared {
            cookies: SignedCookies::new(&settings),
            token_key: tokens::Key::new(&settings.secret_key),
            passwords: Passwords::default(),
            attempts: Attempts::new(database.clone(), &settings.secret_key),
            outbox: Outbox::new(database.clone(), parts.users.clone(), posthog.clone()),
            posthog,
            mail: Mailer::new(&package, &settings, views.clone()),
            jobs: Enqueuer::default(),
            notices: Notices::default(),
            views,
            settings,
            package,
            parts,
            secret_paths,
            database,
        })))
    }
}

impl Deref for Web {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
