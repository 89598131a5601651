//! `/profile/delete`: deletes the account.

use super::{account, refusal};
use crate::accounts::deletion;
use crate::prelude::*;

#[derive(Deserialize)]
pub struct DeletionForm {
    #[serde(default)]
    current_password: String,
}

pub async fn delete(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<DeletionForm>,
) -> Result<Response> {
    let account = account(&state, &user).await?;
    let values = context! { at => "delete", ..account };
    let form_page = FormPage::new(&page, "profile.html", values);
    let (typed, errors) = (form.current_password, Errors::new());
    let checking = refusal(&form_page, &visit, &user, typed, errors);
    if let Some(answer) = checking.await? {
        return Ok(answer);
    }
    deletion::delete_own(&state, &visit, &user).await?;
    visit.redirect_with_success("/", "Your account was deleted. We are sorry to see you go.")
}
