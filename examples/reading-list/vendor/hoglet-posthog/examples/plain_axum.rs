//! A bare axum app with PostHog: identity, an event, a flag, and an error with its stack.
//!
//! ```sh
//! POSTHOG_PROJECT_TOKEN=phc_… cargo run --example plain_axum
//! curl -H 'X-PostHog-Distinct-Id: ann' http://127.0.0.1:3000/
//! ```

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use hoglet_posthog::{App, Client, Environment, Flag, PostHog, Settings, layer};
use tokio::net::TcpListener;
use tokio::time::Instant;

hoglet_posthog::events! {
    /// The front page was opened.
    "front_page_viewed" => FrontPageViewed {
        /// The value of the flag.
        friendly: bool,
    },
}

hoglet_posthog::flags! {
    /// A friendlier greeting.
    pub const FRIENDLY: Flag = Flag::new("friendly");
}

async fn home(posthog: PostHog) -> &'static str {
    let friendly = posthog.flags().await.is_enabled(&FRIENDLY);
    posthog.capture_view(FrontPageViewed { friendly });
    if friendly {
        "Nice to see you!"
    } else {
        "Hello"
    }
}

async fn price(posthog: PostHog) -> String {
    match "twelve".parse::<u32>() {
        Ok(price) => format!("{price} euros"),
        Err(error) => {
            posthog.capture_error(&error);
            "Ask us".to_owned()
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let settings = Settings::from_env(App {
        environment: Environment::Development,
        release: env!("CARGO_PKG_VERSION"),
        folder: env!("CARGO_MANIFEST_DIR"),
    })?;
    let client = Client::start(&settings, ALL, Some).await?;
    client.capture_panics();
    let app = Router::new()
        .route("/", get(home))
        .route("/price", get(price))
        .layer(from_fn_with_state(client.clone(), layer::track))
        .into_make_service_with_connect_info::<SocketAddr>();
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    let stopped = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app)
        .with_graceful_shutdown(stopped)
        .await?;
    // Delivers the events that are still queued.
    client
        .shut_down(Instant::now() + Duration::from_secs(5))
        .await;
    Ok(())
}
