//! Rules that hold for any input: local paths, cookies, addresses, headers.
//!
//! Every input that has failed is kept in `.proptest-regressions` beside its test, and is tried
//! first from then on.

#![cfg(feature = "testing")]
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the message that it failed"
)]

use std::collections::HashMap;
use std::sync::LazyLock;

use hoglet_web::database::Migrations;
use hoglet_web::error_text::ErrorText;
use hoglet_web::files::Files;
use hoglet_web::package::Package;
use hoglet_web::posthog::{DistinctId, Identity, OptOut};
use hoglet_web::secret_paths::SecretPaths;
use hoglet_web::security::ContentSecurityPolicy;
use hoglet_web::session::users::Users;
use hoglet_web::settings::{Reader, Settings};
use hoglet_web::tokens::links::Links;
use hoglet_web::web::{AppParts, Web};
use minijinja::context;
use proptest::prelude::ProptestConfig;
use proptest::test_runner::FileFailurePersistence;
use rust_embed::RustEmbed;
use sea_orm::DatabaseConnection;
use serde_json::Map;
use tokio::runtime::Runtime;
use uuid::Uuid;

mod addresses;
mod cookies;
mod first_touch;
mod headers;
mod paths;
mod shapes;
mod urls;

#[path = "../web/club/member.rs"]
#[expect(dead_code, reason = "nobody joins here")]
mod member;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static WEB: LazyLock<Web> = LazyLock::new(|| web("test"));

/// Remembers what was captured.
static DEVELOPMENT: LazyLock<Web> = LazyLock::new(|| web("development"));

const PACKAGE: Package = hoglet_web::package!();

#[derive(RustEmbed)]
#[folder = "tests/web/club/templates/"]
struct Templates;

#[derive(RustEmbed)]
#[folder = "tests/web/club/static/"]
struct Assets;

fn settings(given: &[(&str, &str)]) -> Settings {
    let given: HashMap<_, _> = given.iter().copied().collect();
    let variable = |name: &str| given.get(name).map(|value| (*value).into());
    let defaults = [
        ("DATABASE_URL", "sqlite:data/app.sqlite"),
        ("POSTHOG_HOST", "https://us.i.posthog.com"),
    ];
    let defaults = defaults.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut reader = Reader::new(&variable, defaults.into());
    let settings = Settings::read(&mut reader, &PACKAGE);
    reader.finish(settings).unwrap()
}

/// An app without a database, so no request has a session.
fn web(environment: &str) -> Web {
    let settings = settings(&[
        ("APP_ENV", environment),
        ("POSTHOG_DISABLED", "true"),
        ("POSTHOG_PROJECT_TOKEN", "phc_test"),
        ("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8,fd00::/8"),
    ]);
    let parts = AppParts {
        users: Users::of::<member::Entity>(),
        migrations: Migrations::of::<member::Migrator>(),
        templates: Files::of::<Templates>(),
        assets: Files::of::<Assets>(),
        every_page: |_| context! {},
        error_text: ErrorText::of,
        body_limit: 2 * 1024 * 1024,
        log_in: "/login",
        links: Links::USUAL,
        content_security_policy: ContentSecurityPolicy::default(),
        flags: &[],
        event_properties: |_| Map::new(),
        before_send: Some,
    };
    let starting = Web::start(
        PACKAGE,
        settings,
        DatabaseConnection::default(),
        parts,
        SecretPaths::default(),
    );
    RUNTIME.block_on(starting).unwrap()
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource(
            "proptest-regressions",
        ))),
        ..ProptestConfig::default()
    }
}

fn a_visitor() -> Identity {
    let id = Uuid::new_v4();
    Identity {
        distinct_id: DistinctId::Visitor(id),
        visitor_id: id,
        session_id: None,
        opt_out: OptOut::No,
    }
}
