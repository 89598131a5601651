//! `/signup`: a visitor becomes a user.
//!
//! What stays open: the form tells whether an e-mail has an account, because it cannot take it a
//! second time. An app that sends mail can answer both cases alike and say the rest by mail.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use garde::Validate;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::page::Page;
use hoglet_web::session::FlashLevel;
use hoglet_web::visit::Visit;
use minijinja::{Value, context};
use serde::Deserialize;

use super::next::Next;
use crate::accounts::{self, NewAccount, SignUp};
use crate::forms::{self, Errors};
use crate::state::AppState;

const WITHOUT_MAIL: &str = "Your account is made. No mail asks you to confirm your address, because too many were \
                            sent just now. Ask for one on your profile in a few minutes.";

/// Absent fields count as empty.
#[derive(Deserialize, Validate)]
pub struct SignUpForm {
    #[serde(default)]
    #[garde(custom(forms::person_name))]
    name: String,
    #[serde(default)]
    #[garde(custom(forms::email_address))]
    email: String,
    #[serde(default)]
    #[garde(skip)]
    password: String,
    #[serde(flatten)]
    #[garde(skip)]
    next: Next,
}

pub async fn show(page: Page, Query(next): Query<Next>) -> Result<Html<String>> {
    let values = context! { next => next.path(), form => context! {}, errors => context! {} };
    page.render("signup.html", values)
}

pub async fn sign_up(
    State(state): State<AppState>,
    mut visit: Visit,
    page: Page,
    Form(form): Form<SignUpForm>,
) -> Result<Response> {
    let again = |errors| values(&form, errors);
    let mut errors = forms::validate(&form);
    let email = Email::normalized(&form.email);
    let app_name = &state.web.settings.app_name;
    let checked = forms::new_password(&form.password, &email, app_name);
    forms::check(&mut errors, "password", checked);
    if !errors.is_empty() {
        return forms::again(&page, "signup.html", again(errors));
    }
    let new = NewAccount {
        email: &form.email,
        name: &form.name,
        password: form.password.clone(),
    };
    match accounts::sign_up(&state, &mut visit, new).await {
        Ok(SignUp::Done) => {}
        Ok(SignUp::DoneWithoutMail) => visit.flash(FlashLevel::Info, WITHOUT_MAIL).await?,
        Ok(SignUp::Taken) => {
            let taken = "This e-mail already has an account. Log in instead.";
            return forms::again(&page, "signup.html", again(forms::error("email", taken)));
        }
        Err(error) => return forms::again_later(&page, "signup.html", error, again),
    }
    Ok(Redirect::to(form.next.path_or_default()).into_response())
}

fn values(form: &SignUpForm, errors: Errors) -> Value {
    let typed = context! { name => &form.name, email => &form.email };
    context! { next => form.next.path(), form => typed, errors }
}
