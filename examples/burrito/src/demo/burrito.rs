//! `/burrito`: a counter, and the app's first event.

use super::burritos::{self, Owner};
use super::events::BurritoConsidered;
use crate::prelude::*;

/// The owner of the count for a visitor who has opted out, and has no id.
const COUNTED_AS: Key<Uuid> = Key::new("burritos_counted_as");

pub async fn show(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    visit: Visit,
    page: Page,
) -> Result<Html<String>> {
    let count = match owner(user, &visit).await? {
        Some(owner) => burritos::count(&state.database, owner).await?,
        None => 0,
    };
    page.render("demo/burrito.html", context! { count })
}

/// Counts one more. Answers with JSON for the page's script, and with a redirect for a form without it.
pub async fn consider(
    State(state): State<AppState>,
    user: Option<CurrentUser>,
    visit: Visit,
) -> Result<Response> {
    let owner = match owner(user, &visit).await? {
        Some(owner) => owner,
        None => {
            let id = Uuid::new_v4();
            visit.session.set(&COUNTED_AS, id).await?;
            Owner::Visitor(id)
        }
    };
    let count = burritos::add(&state.database, owner, 1).await?;
    if count == 1 {
        burritos::forget_old(&state.database).await?;
    }
    visit.posthog.capture(BurritoConsidered {
        total_considerations: count,
    });
    if visit.wants_json() {
        Ok(Json(json!({ "success": true, "count": count })).into_response())
    } else {
        Ok(Redirect::to("/burrito").into_response())
    }
}

/// The owner of the count. `None` if an opted-out visitor has no count yet.
async fn owner(user: Option<CurrentUser>, visit: &Visit) -> Result<Option<Owner>> {
    match user {
        Some(user) => Ok(Some(Owner::User(user.id))),
        None => Ok(visitor_id(visit).await?.map(Owner::Visitor)),
    }
}

async fn visitor_id(visit: &Visit) -> Result<Option<Uuid>> {
    if visit.posthog.opted_out() {
        visit.session.get(&COUNTED_AS).await
    } else {
        Ok(Some(visit.posthog.visitor_id()))
    }
}

/// Adds the visitor's count to the user's, in the transaction of the log-in.
pub async fn hand_over(
    transaction: &impl ConnectionTrait,
    visit: &Visit,
    user: &user::Model,
) -> Result<()> {
    let Some(id) = visitor_id(visit).await? else {
        return Ok(());
    };
    let count = burritos::take(transaction, id).await?;
    if count > 0 {
        burritos::add(transaction, Owner::User(user.id), count).await?;
    }
    Ok(())
}
