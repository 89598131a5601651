//! `/notes`: the notes of a user.

use hoglet_web::listing::ListRequest;
use hoglet_web::row_id::RowId;
use hoglet_web::text;

use crate::models::book;
use crate::models::note;
use crate::models::note_form::{self, NoteForm};
use crate::posthog::events::{NoteCreated, NoteDeleted, NoteUpdated};
use crate::prelude::*;

pub async fn index(
    State(state): State<AppState>,
    user: CurrentUser,
    page: Page,
    request: ListRequest,
) -> Result<Html<String>> {
    let list = note::list(&state.database, user.id, &request).await?;
    page.render("notes/index.html", context! { list => list.map(view) })
}

pub async fn new(
    State(state): State<AppState>,
    user: CurrentUser,
    page: Page,
) -> Result<Html<String>> {
    let values = form_values(&state, &user, &NoteForm::default()).await?;
    FormPage::new(&page, "notes/new.html", values).show()
}

pub async fn create(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<NoteForm>,
) -> Result<Response> {
    let note = match form.insert(&state.database, user.id).await? {
        Ok(note) => note,
        Err(errors) => {
            let values = form_values(&state, &user, &form).await?;
            return FormPage::new(&page, "notes/new.html", values).invalid(errors);
        }
    };
    visit.posthog.capture(NoteCreated {
        note_id: note.id,
        page: note.page,
    });
    let path = format!("/notes/{}", note.id);
    visit.redirect_with_success(&path, "The note was created.")
}

pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    page: Page,
    RowId(id): RowId,
) -> Result<Html<String>> {
    let note = find(&state, &user, id).await?;
    let references = references(&state, &note).await?;
    let values = context! { note => context! { ..view(note), ..references } };
    page.render("notes/show.html", values)
}

pub async fn edit(
    State(state): State<AppState>,
    user: CurrentUser,
    page: Page,
    RowId(id): RowId,
) -> Result<Html<String>> {
    let note = find(&state, &user, id).await?;
    let values = form_values(&state, &user, &NoteForm::of(&note)).await?;
    let values = context! { note => view(note), ..values };
    FormPage::new(&page, "notes/edit.html", values).show()
}

pub async fn update(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    RowId(id): RowId,
    Form(form): Form<NoteForm>,
) -> Result<Response> {
    let note = find(&state, &user, id).await?;
    let note = match form.update(&state.database, note.clone()).await? {
        Ok(note) => note,
        Err(errors) => {
            let values = form_values(&state, &user, &form).await?;
            let values = context! { note => view(note), ..values };
            return FormPage::new(&page, "notes/edit.html", values).invalid(errors);
        }
    };
    visit.posthog.capture(NoteUpdated {
        note_id: id,
        page: note.page,
    });
    visit.redirect_with_success(&format!("/notes/{id}"), "The note was changed.")
}

pub async fn delete(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    RowId(id): RowId,
) -> Result<Response> {
    let note = find(&state, &user, id).await?;
    let deleted = NoteDeleted {
        note_id: id,
        page: note.page,
    };
    if !note::delete(&state.database, note).await? {
        let message = "Something else refers to this note, so it was not deleted.";
        return visit.redirect_with_error(&format!("/notes/{id}"), message);
    }
    visit.posthog.capture(deleted);
    visit.redirect_with_success("/notes", "The note was deleted.")
}

/// The user's note with this id. For everybody else the answer is a 404.
async fn find(state: &AppState, user: &user::Model, id: Uuid) -> Result<note::Model> {
    let note = note::find_own(&state.database, user.id, id).await?;
    note.ok_or_else(AppError::not_found)
}

/// The variables of the pages with the form.
async fn form_values(state: &AppState, user: &user::Model, form: &NoteForm) -> Result<Value> {
    let books = note_form::books(&state.database, user.id).await?;
    let choices = context! {
        book_id => Serde(&books),
    };
    Ok(context! { form => Serde(form), choices })
}

/// The labels of the rows that a note refers to.
async fn references(state: &AppState, note: &note::Model) -> Result<Value> {
    let (database, user_id) = (&state.database, note.user_id);
    Ok(context! {
        book => book::find_own(database, user_id, note.book_id)
            .await?
            .map(|row| row.label()),
    })
}

/// The values of a note that pages show. An absent value is shown as a dash.
fn view(note: note::Model) -> Value {
    context! {
        id => note.id.to_string(),
        label => note.label(),
        book_id => note.book_id.to_string(),
        body => note.body,
        page => note.page,
        created_at => text::moment(note.created_at),
    }
}
