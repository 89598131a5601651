//! `/books`

use hoglet_web::testing::with_field;

use crate::support::*;

/// The fields of a valid form.
const FIELDS: &[(&str, &str)] = &[
    ("title", "First title"),
    ("author", "First author"),
    ("pages", "3"),
    ("status", "wanted"),
    ("finished_on", "2026-12-01"),
];

/// Creates a book. Returns its path.
pub async fn create(browser: &Browser) -> String {
    let answer = browser.post("/books", FIELDS).await;
    answer.location().to_owned()
}

#[tokio::test]
async fn a_user_creates_changes_and_deletes_a_book() {
    let (_app, ann) = app_with_ann().await;
    let answer = ann.post("/books", FIELDS).await;
    let path = answer.location();
    assert_shows(&ann.page(path).await, "The book was created.");
    assert_shows(&ann.page("/books").await, path);

    let changed = with_field(FIELDS, "title", "Second title");
    assert_eq!(ann.post(path, &changed).await.location(), path);
    let form = ann.page(&format!("{path}/edit")).await;
    assert_shows(&form, r#"value="Second title""#);

    let answer = ann.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(answer.location(), "/books");
    assert_eq!(ann.get(path).await.status, 404);
}

#[tokio::test]
async fn a_book_is_its_owners_alone() {
    let (app, ann) = app_with_ann().await;
    let path = create(&ann).await;
    let (bob, visitor) = (app.sign_up(BOB).await, app.browser());
    assert_hides(&bob.page("/books").await, &path);
    for page in [path.clone(), format!("{path}/edit")] {
        assert_eq!(bob.get(&page).await.status, 404, "{page}");
    }
    for form in [path.clone(), format!("{path}/delete")] {
        assert_eq!(bob.post(&form, FIELDS).await.status, 404, "{form}");
    }
    for page in ["/books", "/books/new", &path] {
        let answer = visitor.get(page).await;
        assert!(answer.location().starts_with("/login"), "{page}");
    }
    assert_shows(&ann.page("/books").await, &path);
}

#[tokio::test]
async fn a_mistake_brings_the_form_back_with_a_message() {
    let (_app, ann) = app_with_ann().await;
    let mistaken = with_field(FIELDS, "title", "");
    let answer = ann.post("/books", &mistaken).await;
    assert_refused(&answer, r#"class="error" id="title-help""#);
}

#[tokio::test]
async fn the_newest_book_comes_first() {
    let (_app, ann) = app_with_ann().await;
    let (first, second) = (create(&ann).await, create(&ann).await);
    let page = ann.page("/books").await;
    assert!(page.find(&second) < page.find(&first));
}

#[tokio::test]
async fn the_search_finds_a_book() {
    let (_app, ann) = app_with_ann().await;
    let path = create(&ann).await;
    assert_shows(&ann.page("/books?q=FIRST").await, &path);
    assert_hides(&ann.page("/books?q=elsewhere").await, &path);
}

#[tokio::test]
#[cfg_attr(not(feature = "posthog"), ignore)]
async fn each_change_is_an_event_without_personal_properties() {
    let (app, ann) = app_with_ann().await;
    let answer = ann.post("/books", FIELDS).await;
    let path = answer.location();
    ann.post(path, FIELDS).await;
    ann.post(&format!("{path}/delete"), &[]).await;
    for name in ["book_created", "book_updated", "book_deleted"] {
        let event = app.event(name).await;
        assert_eq!(event.distinct_id, app.user_id(ANN).await);
        let id = event["book_id"].as_str().unwrap();
        assert_eq!(path, format!("/books/{id}"));
        assert_eq!(event["pages"], 3);
        assert_hides(&format!("{event:?}"), "First title");
    }
}
