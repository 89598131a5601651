//! `/card`: shows and changes a member's card.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::forms::{self, Errors};
use hoglet_web::page::Page;
use hoglet_web::posthog::PostHog;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use hoglet_web::web::Web;
use minijinja::{Value, context};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel, TransactionTrait};
use serde::Deserialize;

use super::account::LOG_IN;
use super::member::{Member, Model};
use super::plan::{CardChanged, CardViewed};

#[derive(Deserialize)]
pub struct Change {
    name: Option<String>,
    current_password: Option<String>,
    new_password: Option<String>,
}

pub async fn show(Member(member): Member, posthog: PostHog, page: Page) -> Result<Html<String>> {
    posthog.capture_view(CardViewed {});
    page.render("card.html", values(&member, Errors::new()))
}

pub async fn change(
    State(web): State<Web>,
    Member(member): Member,
    visit: Visit,
    page: Page,
    Form(form): Form<Change>,
) -> Result<Response> {
    let with_errors = |errors| values(&member, errors);
    let Some(new_password) = form.new_password else {
        let name = form.name.unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            let empty = forms::error("name", "is empty");
            return forms::invalid(&page, "card.html", with_errors(empty));
        }
        let mut changed = Arc::unwrap_or_clone(member).into_active_model();
        changed.name = Set(name);
        let member = changed.update(&web.database).await?;
        visit.posthog.set_person(&member);
        visit.posthog.capture(CardChanged {});
        let message = "Your name was changed.";
        visit.flash(FlashLevel::Success, message).await?;
        return Ok(Redirect::to("/card").into_response());
    };
    let current = form.current_password.unwrap_or_default();
    let known = Some(&*member as _);
    let checked = visit.check_password(&LOG_IN, &member.email, known, current);
    match checked.await {
        Ok(true) => {}
        Ok(false) => {
            let wrong = forms::error("current_password", "is another one");
            return forms::invalid(&page, "card.html", with_errors(wrong));
        }
        Err(error) => return forms::try_later(&page, "card.html", error, with_errors),
    }
    let hash = visit.hash_password(new_password).await?;
    let transaction = web.database.begin().await?;
    let mut changed = Arc::unwrap_or_clone(member).into_active_model();
    changed.password_hash = Set(hash);
    let member = changed.update(&transaction).await?;
    let kept = visit.end_other_sessions(&transaction, &member).await?;
    transaction.commit().await?;
    kept.finish(&visit).await?;
    visit.posthog.capture(CardChanged {});
    Ok(Redirect::to("/card").into_response())
}

fn values(member: &Model, errors: Errors) -> Value {
    context! { id => member.id.to_string(), email => member.email.as_str(), errors }
}
