//! `/signup`, `/login`, `/logout`: a visitor becomes a member, and a visitor again.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::Extensions;
use axum::response::{Html, IntoResponse, Redirect, Response};
use garde::Validate;
use garde::i18n::DefaultI18n;
use hoglet_web::database::begin;
use hoglet_web::email::Email;
use hoglet_web::error::Result;
use hoglet_web::forms::{self, FormPage};
use hoglet_web::local_path::local_path;
use hoglet_web::page::Page;
use hoglet_web::session::{Remember, signed_in};
use hoglet_web::throttle::Throttle;
use hoglet_web::users::User;
use hoglet_web::visit::Visit;
use hoglet_web::web::Web;
use minijinja::{Value, context};
use sea_orm::TransactionTrait;
use serde::Deserialize;

use super::member;
use super::plan::{LogInFailed, MemberJoined, MemberLoggedIn, MemberLoggedOut};

pub const LOG_IN: Throttle = Throttle {
    action: "log_in",
    account_and_address: 5,
    account: 50,
    address: 30,
    message: "Too many log-ins have failed.",
};

pub const TAKEN_ADDRESS: Throttle = Throttle {
    action: "taken",
    account_and_address: 20,
    account: 100,
    address: 20,
    message: "Too many sign-ups were for members.",
};

pub const SIGN_UP: Throttle = Throttle {
    action: "sign_up",
    account_and_address: 20,
    account: 100,
    address: 300,
    message: "Too many sign-ups came from here.",
};

#[derive(Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize, Validate)]
pub struct SignUp {
    #[garde(length(min = 1, max = 200))]
    name: String,
    #[garde(email)]
    email: String,
    #[garde(length(min = 8, max = 200))]
    password: String,
}

#[derive(Deserialize)]
pub struct LogIn {
    email: String,
    #[serde(default)]
    password: String,
    remember: Option<String>,
    #[serde(flatten)]
    next: Next,
}

pub async fn show_sign_up(page: Page) -> Result<Html<String>> {
    FormPage::new(&page, "signup.html", values("", "")).show()
}

pub async fn sign_up(
    State(web): State<Web>,
    mut visit: Visit,
    page: Page,
    Form(form): Form<SignUp>,
) -> Result<Response> {
    let form_page = FormPage::new(&page, "signup.html", values(&form.email, ""));
    let errors = forms::validate(&form, DefaultI18n);
    if !errors.is_empty() {
        return form_page.invalid(errors);
    }
    let email = Email::normalized(&form.email);
    let password = form.password.clone();
    let hashing = visit.hash_first_password(&SIGN_UP, &TAKEN_ADDRESS, &email, password);
    let (hash, reservation) = match hashing.await {
        Ok(hashed) => hashed,
        Err(error) => return form_page.try_later(error),
    };
    let transaction = begin(&web.database).await?;
    let Some(member) = member::create(&transaction, email, &form.name, hash).await? else {
        transaction.rollback().await?;
        reservation.count(&web.database).await?;
        let taken = forms::error("email", "has joined already");
        return form_page.invalid(taken);
    };
    reservation.release(&transaction).await?;
    let log_in = visit.log_in(&transaction, member, Remember::No).await?;
    transaction.commit().await?;
    log_in.finish(&mut visit).await?;
    visit.posthog.capture(MemberJoined {});
    Ok(Redirect::to("/lounge").into_response())
}

pub async fn show_log_in(page: Page, Query(next): Query<Next>) -> Result<Html<String>> {
    FormPage::new(&page, "login.html", values("", &next.next)).show()
}

pub async fn log_in(
    State(web): State<Web>,
    mut visit: Visit,
    page: Page,
    Form(form): Form<LogIn>,
) -> Result<Response> {
    let values = values(&form.email, &form.next.next);
    let form_page = FormPage::new(&page, "login.html", values);
    let email = Email::normalized(&form.email);
    let member = member::find(&web.database, &email).await?;
    let known = member.as_ref().map(|member| member as &dyn User);
    let checked = visit.check_password(&LOG_IN, &email, known, form.password);
    let matches = match checked.await {
        Ok(matches) => matches,
        Err(error) => return form_page.try_later(error),
    };
    let Some(member) = member.filter(|_| matches) else {
        visit.posthog.capture(LogInFailed {});
        let wrong = forms::form_error("Wrong e-mail or password.");
        return form_page.invalid(wrong);
    };
    let transaction = web.database.begin().await?;
    visit.forget_failures(&transaction, &LOG_IN, &email).await?;
    let remember = form.remember.is_some().into();
    let log_in = visit.log_in(&transaction, member, remember).await?;
    transaction.commit().await?;
    log_in.finish(&mut visit).await?;
    visit.posthog.capture(MemberLoggedIn {});
    let next = local_path(&form.next.next).unwrap_or("/lounge");
    Ok(Redirect::to(next).into_response())
}

pub async fn log_out(extensions: Extensions, visit: Visit) -> Result<Redirect> {
    if signed_in::user::<member::Model>(&extensions).is_some() {
        visit.posthog.capture(MemberLoggedOut {});
        visit.log_out().await?;
    }
    Ok(Redirect::to("/"))
}

fn values(email: &str, next: &str) -> Value {
    context! { email, next => local_path(next) }
}
