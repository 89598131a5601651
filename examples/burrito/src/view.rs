//! Pages: minijinja templates with what every page knows.
//!
//! A release build carries the templates inside. Other builds read them from `templates/` on every
//! request, so that a changed view shows on reload. All are parsed at start-up: only in development
//! does the app start with a broken one, to show in the page what is wrong with it.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::{Extensions, request::Parts};
use axum::response::Html;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use rust_embed::RustEmbed;

use crate::app::AppState;
use crate::assets;
use crate::auth::CurrentUser;
use crate::error::{AppError, Cause, Result};
use crate::posthog::PostHog;
use crate::reload;
use crate::request::RequestInfo;
use crate::session::{AppSession, Flash};
use crate::settings::Settings;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// The template engine.
#[derive(Clone)]
pub struct Views {
    embedded: Option<Arc<Environment<'static>>>,
}

/// All that is wrong with the templates, one line each.
#[derive(Debug, thiserror::Error)]
#[error("these templates need a change:\n  {}", .0.join("\n  "))]
pub struct BrokenTemplates(Vec<String>);

impl Views {
    pub fn new(settings: &Settings) -> Result<Self, BrokenTemplates> {
        let environment = environment();
        let broken = BrokenTemplates(broken_templates(&environment));
        match (broken.0.is_empty(), settings.has_sources()) {
            (false, false) => return Err(broken),
            (false, true) => tracing::warn!("{broken}"),
            (true, _) => {}
        }
        // Read again for every page, so that a corrected template shows at once.
        let embedded = (!cfg!(debug_assertions)).then(|| Arc::new(environment));
        Ok(Self { embedded })
    }

    fn render(&self, template: &str, context: Value) -> Result<String> {
        let environment = self
            .embedded
            .clone()
            .unwrap_or_else(|| Arc::new(environment()));
        let rendered = environment
            .get_template(template)
            .and_then(|template| template.render(context));
        rendered.map_err(|error| {
            AppError::from_cause(Cause {
                template: innermost_place(&error),
                ..Cause::of(&error)
            })
        })
    }
}

fn broken_templates(environment: &Environment<'_>) -> Vec<String> {
    let mut names: Vec<_> = Templates::iter().collect();
    names.sort();
    let errors = names
        .iter()
        .filter_map(|name| environment.get_template(name).err());
    errors
        .map(|error| {
            let (name, line) = innermost_place(&error).unwrap_or_default();
            let what = error
                .detail()
                .map_or_else(|| error.to_string(), str::to_owned);
            format!("templates/{name}, line {line}: {what}")
        })
        .collect()
}

/// The template and the line that an error arose in: its innermost source knows best, as the others
/// are the templates that include or extend it.
fn innermost_place(error: &minijinja::Error) -> Option<(String, usize)> {
    let mut place = None;
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<minijinja::Error>()
            && let (Some(name), Some(line)) = (error.name(), error.line())
        {
            place = Some((name.to_owned(), line));
        }
        next = error.source();
    }
    place
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::SemiStrict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    environment.set_syntax(syntax.expect("these options do not contradict each other"));
    environment.add_function("asset", assets::url);
    environment.add_function("version", reload::version);
    environment.set_loader(|name| {
        let file =
            Templates::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned());
        Ok(file)
    });
    environment
}

/// The page that answers a request, with the flash messages that wait in the session. They are taken
/// away once a page with them has been rendered.
pub struct Page {
    state: AppState,
    info: Arc<RequestInfo>,
    user: Option<CurrentUser>,
    posthog: Option<PostHog>,
    flash: Option<(AppSession, Vec<Flash>)>,
}

impl Page {
    /// For answers that leave flash messages to the next page.
    pub fn without_flash(state: &AppState, extensions: &Extensions) -> Self {
        Self {
            state: state.clone(),
            info: RequestInfo::of(extensions),
            user: extensions.get::<CurrentUser>().cloned(),
            posthog: extensions.get::<PostHog>().cloned(),
            flash: None,
        }
    }

    /// Renders a template with `values` and with what every page knows.
    pub fn render(&self, template: &str, values: Value) -> Result<Html<String>> {
        let user = self.user.as_ref().map(|CurrentUser(user)| {
            context! { id => user.id.to_string(), name => &user.name, email => &user.email.0 }
        });
        let posthog = self.posthog.as_ref();
        let browser_config =
            posthog.and_then(|posthog| posthog.browser_config(&self.state.settings.posthog));
        let shared = context! {
            app => context! { name => &self.state.settings.app_name, description => env!("CARGO_PKG_DESCRIPTION") },
            user,
            flash => Serde(self.flash.as_ref().map(|(_, messages)| messages.as_slice()).unwrap_or_default()),
            csp_nonce => &self.info.csp_nonce,
            path => &self.info.path,
            request_id => &self.info.id,
            development => self.state.settings.development(),
            has_sources => self.state.settings.has_sources(),
            analytics_available => self.state.settings.posthog.enabled(),
            posthog => browser_config.map(|config| Value::from_safe_string(config.to_script_json())),
            opted_out => posthog.is_some_and(PostHog::opted_out),
            opt_out_forced => posthog.is_some_and(PostHog::opt_out_forced),
            standin => self.state.settings.standin(),
            captured => Serde(posthog.map(PostHog::captured).unwrap_or_default()),
        };
        let context = context! { ..values, ..shared };
        let html = self.state.views.render(template, context)?;
        if let Some((session, messages)) = &self.flash {
            session.flash_is_shown(messages.len());
        }
        Ok(Html(html))
    }
}

impl FromRequestParts<AppState> for Page {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let Ok::<_, Infallible>(session) = AppSession::from_request_parts(parts, state).await;
        let messages = session.waiting_flash().await?;
        Ok(Self {
            flash: Some((session, messages)),
            ..Self::without_flash(state, &parts.extensions)
        })
    }
}
