//! Deleting a person at PostHog.
//!
//! PostHog's private API does it, and needs a personal key. `@current` is the project that the key's owner has
//! looked at last. If that is not this app's project, no person is found, and PostHog reports no error.
//! Source: <https://posthog.com/docs/privacy/data-storage>, and `posthog/api/routing.py` and
//! `posthog/api/person.py` in PostHog's own repository.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::browser::ui_host;
use crate::outgoing;
use crate::settings::{SecretKey, Settings};

/// For one request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// PostHog takes no more in one request.
const MOST_IDS: usize = 1000;

/// An accepted deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// How many persons had these ids. With none there was nothing to delete, or the key looks at
    /// another project (`POSTHOG_PROJECT_ID`).
    pub persons: u64,
}

/// The reason why no person was deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDeleted {
    /// There is no key for it. The sentence says how to do it by hand.
    #[error("the person cannot be deleted at PostHog: {0}")]
    Off(String),
    /// Not with this key, or not in this project. The sentence says what to change, or how to do it by hand.
    #[error("the person cannot be deleted at PostHog: {0}")]
    NotAllowed(String),
    /// PostHog does not take the request, and will not take it the next time.
    #[error("PostHog refuses to delete the person: {0}")]
    Refused(String),
    /// It is worth another try.
    #[error("the person could not be deleted at PostHog: {0}")]
    Later(String),
}

/// The way to PostHog's private API.
pub(crate) struct Deletion {
    http: reqwest::Client,
    host: String,
    project: String,
    key: Option<SecretKey>,
}

/// PostHog's answer, as far as it matters.
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
