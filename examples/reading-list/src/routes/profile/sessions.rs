//! `/profile/sessions`: shows where the user is logged in, and ends sessions.

use hoglet_web::session::model::{self as sessions, UserSession};

use super::refusal;
use crate::accounts::{self, password};
use crate::prelude::*;

const PAGE: &str = "/profile/sessions";
const END_OTHERS: &str = "/profile/sessions/delete-others";

#[derive(Deserialize)]
pub struct EndForm {
    /// Needed if the log-in was some time ago.
    current_password: Option<String>,
}

pub async fn show(user: CurrentUser, visit: Visit, page: Page) -> Result<Html<String>> {
    let listed = visit.sessions_of(user.id).await?;
    form_page(&page, &listed, None).show()
}

/// Ends one session. Ending the session of this request is a log-out.
pub async fn end_one(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    Path(id): Path<String>,
    Form(form): Form<EndForm>,
) -> Result<Response> {
    let handle = id.parse::<Uuid>().map_err(|_| AppError::not_found())?;
    let listed = visit.sessions_of(user.id).await?;
    let session = listed.iter().find(|session| session.handle == handle);
    let session = session.ok_or_else(AppError::not_found)?;
    if session.is_current {
        accounts::log_out(&visit).await?;
        return Ok(Redirect::to("/").into_response());
    }
    let action = format!("{PAGE}/{handle}/delete");
    let asking = ask_for_password(&visit, &user, &page, form, &listed, &action);
    if let Some(answer) = asking.await? {
        return Ok(answer);
    }
    sessions::end_one(&state.database, user.id, handle).await?;
    visit.redirect_with_success(PAGE, "The session has ended.")
}

/// Ends all sessions but the one of this request.
pub async fn end_others(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<EndForm>,
) -> Result<Response> {
    let listed = visit.sessions_of(user.id).await?;
    let asking = ask_for_password(&visit, &user, &page, form, &listed, END_OTHERS);
    if let Some(answer) = asking.await? {
        return Ok(answer);
    }
    let transaction = begin(&state.database).await?;
    let session = visit.end_other_sessions(&transaction, &*user).await?;
    transaction.commit().await?;
    session.finish(&visit).await?;
    visit.redirect_with_success(PAGE, "Your other sessions have ended.")
}

/// Returns the page that asks for the password, or `None`.
///
/// `None` means that the right password was given or that the log-in was recent. A stranger at an
/// unlocked browser must not be able to log its owner out everywhere else.
async fn ask_for_password(
    visit: &Visit,
    user: &user::Model,
    page: &Page,
    form: EndForm,
    listed: &[UserSession],
    action: &str,
) -> Result<Option<Response>> {
    let form_page = form_page(page, listed, Some(action));
    match form.current_password {
        Some(typed) => refusal(&form_page, visit, user, typed, Errors::new()).await,
        None if visit.logged_in_within(password::ASK_AGAIN_AFTER).await? => Ok(None),
        None => form_page.invalid(Errors::new()).map(Some),
    }
}

/// `action` is the path that the form for the password is sent to.
fn form_page<'a>(page: &'a Page, listed: &[UserSession], action: Option<&str>) -> FormPage<'a> {
    let values = context! { sessions => Serde(listed), action, form => context! {} };
    FormPage::new(page, "sessions.html", values)
}
