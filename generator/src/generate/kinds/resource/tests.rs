//! What is generated for a resource, as text.
//!
//! Whether it compiles and works is tested with whole apps.

use std::collections::BTreeMap;

use super::*;
use crate::generate::request::Kind;

const ALL_TYPES: &str = "title:string:index:search subtitle:string? slug:string:unique body:text:search summary:text? \
    priority:integer:index likes:integer? views:bigint shares:bigint? rating:float score:float? \
    price:decimal(10,2):index discount:decimal(5,3)? published:boolean published_on:date expires_on:date?:index \
    starts_at:datetime ends_at:datetime? token:uuid legacy_token:uuid? settings:json extra:json? \
    contact:email:private reply_to:email? website:url source:url? status:enum(draft,in_review,published) \
    mood:enum(happy,sad)? category:references series:references(category)? reviewer:references(user)?";

/// The app of the template, with the resource `category`.
fn app() -> AppFacts {
    let files = ["src/models/category.rs", "src/models/category_form.rs"];
    AppFacts {
        posthog: true,
        files: files.map(str::to_owned).into(),
        tables: ["users", "categories"].map(str::to_owned).into(),
        routes: ["/", "/profile", "/profile/sessions"]
            .map(str::to_owned)
            .into(),
        ..AppFacts::default()
    }
}

fn request(name: &str, fields: &str) -> Request {
    Request {
        kind: Kind::Resource,
        name: Name::parse(name).unwrap(),
        rest: fields.split_whitespace().map(str::to_owned).collect(),
        public: false,
        plural: None,
        migration_time: "20261201_090000".to_owned(),
    }
}

fn files(request: &Request, app: &AppFacts) -> BTreeMap<String, String> {
    let plan = plan(request, app, &Templates::default()).unwrap();
    let files = plan.files.into_iter();
    files.map(|file| (file.path, file.contents)).collect()
}

fn refusal(request: &Request, app: &AppFacts) -> String {
    plan(request, app, &Templates::default())
        .unwrap_err()
        .to_string()
}

/// The column of a field of the resource `post`.
fn column(field: &str) -> Column {
    Column::new(&Name::parse("post").unwrap(), &Field::parse(field).unwrap())
}

#[test]
fn every_type_has_its_place_in_every_file() {
    let table = ALL_TYPES.split_whitespace().map(|field| {
        let column = column(field);
        let event = match column.event_type.as_str() {
            "" => "in no event".to_owned(),
            rust => format!("{rust} = {}", column.event_value),
        };
        let pieces = [
            column.migration,
            format!("{} {}", column.attribute, column.rust)
                .trim()
                .to_owned(),
            column.input,
            column.text,
            event,
        ];
        format!("{field}\n    {}", pieces.join("\n    "))
    });
    insta::assert_snapshot!(table.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_resource_with_references_and_events() {
    let request = request(
        "post",
        "title:string:search slug:string:unique price:decimal(10,2)?:index status:enum(draft,live) category:references",
    );
    let files = files(&request, &app());
    let texts = files
        .iter()
        .map(|(path, text)| format!("==> {path}\n{text}"));
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_app_without_posthog_gets_no_events() {
    let app = AppFacts {
        posthog: false,
        ..app()
    };
    let request = request("post", ALL_TYPES);
    let plan = plan(&request, &app, &Templates::default()).unwrap();
    assert!(
        plan.insertions
            .iter()
            .all(|line| line.path != "src/posthog/events.rs")
    );
    for file in plan.files {
        let text = file.contents.to_lowercase();
        assert!(
            !text.contains("posthog") && !text.contains("post_created"),
            "{}",
            file.path
        );
    }
}

#[test]
fn personal_data_is_masked_and_in_no_event() {
    let request = request(
        "patient",
        "name:string:private born_on:date:private weight:float:private:index",
    );
    let files = files(&request, &app());
    let routes = &files["src/routes/patients.rs"];
    assert!(
        routes.contains("PatientCreated {\n        patient_id: patient.id,\n    }"),
        "{routes}"
    );
    let fields = &files["templates/patients/fields.html"];
    assert_eq!(fields.matches("private=true").count(), 3, "{fields}");
    let show = &files["templates/patients/show.html"];
    assert_eq!(show.matches("ph-mask").count(), 3, "{show}");
    assert!(show.contains("{% block title %}Patient · "), "{show}");
    let index = &files["templates/patients/index.html"];
    assert!(
        index.contains(r#"<td class="number ph-mask" data-label="Weight">"#),
        "{index}"
    );
}

#[test]
fn the_first_required_reference_to_users_is_the_owner() {
    let request = request(
        "post",
        "title:string author:references(user) editor:references(user)?",
    );
    let files = files(&request, &app());
    let model = &files["src/models/post.rs"];
    assert!(
        model.contains("pub author_id: Uuid") && !model.contains("pub user_id"),
        "{model}"
    );
    assert!(model.contains("Column::AuthorId.eq(user_id)"), "{model}");
    let fields = &files["templates/posts/fields.html"];
    assert!(
        fields.contains("choices.editor_id") && !fields.contains("author"),
        "{fields}"
    );
}

#[test]
fn a_public_resource_has_unique_values_among_all_rows() {
    let mut request = request("page_link", "slug:string:unique");
    request.public = true;
    let files = files(&request, &app());
    let migration = &files["src/migrations/m20261201_090000_create_page_links.rs"];
    assert!(
        migration.contains(r#".name("page_links_slug")"#),
        "{migration}"
    );
    let routes = &files["src/routes/page_links.rs"];
    assert!(
        routes.starts_with("//! `/page-links`: the page links of all users"),
        "{routes}"
    );
}

#[test]
fn what_cannot_work_is_refused_with_a_reason() {
    let app = app();
    for (request, reason) in [
        (request("post", ""), "it has no fields"),
        (
            request("category", "name:string"),
            "the app has the table `categories`",
        ),
        (
            request("post", "price:decimal(18,2)"),
            "SQLite keeps 15 digits exactly",
        ),
        (request("post", "size:enum(a_b,c)"), "write `ab`"),
        (
            request("post", "shop:references"),
            "hoglet generate resource shop",
        ),
        (
            request("post", "parent:references(post)"),
            "make it optional",
        ),
        (
            request("post", "author:references(user):unique"),
            "leave `:unique` out",
        ),
        (request("post", "title:strin"), "strin"),
    ] {
        let refusal = refusal(&request, &app);
        assert!(refusal.contains(reason), "{refusal}");
    }
    let mut at_profile = request("portrait", "name:string");
    at_profile.plural = Name::parse("profile").ok();
    let refusal = refusal(&at_profile, &app);
    assert!(
        refusal.contains("the app has the route `/profile"),
        "{refusal}"
    );
    let postgres = AppFacts {
        postgres: true,
        ..app
    };
    assert!(!files(&request("post", "price:decimal(18,2)"), &postgres).is_empty());
}

#[test]
fn a_name_that_the_pages_or_the_events_use_is_refused() {
    let refused = |name: &str, fields: &str, reason: &str| {
        let error = refusal(&request(name, fields), &app());
        assert!(error.contains(reason), "{error}");
    };
    refused("deal", "title:string deal_id:uuid", "events of `deal`");
    refused(
        "deal",
        "title:string label:string?",
        "the text that stands for a row",
    );
    refused("choice", "title:string", "`choice`");

    let values = values(&request("deal", "title:string label:string"), &app()).unwrap();
    assert_eq!(values.label.column, "label");
}
