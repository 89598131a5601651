//! `use hoglet_web::prelude::*;`: the names that most files of an app need.
//!
//! A name is here if many handlers, account functions or jobs use it. Others are imported by their path.

// A handler: its arguments, its answer, its page and its form.
pub use axum::extract::{Path, Query, State};
pub use axum::http::StatusCode;
pub use axum::response::{Html, IntoResponse, Redirect, Response};
pub use axum::{Form, Json};
pub use garde::Validate;
pub use minijinja::value::Serde;
pub use minijinja::{Value, context};
pub use serde::{Deserialize, Serialize};
pub use serde_json::json;

pub use crate::error::{AppError, Result};
pub use crate::forms::FormPage;
pub use crate::page::Page;
pub use crate::posthog::PostHog;
pub use crate::routes::Routes;
pub use crate::sends_mail::SendsMail;
pub use crate::session::{FlashLevel, Key, Remember};
pub use crate::visit::Visit;
pub use crate::web::Web;

// Accounts and the database. Entities also need `sea_orm::entity::prelude`.
pub use sea_orm::ActiveValue::Set;
pub use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, IntoActiveModel};
pub use time::OffsetDateTime;
pub use uuid::Uuid;

pub use crate::account_mail::notice::Notice;
pub use crate::database::begin;
pub use crate::email::Email;
pub use crate::passwords::PasswordHash;
pub use crate::users::User;

// Jobs.
pub use crate::jobs::{Job, JobResult, Jobs, Run};
