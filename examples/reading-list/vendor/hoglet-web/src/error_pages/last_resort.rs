//! The error page for when the templates are broken.

use axum::response::Html;
use minijinja::HtmlEscape;

use super::answer::Answer;
use crate::error::AppError;
use crate::plain_page::PlainPage;
use crate::reload;
use crate::request::RequestInfo;
use crate::settings::Settings;
use hoglet_errors::mask_tokens;

/// Logs why the error page could not be rendered. In development the page shows it too.
pub fn page(
    settings: &Settings,
    info: &RequestInfo,
    answer: &Answer,
    error: &AppError,
) -> Html<String> {
    let reason = error.cause.as_ref().map(ToString::to_string);
    let reason = mask_tokens(&reason.unwrap_or_default()).into_owned();
    tracing::error!(error = reason, "the error page could not be rendered");
    let (details, head) = if settings.has_sources() {
        (
            format!("<pre>{}</pre>", HtmlEscape(&reason)),
            // Reloads the page when the template is corrected.
            format!(
                r#"<script src="/static/reload.js" data-version="{}" nonce="{}" defer></script>"#,
                reload::version(),
                info.csp_nonce
            ),
        )
    } else {
        Default::default()
    };
    let page = PlainPage {
        status: answer.status,
        title: answer.title,
        message: &answer.message,
        request_id: &info.id,
        head: &head,
        details: &details,
    };
    page.html()
}
