//! Settings: one field per variable, read once at start-up. All errors are reported together.
//!
//! Real variables override `.env`, which is read in development only. The answers to the generator are in the
//! app's `defaults.env`, which is compiled in. An app reads its own settings with the same [`Reader`].

pub mod database;
pub mod env_file;
pub mod env_text;
pub mod environment;
pub mod hoglet;
pub mod hosts;
pub mod jobs;
pub mod mail;
pub mod posthog;
pub mod reader;
pub mod secret;
pub mod secret_key;

pub use environment::{Environment, LogFormat};
pub use hoglet::Settings;
pub use hosts::Hosts;
pub use jobs::JobsSettings;
pub use mail::{MailServer, MailSettings, MailTls, WithoutServer};
pub use reader::{Reader, SettingsError};
pub use secret::Secret;
pub use url::Url;
