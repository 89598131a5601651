//! [`Page`]: renders templates, with the variables of every page.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::{Extensions, request::Parts};
use axum::response::Html;
use minijinja::value::{Enumerator, Object, Serde};
use minijinja::{Value, context};

use crate::error::Result;
use crate::posthog::PostHog;
use crate::request::RequestInfo;
use crate::session::flash::{Messages, WaitingFlash};
use crate::web::Web;

/// Renders the page that answers a request.
///
/// As an argument of a handler, it has the flash messages that the browser sent. They are removed when
/// a page has shown them.
pub struct Page {
    web: Web,
    info: Arc<RequestInfo>,
    posthog: Option<PostHog>,
    own: Value,
    flash: Option<(Messages, Vec<WaitingFlash>)>,
}

impl Page {
    /// A page that leaves the flash messages to the next page.
    pub fn without_flash(web: &Web, extensions: &Extensions) -> Self {
        Self {
            web: web.clone(),
            info: RequestInfo::of(extensions),
            posthog: extensions.get::<PostHog>().cloned(),
            own: (web.parts.every_page)(extensions),
            flash: None,
        }
    }

    /// Whether the client is a program that wants JSON.
    pub fn is_for_a_program(&self) -> bool {
        self.info.wants_json
    }

    /// Renders a template with `values` and the variables of every page.
    ///
    /// These are the app's (`App::every_page`) and Hoglet's (`flash`, `path`, `csp_nonce`, `posthog` …; see
    /// the README). The ones that never change are globals of [`Views`](crate::views::Views).
    ///
    /// # Errors
    ///
    /// If the template is broken, or uses a value that does not exist.
    #[track_caller]
    pub fn render(&self, template: &str, values: Value) -> Result<Html<String>> {
        let posthog = self.posthog.as_ref();
        let waiting = self.flash.as_ref().map(|(_, waiting)| waiting.iter());
        let messages: Vec<_> = waiting
            .into_iter()
            .flatten()
            .map(|waiting| &waiting.flash)
            .collect();
        let browser_config = posthog.and_then(PostHog::browser_config);
        let shared = context! {
            flash => Serde(messages),
            csp_nonce => &self.info.csp_nonce,
            path => &self.info.path,
            request_id => &self.info.id,
            posthog => browser_config.map(|config| Value::from_safe_string(config.to_script_json())),
            opted_out => posthog.is_some_and(PostHog::opted_out),
            opt_out_forced => posthog.is_some_and(PostHog::opt_out_forced),
            captured => Serde(posthog.map(PostHog::captured).unwrap_or_default()),
        };
        let variables = Layered([values, self.own.clone(), shared]);
        let html = self
            .web
            .views
            .render(template, Value::from_object(variables))?;
        if let Some((messages, waiting)) = &self.flash {
            messages.remove_shown(waiting);
        }
        Ok(Html(html))
    }
}

/// Maps of variables. The first map that has a name counts.
///
/// A template looks up dozens of names. The maps that `context!` merges copy the name each time.
#[derive(Debug)]
struct Layered([Value; 3]);

impl Object for Layered {
    fn get_value(self: &Arc<Self>, name: &Value) -> Option<Value> {
        self.get_value_by_str(name.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        let mut values = self.0.iter().filter_map(|map| map.get_attr(name).ok());
        values.find(|value| !value.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let maps = self.0.iter().filter_map(|map| map.try_iter().ok());
        let names: BTreeSet<Value> = maps.flatten().collect();
        Enumerator::Values(names.into_iter().collect())
    }
}

impl<S: Sync> FromRequestParts<S> for Page
where
    Web: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let web = Web::from_ref(state);
        let messages = Messages::of(&parts.extensions);
        let waiting = messages.waiting();
        Ok(Self {
            flash: Some((messages, waiting)),
            ..Self::without_flash(&web, &parts.extensions)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_map_that_has_a_name_counts() {
        let maps = [
            context! { title => "Home", user => Value::UNDEFINED },
            Value::UNDEFINED,
            context! { title => "Any", user => "Ann", path => "/" },
        ];
        let variables = Value::from_object(Layered(maps));
        let template = "{{ title }} {{ user }} {{ path }}{% if nothing %} nothing{% endif %}";
        let rendered = minijinja::Environment::new().render_str(template, variables.clone());
        assert_eq!(rendered.expect("it renders"), "Home Ann /");
        let names: Vec<_> = variables.try_iter().expect("a map").collect();
        assert_eq!(names, ["path", "title", "user"].map(Value::from));
    }
}
