//! Breaks in many ways.

use axum::extract::State;
use hoglet_web::error::Result;
use sea_orm::ConnectionTrait;

use crate::state::AppState;

#[derive(Debug, thiserror::Error)]
#[error("the order is gone")]
struct OrderError;

pub async fn error() -> Result<()> {
    Err(OrderError.into())
}

pub async fn panic() {
    panic!("undone");
}

pub async fn other_panic() {
    let nothing: Option<String> = std::env::var("NOT_THERE").ok();
    nothing.expect("this variable is not there");
}

pub async fn database(State(state): State<AppState>) -> Result<()> {
    state.database.execute_unprepared("SELECT nonsense").await?;
    Ok(())
}

pub async fn other_database(State(state): State<AppState>) -> Result<()> {
    state.database.execute_unprepared("SELECT nothing").await?;
    Ok(())
}

pub async fn task() {
    let _ = tokio::spawn(in_task()).await;
}

async fn in_task() {
    panic!("undone in a task");
}

pub async fn thread() {
    let _ = std::thread::spawn(in_thread).join();
}

fn in_thread() {
    panic!("undone in a thread");
}
