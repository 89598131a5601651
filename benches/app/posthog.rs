//! A minimal PostHog: it reads each request and gives PostHog's answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub struct PostHog {
    pub address: String,
    requests: Arc<AtomicUsize>,
}

impl PostHog {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(AtomicUsize::new(0));
        let router = Router::new()
            .fallback(answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(requests.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            address: format!("http://{address}"),
            requests,
        }
    }

    pub fn was_asked(&self) -> bool {
        self.requests.load(Ordering::Relaxed) > 0
    }
}

async fn answer(State(requests): State<Arc<AtomicUsize>>, _: Bytes) -> Json<Value> {
    requests.fetch_add(1, Ordering::Relaxed);
    Json(json!({ "status": 1 }))
}
