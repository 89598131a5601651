//! `/card`: shows and changes a member's card.

use axum::Form;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use hoglet_web::error::Result;
use hoglet_web::forms::{self, FormPage};
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

pub async fn show(member: Member, posthog: PostHog, page: Page) -> Result<Html<String>> {
    posthog.capture_view(CardViewed {});
    FormPage::new(&page, "card.html", values(&member)).show()
}

pub async fn change(
    State(web): State<Web>,
    member: Member,
    visit: Visit,
    page: Page,
    Form(form): Form<Change>,
) -> Result<Response> {
    let form_page = FormPage::new(&page, "card.html", values(&member));
    let Some(new_password) = form.new_password else {
        let name = form.name.unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            let empty = forms::error("name", "is empty");
            return form_page.invalid(empty);
        }
        let mut changed = member.into_inner().into_active_model();
        changed.name = Set(name);
        let member = changed.update(&web.database).await?;
        visit.posthog.set_person(&member);
        visit.posthog.capture(CardChanged {});
        let message = "Your name was changed.";
        visit.flash(FlashLevel::Success, message);
        return Ok(Redirect::to("/card").into_response());
    };
    let current = form.current_password.unwrap_or_default();
    let known = Some(&*member as _);
    let checked = visit.check_password(&LOG_IN, &member.email, known, current);
    match checked.await {
        Ok(true) => {}
        Ok(false) => {
            let wrong = forms::error("current_password", "is another one");
            return form_page.invalid(wrong);
        }
        Err(error) => return form_page.try_later(error),
    }
    let hash = visit.hash_password(new_password).await?;
    let transaction = web.database.begin().await?;
    let mut changed = member.into_inner().into_active_model();
    changed.password_hash = Set(hash);
    let member = changed.update(&transaction).await?;
    let kept = visit.end_other_sessions(&transaction, &member).await?;
    transaction.commit().await?;
    kept.finish(&visit).await?;
    visit.posthog.capture(CardChanged {});
    Ok(Redirect::to("/card").into_response())
}

fn values(member: &Model) -> Value {
    context! { id => member.id.to_string(), email => member.email.as_str() }
}
