//! [`Web`]: everything that Hoglet's layers and an app's handlers share, built once.

use std::error::Error;
use std::ops::Deref;
use std::sync::Arc;

use axum::http::{Extensions, StatusCode};
use hoglet_jobs::Enqueuer;
use minijinja::Value;
use sea_orm::DatabaseConnection;
use serde_json::Map;
use tokio_util::sync::CancellationToken;

use crate::compression::CompressedAssets;
use crate::cookies::SignedCookies;
use crate::database::Migrations;
use crate::error_text::ErrorText;
use crate::files::Files;
use crate::mail::Mailer;
use crate::outbox::Outbox;
use crate::package::Package;
use crate::passwords::Passwords;
use crate::posthog::{BeforeSend, Client, Declared};
use crate::request::warnings::Warnings;
use crate::secret_paths::SecretPaths;
use crate::security::{ContentSecurityPolicy, OtherSites, PolicyText};
use crate::session::users::Users;
use crate::settings::Settings;
use crate::throttle::Attempts;
use crate::tokens;
use crate::tokens::links::Links;
use crate::views::Views;

/// An [`App`](crate::app::App) as a value. The trait describes each field.
#[derive(Clone)]
pub struct AppParts {
    /// The app's table of users.
    pub users: Users,
    /// The app's migrations, which include Hoglet's.
    pub migrations: Migrations,
    /// The app's views: `templates/`.
    pub templates: Files,
    /// The app's style sheets, scripts and pictures: `static/`.
    pub assets: Files,
    /// Makes the app's variables for every template.
    pub every_page: fn(&Extensions) -> Value,
    /// The text for an error if its handler gave none.
    pub error_text: fn(StatusCode) -> ErrorText,
    /// The path of the app's log-in page.
    pub log_in: &'static str,
    /// The links in the app's mails, and how long they work.
    pub links: Links,
    /// The other sites from which pages may load.
    pub content_security_policy: ContentSecurityPolicy,
    /// The maximum size of a request's body, in bytes.
    pub body_limit: usize,
    /// The app's flags and experiments.
    pub flags: &'static [Declared],
    /// Properties that every event of a request carries.
    pub event_properties: EventProperties,
    /// Changes or drops an event before it is sent.
    pub before_send: BeforeSend,
}

/// See [`AppParts::event_properties`].
pub type EventProperties = fn(&axum::extract::Request) -> Map<String, serde_json::Value>;

/// The values that handlers and layers share. It is one pointer, because each layer clones it for each
/// request.
#[derive(Clone)]
pub struct Web(Arc<Shared>);

/// The fields of a [`Web`].
pub struct Shared {
    /// Hoglet's settings, from environment variables.
    pub settings: Settings,
    /// The app's name, description and version, from its manifest.
    pub package: Package,
    /// The app, as a value.
    pub parts: AppParts,
    /// The paths that contain a token.
    pub secret_paths: SecretPaths,
    /// The content security policy, without the nonces.
    pub policy: PolicyText,
    /// The public origin: `settings.app_url()`.
    pub app_url: String,
    /// The public host: `settings.app_host()`.
    pub app_host: String,
    /// Decides about requests that a browser sends for pages of other sites.
    pub other_sites: OtherSites,
    /// The app's database.
    pub database: DatabaseConnection,
    /// Hoglet's cookies.
    pub cookies: SignedCookies,
    /// The key for the tokens of links in mails.
    pub token_key: tokens::Key,
    /// Hashes passwords, a limited number at a time.
    pub passwords: Passwords,
    /// Counts failed attempts, for throttling.
    pub attempts: Attempts,
    /// The client for PostHog.
    pub posthog: Client,
    /// Sends the `$identify` of visitors who became users.
    pub outbox: Outbox,
    /// Assets in gzip.
    pub compressed_assets: CompressedAssets,
    /// The template engine.
    pub views: Views,
    /// Enqueues jobs without an actor. Handlers use `visit.jobs`, and jobs use `run.jobs`.
    pub jobs: Enqueuer,
    /// Sends mail, or stores it in development.
    pub mail: Mailer,
    /// Warnings that the log shows only once.
    pub warnings: Warnings,
    /// Cancelled when the server begins its shutdown. A request that waits must end then.
    pub stopping: CancellationToken,
}

impl Web {
    /// Builds everything, and starts the delivery of events.
    ///
    /// # Errors
    ///
    /// If a template is broken (in development the page shows this instead), or if TLS cannot be set up.
    pub async fn start(
        package: Package,
        settings: Settings,
        database: DatabaseConnection,
        parts: AppParts,
        secret_paths: SecretPaths,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let views = Views::new(parts.templates, parts.assets, &package, &settings)?;
        let posthog = Client::start(&settings.posthog, parts.flags, parts.before_send).await?;
        posthog.capture_panics();
        Ok(Self(Arc::new(Shared {
            cookies: SignedCookies::new(&settings),
            policy: PolicyText::new(&parts.content_security_policy, &settings),
            app_url: settings.app_url(),
            app_host: settings.app_host(),
            other_sites: OtherSites::new(&settings),
            compressed_assets: CompressedAssets::default(),
            token_key: tokens::Key::new(&settings.secret_key),
            passwords: Passwords::default(),
            attempts: Attempts::new(database.clone(), &settings.secret_key),
            outbox: Outbox::new(database.clone(), parts.users.clone(), posthog.clone()),
            posthog,
            mail: Mailer::new(&package, &settings, views.clone()),
            jobs: Enqueuer::default(),
            warnings: Warnings::default(),
            stopping: CancellationToken::new(),
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
