//! [`PlainPage`]: a small page without a template, for when templates cannot be used.

use axum::http::StatusCode;
use axum::response::Html;
use minijinja::HtmlEscape;

/// A small page without a template.
pub struct PlainPage<'a> {
    /// The number above the headline.
    pub status: StatusCode,
    /// The headline.
    pub title: &'a str,
    /// The text below the headline.
    pub message: &'a str,
    /// Shown so that people can mention it in a report.
    pub request_id: &'a str,
    /// HTML to add to the head.
    pub head: &'a str,
    /// HTML to add below the message.
    pub details: &'a str,
}

impl PlainPage<'_> {
    /// The page in HTML.
    pub fn html(&self) -> Html<String> {
        let Self { head, details, .. } = self;
        Html(format!(
            r#"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="stylesheet" href="/static/app.css">
  {head}
</head>
<body>
  <main class="apology">
    <p class="status">{code}</p>
    <h1>{title}</h1>
    <p class="lead">{message}</p>
    {details}
    <p><a href="/">Go to the home page</a></p>
    <p class="hint">If you report this problem, please mention <code>{id}</code>.</p>
  </main>
</body>
</html>
"#,
            code = self.status.as_u16(),
            title = HtmlEscape(self.title),
            message = HtmlEscape(self.message),
            id = self.request_id,
        ))
    }
}
