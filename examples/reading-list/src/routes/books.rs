//! `/books`: the books of a user.

use hoglet_web::forms::{choices, label};
use hoglet_web::listing::ListRequest;
use hoglet_web::row_id::RowId;
use hoglet_web::text;

use crate::models::book::{self, Status};
use crate::models::book_form::BookForm;
use crate::posthog::events::{BookCreated, BookDeleted, BookUpdated};
use crate::prelude::*;

pub async fn index(
    State(state): State<AppState>,
    user: CurrentUser,
    page: Page,
    request: ListRequest,
) -> Result<Html<String>> {
    let list = book::list(&state.database, user.id, &request).await?;
    page.render("books/index.html", context! { list => list.map(view) })
}

pub async fn new(_: CurrentUser, page: Page) -> Result<Html<String>> {
    let values = form_values(&BookForm::default());
    FormPage::new(&page, "books/new.html", values).show()
}

pub async fn create(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    Form(form): Form<BookForm>,
) -> Result<Response> {
    let book = match form.insert(&state.database, user.id).await? {
        Ok(book) => book,
        Err(errors) => {
            let values = form_values(&form);
            return FormPage::new(&page, "books/new.html", values).invalid(errors);
        }
    };
    visit.posthog.capture(BookCreated {
        book_id: book.id,
        pages: book.pages,
        status: book.status,
        finished_on: book.finished_on.map(|value| value.to_string()),
    });
    let path = format!("/books/{}", book.id);
    visit.redirect_with_success(&path, "The book was created.")
}

pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    page: Page,
    RowId(id): RowId,
) -> Result<Html<String>> {
    let book = find(&state, &user, id).await?;
    page.render("books/show.html", context! { book => view(book) })
}

pub async fn edit(
    State(state): State<AppState>,
    user: CurrentUser,
    page: Page,
    RowId(id): RowId,
) -> Result<Html<String>> {
    let book = find(&state, &user, id).await?;
    let values = form_values(&BookForm::of(&book));
    let values = context! { book => view(book), ..values };
    FormPage::new(&page, "books/edit.html", values).show()
}

pub async fn update(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    page: Page,
    RowId(id): RowId,
    Form(form): Form<BookForm>,
) -> Result<Response> {
    let book = find(&state, &user, id).await?;
    let book = match form.update(&state.database, book.clone()).await? {
        Ok(book) => book,
        Err(errors) => {
            let values = form_values(&form);
            let values = context! { book => view(book), ..values };
            return FormPage::new(&page, "books/edit.html", values).invalid(errors);
        }
    };
    visit.posthog.capture(BookUpdated {
        book_id: id,
        pages: book.pages,
        status: book.status,
        finished_on: book.finished_on.map(|value| value.to_string()),
    });
    visit.redirect_with_success(&format!("/books/{id}"), "The book was changed.")
}

pub async fn delete(
    State(state): State<AppState>,
    user: CurrentUser,
    visit: Visit,
    RowId(id): RowId,
) -> Result<Response> {
    let book = find(&state, &user, id).await?;
    let deleted = BookDeleted {
        book_id: id,
        pages: book.pages,
        status: book.status,
        finished_on: book.finished_on.map(|value| value.to_string()),
    };
    if !book::delete(&state.database, book).await? {
        let message = "Something else refers to this book, so it was not deleted.";
        return visit.redirect_with_error(&format!("/books/{id}"), message);
    }
    visit.posthog.capture(deleted);
    visit.redirect_with_success("/books", "The book was deleted.")
}

/// The user's book with this id. For everybody else the answer is a 404.
async fn find(state: &AppState, user: &user::Model, id: Uuid) -> Result<book::Model> {
    let book = book::find_own(&state.database, user.id, id).await?;
    book.ok_or_else(AppError::not_found)
}

/// The variables of the pages with the form.
fn form_values(form: &BookForm) -> Value {
    let choices = context! {
        status => Serde(choices::<Status>()),
    };
    context! { form => Serde(form), choices }
}

/// The values of a book that pages show. An absent value is shown as a dash.
fn view(book: book::Model) -> Value {
    context! {
        id => book.id.to_string(),
        label => book.label(),
        author => book.author,
        pages => book.pages,
        status => label(&book.status),
        finished_on => book.finished_on.map(text::date),
        created_at => text::moment(book.created_at),
    }
}
