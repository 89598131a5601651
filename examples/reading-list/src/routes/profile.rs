//! `/profile`: shows and changes an account.

use hoglet_web::text;

use crate::accounts;
use crate::features::FEATURES;
use crate::models::about_user::AboutUser;
use crate::posthog::events::{ProfileUpdated, ProfileViewed};
use crate::prelude::*;

pub mod deletion;
pub mod email;
pub mod password;
pub mod sessions;

pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    posthog: PostHog,
    page: Page,
) -> Result<Html<String>> {
    posthog.capture_view(ProfileViewed {});
    page.render("profile.html", account(&state, &user).await?)
}

pub async fn update(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    Form(about): Form<AboutUser>,
) -> Result<Response> {
    let errors = forms::validate(&about);
    if !errors.is_empty() {
        let account = account(&state, &user).await?;
        let values = context! { at => "about", about => Serde(&about), ..account };
        return FormPage::new(&page, "profile.html", values).invalid(errors);
    }
    let user = about.update(&state.database, user.into_inner()).await?;
    visit.posthog.set_person(&user);
    visit.posthog.capture(ProfileUpdated {});
    visit.redirect_with_success("/profile", "Your profile was changed.")
}

/// The variables of `profile.html`.
///
/// `at` names the form that was sent, because several forms have a field of the same name.
async fn account(state: &AppState, user: &user::Model) -> Result<Value> {
    let requested = accounts::email::requested(state, user).await?;
    Ok(context! {
        member_since => text::day(user.created_at),
        requested_email => requested.map(|email| email.for_people()),
        sections => FEATURES.profile_sections(state),
        at => "",
        about => Serde(AboutUser::of(user)),
        form => context! { email => "" },
        errors => context! {},
    })
}

/// The answer if `typed` is not the user's password or the form has other `errors`.
async fn refusal(
    form_page: &FormPage<'_>,
    visit: &Visit,
    user: &user::Model,
    typed: String,
    mut errors: Errors,
) -> Result<Option<Response>> {
    match accounts::password::check(visit, user, typed).await {
        Ok(true) if errors.is_empty() => return Ok(None),
        Ok(true) => {}
        Ok(false) => {
            let message = "This is not your current password.";
            errors.extend(forms::error("current_password", message));
        }
        Err(error) => return form_page.try_later(error).map(Some),
    }
    form_page.invalid(errors).map(Some)
}
