//! `/profile/delete`: deletes the account.

use super::{account, check_password};
use crate::accounts::deletion;
use crate::prelude::*;

#[derive(Deserialize)]
pub struct DeletionForm {
    #[serde(default)]
    current_password: String,
}

pub async fn delete(
    State(state): State<AppState>,
    CurrentUser(user): CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<DeletionForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let with_errors = |errors| context! { at => "delete", errors, ..account };
    let mut errors = Errors::new();
    let checking = check_password(&visit, &user, form.current_password, &mut errors);
    if let Err(error) = checking.await {
        return forms::try_later(&page, "profile.html", error, with_errors);
    }
    if !errors.is_empty() {
        return forms::invalid(&page, "profile.html", with_errors(errors));
    }
    deletion::delete_own(&state, &visit, &user).await?;
    visit.redirect_with_success("/", "Your account was deleted. We are sorry to see you go.")
}
