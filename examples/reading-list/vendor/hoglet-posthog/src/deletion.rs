//! Deletes a person at PostHog.
//!
//! This uses PostHog's private API, which needs a personal key. `@current` is the project that the key's
//! owner last opened. If that is not this app's project, PostHog finds no person and reports no error.
//! Source: <https://posthog.com/docs/privacy/data-storage>, and `posthog/api/routing.py` and
//! `posthog/api/person.py` in PostHog's own repository.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::browser::ui_host;
use crate::outgoing;
use crate::settings::{SecretKey, Settings};

/// The time limit of a request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many ids PostHog accepts in a request.
const MOST_IDS: usize = 1000;

/// An accepted deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// How many persons had these ids. If it is 0, there was nothing to delete, or PostHog has looked in
    /// another project (set `POSTHOG_PROJECT_ID`).
    pub persons: u64,
}

/// Why no person was deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDeleted {
    /// There is no key. The text explains how to delete the person by hand.
    #[error("the person cannot be deleted at PostHog: {0}")]
    Off(String),
    /// The key may not do it, or not in this project.
    ///
    /// The text explains what to change, or how to delete the person by hand.
    #[error("the person cannot be deleted at PostHog: {0}")]
    NotAllowed(String),
    /// PostHog refuses the request, and would refuse it again.
    #[error("PostHog refuses to delete the person: {0}")]
    Refused(String),
    /// Another try may succeed.
    #[error("the person could not be deleted at PostHog: {0}")]
    Later(String),
}

/// A client for PostHog's private API.
pub(crate) struct Deletion {
    http: reqwest::Client,
    host: String,
    project: String,
    key: Option<SecretKey>,
}

/// The parts of PostHog's answer that matter here.
#[derive(Deserialize)]
struct Answer {
    persons_found: u64,
    #[serde(default)]
    deletion_errors: Vec<Value>,
}

impl Deletion {
    pub fn new(settings: &Settings, http: reqwest::Client) -> Self {
        let project = settings.project_id;
        Self {
            http,
            host: ui_host(settings).into_owned(),
            project: project.map_or_else(|| "@current".to_owned(), |id| id.to_string()),
            key: settings.secret_key.clone(),
        }
    }

    pub async fn delete(&self, distinct_ids: &[String]) -> Result<Deleted, NotDeleted> {
        let key = self.key.as_ref().map(SecretKey::expose).unwrap_or_default();
        if key.is_empty() {
            let reason = self.by_hand("there is no POSTHOG_SECRET_KEY;");
            return Err(NotDeleted::Off(reason));
        }
        if !key.starts_with("phx_") {
            return Err(self.not_allowed("POSTHOG_SECRET_KEY is not a personal key (phx_…)"));
        }
        let mut persons = 0;
        for ids in distinct_ids.chunks(MOST_IDS) {
            persons += self.ask(key, ids).await?;
        }
        Ok(Deleted { persons })
    }

    async fn ask(&self, key: &str, distinct_ids: &[String]) -> Result<u64, NotDeleted> {
        let (host, project) = (&self.host, &self.project);
        let asking = self
            .http
            .post(format!("{host}/api/projects/{project}/persons/bulk_delete/"))
            .bearer_auth(key)
            .header("content-type", "application/json")
            .timeout(TIMEOUT)
            .body(
                json!({ "distinct_ids": distinct_ids, "delete_events": true, "delete_recordings": true })
                    .to_string(),
            );
        let later = |error| NotDeleted::Later(outgoing::describe(error, host));
        let response = asking.send().await.map_err(later)?;
        let status = response.status();
        let body = response.bytes().await.map_err(later)?;
        match status {
            StatusCode::UNAUTHORIZED => {
                Err(self.not_allowed("PostHog does not know the key in POSTHOG_SECRET_KEY"))
            }
            StatusCode::FORBIDDEN => Err(self.not_allowed(
                "the key in POSTHOG_SECRET_KEY may not write persons (scope person:write) in this project",
            )),
            StatusCode::NOT_FOUND => {
                Err(self.not_allowed("POSTHOG_PROJECT_ID names no project of the key's"))
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Err(NotDeleted::Later(status.to_string()))
            }
            status if status.is_server_error() => Err(NotDeleted::Later(status.to_string())),
            status if !status.is_success() => Err(NotDeleted::Refused(status.to_string())),
            _ => match serde_json::from_slice::<Answer>(&body) {
                Ok(answer) if answer.deletion_errors.is_empty() => Ok(answer.persons_found),
                Ok(_) => Err(NotDeleted::Later("some of it failed there".to_owned())),
                Err(_) => Err(NotDeleted::Refused("this is not PostHog's answer".to_owned())),
            },
        }
    }

    fn not_allowed(&self, reason: &str) -> NotDeleted {
        NotDeleted::NotAllowed(self.by_hand(&format!("{reason}; mend it and retry the job, or")))
    }

    fn by_hand(&self, reason: &str) -> String {
        let host = &self.host;
        format!("{reason} look for the distinct id at {host}/persons, and delete the person there")
    }
}
