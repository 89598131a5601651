//! The content security policy: what pages may load, and from where.

use axum::http::HeaderValue;

use crate::posthog::browser;
use crate::settings::Settings;

/// From where else than the app itself pages may load. Each entry is an origin such as
/// `https://js.stripe.com`. Nothing else, by default.
///
/// Scripts run by nonce alone, so a script from elsewhere needs no entry: give its element
/// `nonce="{{ csp_nonce }}"`. What it asks for, shows or frames needs one.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContentSecurityPolicy {
    /// For `fetch` and web sockets.
    pub connect: &'static [&'static str],
    /// For pictures.
    pub images: &'static [&'static str],
    /// For pages in pages.
    pub frames: &'static [&'static str],
    /// For stylesheets. Those with the nonce are allowed anyway.
    pub styles: &'static [&'static str],
    /// For fonts.
    pub fonts: &'static [&'static str],
    /// Where forms may be sent.
    pub form_targets: &'static [&'static str],
}

/// A policy of one answer's own, in place of the app's: an extension of the response.
#[derive(Clone, Debug)]
pub(crate) struct OwnPolicy(pub HeaderValue);

impl ContentSecurityPolicy {
    /// The header's value for one answer.
    ///
    /// posthog-js puts the nonce on whatever it loads (see `static/posthog.js`). No `'self'` for
    /// scripts: the proxy brings others' files under this address. No `'strict-dynamic'` either: with
    /// a nonce on every script it would only allow more, and older browsers do not know it.
    pub(crate) fn header(&self, settings: &Settings, nonce: &str) -> HeaderValue {
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
        // Surveys, product tours and the support widget bring `<style>` elements.
        let policy = format!(
            "default-src 'self'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'{styles}; \
             img-src 'self' data:{images}; connect-src 'self'{connect};{fonts}{frames} \
             worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
             form-action 'self'{form_targets}; frame-ancestors 'none'"
        );
        HeaderValue::from_str(&policy).expect("origins and nonces are valid header text")
    }
}

/// Origins, each behind a space.
fn list(origins: &[&str]) -> String {
    origins.iter().map(|origin| format!(" {origin}")).collect()
}
