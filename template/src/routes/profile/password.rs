//! `/profile/password`: changes the password.

use std::sync::Arc;

use super::{account, check_password};
use crate::accounts::password;
use crate::posthog::events::ProfileUpdated;
use crate::prelude::*;

/// Absent fields count as empty.
#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    new_password: String,
}

/// Changes the password, and ends the user's other sessions.
pub async fn change(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<PasswordForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let with_errors = |errors| context! { at => "password", errors, ..account };
    let (new, app_name) = (form.new_password, &state.web.settings.app_name);
    let mut errors = forms::new_password("new_password", &new, &user.email, app_name);
    let checking = check_password(&visit, &user, form.current_password, &mut errors);
    if let Err(error) = checking.await {
        return forms::try_later(&page, "profile.html", error, with_errors);
    }
    if !errors.is_empty() {
        return forms::invalid(&page, "profile.html", with_errors(errors));
    }
    let user = Arc::unwrap_or_clone(user);
    let user = match password::change(&state, &visit, user, new).await {
        Ok(Some(user)) => user,
        Ok(None) => {
            let message = "Your password was changed elsewhere. Log in again.";
            return visit.redirect_with_info("/login", message);
        }
        Err(error) => return forms::try_later(&page, "profile.html", error, with_errors),
    };
    visit.posthog.set_person(&user);
    visit.posthog.capture(ProfileUpdated {});
    let message = "Your password was changed. Your other sessions have ended.";
    visit.redirect_with_success("/profile", message)
}
