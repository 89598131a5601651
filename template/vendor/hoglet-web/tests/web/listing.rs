//! Lists: pages, orders, a search, and the index that serves them.

use std::collections::BTreeSet;

use axum::Router;
use axum::routing::get;
use hoglet_web::forms::unless_in_use;
use hoglet_web::listing::ListRequest;
use hoglet_web::row_id::RowId;
use minijinja::{Value, context};
use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseBackend, Order, QueryOrder, QueryTrait, Statement, TransactionTrait};
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};

use crate::club::{router_with, tea};
use crate::support::App;

async fn with_teas() -> (App, Uuid) {
    let app = App::start().await;
    tea::create_table(&app.web.database).await;
    (app, Uuid::new_v4())
}

fn view(tea: tea::Model) -> Value {
    context! { id => tea.id.to_string(), name => tea.name }
}

fn text(list: &Value, name: &str) -> String {
    let value = list.get_attr(name).unwrap();
    value.as_str().unwrap_or_default().to_owned()
}

fn query_of(address: &str) -> &str {
    address.split_once('?').unwrap_or_default().1
}

/// The ids of all pages, from the first to the last.
async fn all_pages(database: &DatabaseConnection, owner: Uuid, query: &str) -> Vec<String> {
    let (mut ids, mut query) = (Vec::new(), query.to_owned());
    loop {
        let page = tea::page(database, owner, &query).await;
        assert!(page.rows.len() <= 20);
        ids.extend(page.rows.iter().map(|tea| tea.id.to_string()));
        let list = page.map(view);
        let next = text(&list, "next");
        if next.is_empty() {
            return ids;
        }
        query = query_of(&next).to_owned();
    }
}

/// Rows of which many have the same values, or none.
async fn fill(database: &DatabaseConnection, owner: Uuid) {
    let since = OffsetDateTime::now_utc();
    for number in 0..47_i64 {
        let some = |value: i64| (number % 3 > 0).then_some(value);
        let small = number as i32 % 5;
        let tea = tea::Model {
            grams: small,
            stars: some(number % 4),
            strength: some(number).map(|number| number as f64 / 7.0),
            price: some(number).map(|number| Decimal::new(number % 6, 3)),
            green: some(number).map(|number| number % 2 == 0),
            picked_on: some(number)
                .map(|number| date!(2026 - 11 - 30) - Duration::days(number % 7)),
            opened_at: some(number).map(|number| since + Duration::microseconds(number % 8)),
            kind: some(number).map(|_| tea::Kind::Black),
            // Many rows have the same time, and the others differ by a microsecond.
            created_at: since + Duration::microseconds(number / 25),
            ..tea::new(owner, &format!("Tea {number}"))
        };
        tea::store(database, tea).await.unwrap();
    }
}

#[tokio::test]
async fn in_every_order_the_pages_have_each_row_once() {
    let (app, ann) = with_teas().await;
    let database = &app.web.database;
    fill(database, ann).await;
    tea::store(database, tea::new(Uuid::new_v4(), "Ben's"))
        .await
        .unwrap();
    let orders = tea::SORTABLE
        .iter()
        .filter(|column| column.as_str() != "notes");
    let orders = orders.flat_map(|column| [(column, Order::Asc, ""), (column, Order::Desc, "-")]);
    let newest_first = (&tea::Column::CreatedAt, Order::Desc, "?");
    for (column, order, sign) in orders.chain([newest_first]) {
        let query = match sign {
            "?" => String::new(),
            sign => format!("sort={sign}{}", column.as_str()),
        };
        let rows = tea::Entity::find().filter(tea::Column::OwnerId.eq(ann));
        let rows = rows
            .order_by(*column, order.clone())
            .order_by(tea::Column::Id, order);
        let rows = rows.all(database).await.unwrap();
        let expected: Vec<_> = rows.iter().map(|tea| tea.id.to_string()).collect();
        assert_eq!(all_pages(database, ann, &query).await, expected, "{query}");
    }
    // A column that a list cannot be sorted by is ignored.
    for query in ["sort=notes", "sort=owner_id", "sort=-", "sort=id;--"] {
        assert_eq!(
            all_pages(database, ann, query).await,
            all_pages(database, ann, "").await
        );
    }
}

#[tokio::test]
async fn a_cursor_that_is_none_means_the_first_page() {
    let (app, ann) = with_teas().await;
    let database = &app.web.database;
    fill(database, ann).await;
    let long = "A".repeat(10_000);
    let mut cursors =
        BTreeSet::from(["x", "AAAA", "W10", "%00", "W251bGwsIjciXQ", &long].map(str::to_owned));
    for column in tea::SORTABLE {
        let list = tea::page(database, ann, &format!("sort={}", column.as_str()))
            .await
            .map(view);
        let (_, cursor) = query_of(&text(&list, "next"))
            .split_once("after=")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        cursors.insert(cursor);
    }
    // The cursor of a list in another order is either read as a value of this column, or not a cursor.
    for column in tea::SORTABLE {
        for cursor in &cursors {
            let query = format!("sort=-{}&after={cursor}", column.as_str());
            tea::page(database, ann, &query).await;
        }
    }
    let first = tea::page(database, ann, "").await.rows;
    for cursor in ["x", "AAAA", "W10", "%00", &long] {
        assert_eq!(
            tea::page(database, ann, &format!("after={cursor}"))
                .await
                .rows,
            first
        );
    }
}

#[tokio::test]
async fn links_keep_the_search_and_the_order() {
    let (app, ann) = with_teas().await;
    let database = &app.web.database;
    for number in 0..21 {
        let name = format!("Tea & “Honey” {number}");
        tea::store(database, tea::new(ann, &name)).await.unwrap();
    }
    let query = "q=+TEA+%26+%E2%80%9Choney&sort=-grams";
    let list = tea::page(database, ann, query).await.map(view);
    let same = "/teas?q=TEA+%26+%E2%80%9Choney&sort=-grams";
    let next = text(&list, "next");
    assert!(next.starts_with(&format!("{same}&after=")), "{next}");
    assert_eq!(text(&list, "q"), "TEA & “honey");
    assert_eq!(text(&list, "first"), "");
    let last = tea::page(database, ann, query_of(&next)).await.map(view);
    assert_eq!(text(&last, "first"), same);
    assert_eq!(text(&last, "next"), "");

    let link =
        |list: &Value, column: &str| list.get_attr("sorts").unwrap().get_attr(column).unwrap();
    let sorted = link(&list, "grams");
    assert_eq!(text(&sorted, "direction"), "descending");
    assert_eq!(
        text(&sorted, "href"),
        "/teas?q=TEA+%26+%E2%80%9Choney",
        "the newest first again"
    );
    let other = link(&list, "stars");
    assert_eq!(text(&other, "direction"), "");
    assert!(text(&other, "href").ends_with("&sort=stars"));
}

#[tokio::test]
async fn a_search_ignores_case_and_finds_every_character_literally() {
    let (app, ann) = with_teas().await;
    let database = &app.web.database;
    let names = [
        "Café Émile",
        "ÆØÅ",
        "Straße",
        "ΟΔΟΣ",
        "Чай",
        "50%_*?[a]\\^-\"'",
        "500x",
        "İstanbul",
        "日本茶",
    ];
    for name in names {
        tea::store(database, tea::new(ann, name)).await.unwrap();
    }
    for (typed, found) in [
        ("CAFÉ éMILE", "Café Émile"),
        ("cafe\u{301}", "Café Émile"),
        ("æøå", "ÆØÅ"),
        ("STRAß", "Straße"),
        ("οδο", "ΟΔΟΣ"),
        ("чАЙ", "Чай"),
        ("50%", "50%_*?[a]\\^-\"'"),
        ("%_*?", "50%_*?[a]\\^-\"'"),
        ("[A]\\", "50%_*?[a]\\^-\"'"),
        ("\\^-\"'", "50%_*?[a]\\^-\"'"),
        ("本", "日本茶"),
        ("\0st\u{7}anbul", "İstanbul"),
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", typed)
            .finish();
        let rows = tea::page(database, ann, &query).await.rows;
        let names: Vec<_> = rows.iter().map(|tea| tea.name.as_str()).collect();
        assert_eq!(names, [found], "{typed}");
    }
    for typed in ["_", "*a", "[b]", "Cafe", "a%b", &"x".repeat(100_000)] {
        let rows = tea::page(database, ann, &format!("q={}", typed.replace('%', "%25")))
            .await
            .rows;
        let literally = names.iter().filter(|name| name.contains(typed)).count();
        assert_eq!(rows.len(), literally, "{typed}");
    }
}

#[tokio::test]
async fn an_index_serves_the_list_without_a_sort() {
    let (app, ann) = with_teas().await;
    let database = &app.web.database;
    fill(database, ann).await;
    database.execute_unprepared("ANALYZE teas").await.unwrap();
    let list = tea::page(database, ann, "").await.map(view);
    let second = query_of(&text(&list, "next")).to_owned();
    for (query, index) in [
        ("", "teas_created_at"),
        (&*second, "teas_created_at"),
        ("sort=grams", "teas_grams"),
        ("sort=stars", "teas_stars"),
        ("sort=-stars", "teas_stars"),
    ] {
        let plan = plan(database, ann, query).await;
        assert!(plan.contains(index), "{query}: {plan}");
        assert!(
            !plan.contains("TEMP B-TREE") && !plan.contains("Sort"),
            "{query}: {plan}"
        );
    }
    let unindexed = plan(database, ann, "sort=strength").await;
    assert!(
        unindexed.contains("TEMP B-TREE") || unindexed.contains("Sort"),
        "{unindexed}"
    );
}

async fn plan(database: &DatabaseConnection, owner: Uuid, query: &str) -> String {
    let backend = database.get_database_backend();
    let request = ListRequest::new("/teas", query);
    let select = tea::listing(owner).query(backend, &request).build(backend);
    let explain = match backend {
        DatabaseBackend::Postgres => "EXPLAIN",
        _ => "EXPLAIN QUERY PLAN",
    };
    let transaction = database.begin().await.unwrap();
    if backend == DatabaseBackend::Postgres {
        // A table of some rows is read as a whole otherwise.
        let planner = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off";
        transaction.execute_unprepared(planner).await.unwrap();
    }
    let sql = format!("{explain} {}", select.sql);
    let statement = Statement { sql, ..select };
    let rows = transaction.query_all_raw(statement).await.unwrap();
    transaction.rollback().await.unwrap();
    let column = match backend {
        DatabaseBackend::Postgres => "QUERY PLAN",
        _ => "detail",
    };
    let lines = rows
        .iter()
        .map(|row| row.try_get::<String>("", column).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn values_come_back_from_the_database_as_they_were_stored() {
    let (app, ann) = with_teas().await;
    let database = &app.web.database;
    for (number, price) in [
        "999999999999.999",
        "0.001",
        "-123456789012.345",
        "10.5",
        "0",
    ]
    .into_iter()
    .enumerate()
    {
        let tea = tea::Model {
            stars: Some(i64::MIN + number as i64),
            strength: Some(0.1 + 0.2),
            price: Some(price.parse().unwrap()),
            green: Some(number % 2 == 0),
            picked_on: Some(date!(0001 - 01 - 01)),
            opened_at: Some(datetime!(9999-12-31 23:59:59.999999 UTC)),
            notes: Some(serde_json::json!({ "a": [1, 2.5, "é", null] })),
            kind: Some(tea::Kind::SlightlyOxidized),
            created_at: datetime!(2026-11-30 14:05 UTC),
            ..tea::new(ann, &format!("Tea {number}"))
        };
        let stored = tea::store(database, tea.clone()).await.unwrap();
        let found = tea::Entity::find_by_id(tea.id).one(database).await.unwrap();
        assert_eq!(found, Some(tea.clone()), "{price}");
        assert_eq!(stored, tea);
    }
    let found = tea::Entity::find().filter(tea::Column::Kind.eq(tea::Kind::SlightlyOxidized));
    assert_eq!(found.all(database).await.unwrap().len(), 5);
}

#[tokio::test]
async fn what_the_database_refuses_becomes_a_message() {
    let (app, ann) = with_teas().await;
    let database = &app.web.database;
    let tea = tea::store(database, tea::new(ann, "Tea")).await.unwrap();
    let errors = tea::store(database, tea::new(ann, "Tea"))
        .await
        .unwrap_err();
    assert_eq!(errors["name"], ["This is in use already. Choose another."]);

    let cups = "CREATE TABLE cups (tea_id uuid REFERENCES teas (id))";
    database.execute_unprepared(cups).await.unwrap();
    database
        .execute_unprepared("INSERT INTO cups SELECT id FROM teas")
        .await
        .unwrap();
    let deleted = unless_in_use(tea.clone().delete(database).await);
    assert!(!deleted.unwrap(), "a cup refers to it");
    database
        .execute_unprepared("DELETE FROM cups")
        .await
        .unwrap();
    assert!(unless_in_use(tea.delete(database).await).unwrap());
}

#[tokio::test]
async fn a_row_id_that_is_none_is_not_found() {
    let pages = Router::new().route("/teas/{id}", get(async |RowId(id): RowId| id.to_string()));
    let app = App::with_router(&[], |web| router_with(pages, web)).await;
    let browser = app.browser();
    let id = Uuid::new_v4();
    assert_eq!(
        browser.get(&format!("/teas/{id}")).await.text(),
        id.to_string()
    );
    let simple = id.simple();
    for other in [
        "7",
        "no-id",
        "%00",
        "%FF",
        "a%2Fb",
        &simple.to_string(),
        &format!("{{{id}}}"),
    ] {
        assert_eq!(
            browser.get(&format!("/teas/{other}")).await.status,
            404,
            "{other}"
        );
    }
}
