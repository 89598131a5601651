//! The settings of an app without PostHog.

/// The settings of an app without PostHog.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub project_token: String,
    pub respect_opt_out: bool,
    pub proxy_path: Option<String>,
    pub(crate) token_is_ignored: bool,
}

impl Settings {
    pub(crate) const VARIABLES: &[&str] = &[
        "POSTHOG_PROJECT_TOKEN",
        "POSTHOG_API_KEY",
        "POSTHOG_HOST",
        "POSTHOG_DISABLED",
        "POSTHOG_SECRET_KEY",
        "POSTHOG_PROJECT_ID",
        "POSTHOG_CAPTURE_EXCEPTIONS",
        "POSTHOG_JS",
        "POSTHOG_SESSION_REPLAY",
        "POSTHOG_RESPECT_OPT_OUT",
        "POSTHOG_PROXY_PATH",
        "POSTHOG_QUEUE_SIZE",
        "POSTHOG_RETRY_SECONDS",
        "POSTHOG_COMPRESSION",
        "POSTHOG_FLAGS_TIMEOUT_MILLISECONDS",
    ];

    pub fn enabled(&self) -> bool {
        false
    }

    pub fn local_url(&self) -> Option<&str> {
        None
    }
}

pub async fn check(_: &Settings) -> Result<String, String> {
    Ok("off: the app is built without the Cargo feature posthog".into())
}
