//! Settings: one field a variable, read once at start-up, all errors at once.
//!
//! Real variables win over `.env`, which is read in development only. What an answer to the
//! generator decided stands in the app's `defaults.env` and is compiled in. An app reads settings of
//! its own with the same [`Reader`].

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
