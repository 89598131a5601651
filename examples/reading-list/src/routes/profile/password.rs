//! `/profile/password`: changes the password. `/.well-known/change-password` leads to the form.

use super::{account, refusal};
use crate::accounts::password;
use crate::posthog::events::ProfileUpdated;
use crate::prelude::*;

/// Absent fields count as empty.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    current_password: String,
    new_password: String,
}

/// The path at which browsers and password managers look for the form.
pub async fn find() -> Redirect {
    Redirect::to("/profile#new_password")
}

/// Changes the password, and ends the user's other sessions.
pub async fn change(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<PasswordForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let values = context! { at => "password", ..account };
    let form_page = FormPage::new(&page, "profile.html", values);
    let (new, app_name) = (form.new_password, &state.web.settings.app_name);
    let errors = forms::new_password("new_password", &new, &user.email, app_name);
    let checking = refusal(&form_page, &visit, &user, form.current_password, errors);
    if let Some(answer) = checking.await? {
        return Ok(answer);
    }
    let user = match password::change(&state, &visit, user.into_inner(), new).await {
        Ok(Some(user)) => user,
        Ok(None) => {
            let message = "Your password was changed elsewhere. Log in again.";
            return visit.redirect_with_info("/login", message);
        }
        Err(error) => return form_page.try_later(error),
    };
    visit.posthog.set_person(&user);
    visit.posthog.capture(ProfileUpdated {});
    let message = "Your password was changed. Your other sessions have ended.";
    visit.redirect_with_success("/profile", message)
}
