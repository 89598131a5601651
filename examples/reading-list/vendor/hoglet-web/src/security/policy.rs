//! [`ContentSecurityPolicy`]: the origins from which pages may load.

use axum::body::Bytes;
use axum::http::HeaderValue;

use crate::posthog::browser;
use crate::settings::Settings;

/// The origins, besides the app's own, from which pages may load. None by default.
///
/// An example is `https://js.stripe.com`. A script needs no entry, but a nonce: give its element
/// `nonce="{{ csp_nonce }}"`. The origins that the script connects to, shows pictures from or frames need an
/// entry.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContentSecurityPolicy {
    /// For `fetch` and web sockets.
    pub connect: &'static [&'static str],
    /// For pictures.
    pub images: &'static [&'static str],
    /// For pages in frames.
    pub frames: &'static [&'static str],
    /// For stylesheets. Those with the nonce are allowed anyway.
    pub styles: &'static [&'static str],
    /// For fonts.
    pub fonts: &'static [&'static str],
    /// For the targets of forms.
    pub form_targets: &'static [&'static str],
}

/// A policy for one answer that replaces the app's policy: an extension of the response.
#[derive(Clone, Debug)]
pub(crate) struct OwnPolicy(pub HeaderValue);

/// The policy as text, in pieces. The nonce of each answer goes between them.
#[derive(Debug)]
pub struct PolicyText(Vec<String>);

impl PolicyText {
    /// The app's policy.
    pub fn new(policy: &ContentSecurityPolicy, settings: &Settings) -> Self {
        let nonce = "{nonce}";
        let policy = policy.text(settings, nonce);
        Self(policy.split(nonce).map(str::to_owned).collect())
    }

    /// The value of the header for one answer.
    pub(crate) fn header(&self, nonce: &str) -> HeaderValue {
        let policy = Bytes::from(self.0.join(nonce));
        HeaderValue::from_maybe_shared(policy).expect("origins and nonces are valid header text")
    }
}

impl ContentSecurityPolicy {
    /// The policy as text.
    ///
    /// posthog-js puts the nonce on everything it loads (see `static/posthog.js`). There is no `'self'` for
    /// scripts, because the proxy serves files of other sites at this origin. There is no
    /// `'strict-dynamic'`, because every script has a nonce, and older browsers do not know it.
    fn text(&self, settings: &Settings, nonce: &str) -> String {
        let mut connect = list(self.connect);
        for origin in browser::origins(&settings.posthog) {
            connect += &format!(" {origin}");
        }
        let images = list(self.images);
        let styles = list(self.styles);
        let form_targets = list(self.form_targets);
        let directive = |name, origins: &[&str]| match origins {
            [] => String::new(),
            origins => format!(" {name} 'self'{};", list(origins)),
        };
        let fonts = directive("font-src", self.fonts);
        let frames = directive("frame-src", self.frames);
        // Surveys, product tours and the support widget of posthog-js add `<style>` elements.
        format!(
            "default-src 'self'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'{styles}; \
             img-src 'self' data:{images}; connect-src 'self'{connect};{fonts}{frames} \
             worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
             form-action 'self'{form_targets}; frame-ancestors 'none'"
        )
    }
}

/// The origins, each with a space before it.
fn list(origins: &[&str]) -> String {
    origins.iter().map(|origin| format!(" {origin}")).collect()
}
