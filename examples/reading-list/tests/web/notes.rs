//! `/notes`

use hoglet_web::testing::{Fields, with_field};

use crate::books;
use crate::support::*;

/// The fields of a valid form, except the rows that it refers to.
const FIELDS: &[(&str, &str)] = &[("body", "First body"), ("page", "3")];

/// The fields of a valid form, with new rows of the user to refer to.
async fn fields(browser: &Browser) -> Fields {
    let book = books::create(browser).await;
    Fields::of(FIELDS).and("book_id", book.trim_start_matches("/books/"))
}

/// Creates a note. Returns its path.
pub async fn create(browser: &Browser) -> String {
    let fields = fields(browser).await;
    let answer = browser.post("/notes", &fields.pairs()).await;
    answer.location().to_owned()
}

#[tokio::test]
async fn a_user_creates_changes_and_deletes_a_note() {
    let (_app, ann) = app_with_ann().await;
    let fields = fields(&ann).await;
    let answer = ann.post("/notes", &fields.pairs()).await;
    let path = answer.location();
    assert_shows(&ann.page(path).await, "The note was created.");
    assert_shows(&ann.page("/notes").await, path);

    let changed = with_field(&fields.pairs(), "page", "4");
    assert_eq!(ann.post(path, &changed).await.location(), path);
    let form = ann.page(&format!("{path}/edit")).await;
    assert_shows(&form, r#"value="4""#);

    let answer = ann.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(answer.location(), "/notes");
    assert_eq!(ann.get(path).await.status, 404);
}

#[tokio::test]
async fn a_note_is_its_owners_alone() {
    let (app, ann) = app_with_ann().await;
    let path = create(&ann).await;
    let (bob, visitor) = (app.sign_up(BOB).await, app.browser());
    assert_hides(&bob.page("/notes").await, &path);
    for page in [path.clone(), format!("{path}/edit")] {
        assert_eq!(bob.get(&page).await.status, 404, "{page}");
    }
    for form in [path.clone(), format!("{path}/delete")] {
        assert_eq!(bob.post(&form, FIELDS).await.status, 404, "{form}");
    }
    for page in ["/notes", "/notes/new", &path] {
        let answer = visitor.get(page).await;
        assert!(answer.location().starts_with("/login"), "{page}");
    }
    assert_shows(&ann.page("/notes").await, &path);
}

#[tokio::test]
async fn a_mistake_brings_the_form_back_with_a_message() {
    let (_app, ann) = app_with_ann().await;
    let fields = fields(&ann).await;
    let mistaken = with_field(&fields.pairs(), "body", "");
    let answer = ann.post("/notes", &mistaken).await;
    assert_refused(&answer, r#"class="error" id="body-help""#);
}

#[tokio::test]
async fn a_book_of_somebody_else_is_refused() {
    let (app, ann) = app_with_ann().await;
    let fields = fields(&ann).await;
    let answer = app.sign_up(BOB).await.post("/notes", &fields.pairs()).await;
    assert_refused(&answer, r#"class="error" id="book_id-help""#);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn each_change_is_an_event_without_personal_properties() {
    let (app, ann) = app_with_ann().await;
    let fields = fields(&ann).await;
    let answer = ann.post("/notes", &fields.pairs()).await;
    let path = answer.location();
    ann.post(path, &fields.pairs()).await;
    ann.post(&format!("{path}/delete"), &[]).await;
    for name in ["note_created", "note_updated", "note_deleted"] {
        let event = app.event(name).await;
        assert_eq!(event.distinct_id, app.user_id(ANN).await);
        let id = event["note_id"].as_str().unwrap();
        assert_eq!(path, format!("/notes/{id}"));
        assert_eq!(event["page"], 3);
    }
}
