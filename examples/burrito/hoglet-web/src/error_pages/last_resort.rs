//! The error page where the views themselves are broken: no template, a few lines.

use axum::http::StatusCode;
use axum::response::Html;
use minijinja::HtmlEscape;

use crate::error::AppError;
use crate::mask::mask_tokens;
use crate::reload;
use crate::request::RequestInfo;
use crate::settings::Settings;

/// Logs why it is needed, and says in development.
pub fn page(
    settings: &Settings,
    info: &RequestInfo,
    status: StatusCode,
    message: &str,
    error: &AppError,
) -> Html<String> {
    let reason = error.cause.as_ref().map(ToString::to_string);
    let reason = mask_tokens(&reason.unwrap_or_default()).into_owned();
    tracing::error!(error = reason, "the error page could not be rendered");
    let (reason, script) = if settings.has_sources() {
        (
            format!("<pre>{}</pre>", HtmlEscape(&reason)),
            // It goes away by itself when the template is mended.
            format!(
                r#"<script src="/static/reload.js" data-version="{}" nonce="{}" defer></script>"#,
                reload::version(),
                info.csp_nonce
            ),
        )
    } else {
        Default::default()
    };
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="stylesheet" href="/static/app.css">
  {script}
</head>
<body>
  <main class="apology">
    <p class="status">{code}</p>
    <h1>{title}</h1>
    <p class="lead">{message}</p>
    {reason}
    <p><a href="/">Back to the start</a></p>
    <p class="hint">If you report this, mention <code>{id}</code>.</p>
  </main>
</body>
</html>
"#,
        code = status.as_u16(),
        title = status.canonical_reason().unwrap_or("Error"),
        message = HtmlEscape(message),
        id = info.id,
    ))
}
