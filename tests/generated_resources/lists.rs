//! Lists: pages, sorting and search.

use std::collections::BTreeSet;

use reqwest::Method;

use crate::client::Browser;
use crate::form::{Form, serial};
use crate::house::{House, id_of};

const ROWS: usize = 45;

/// Creates 45 rows with the same amount. With every sorting, each row is on exactly one page.
pub fn page_through_rows_that_are_equal(house: &House) {
    let (lee, category) = a_new_user(house, "lee@example.com", 4);
    let mut made = Vec::new();
    for number in 0..ROWS {
        let form = nth(&category, number);
        made.push(id_of(&house.create(&lee, "/specimens", &form)).to_owned());
    }
    let newest_first: Vec<String> = made.iter().rev().cloned().collect();
    let all: BTreeSet<&String> = made.iter().collect();
    assert_eq!(walk(house, &lee, "/specimens"), newest_first);
    for link in sort_links(house, &lee) {
        let seen = walk(house, &lee, &link);
        assert_eq!(seen.len(), ROWS, "{link}");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>(), all, "{link}");
    }
    // A search keeps its words and its sorting on the next page.
    assert_eq!(walk(house, &lee, "/specimens?q=IGEL"), newest_first);
    let sorted = walk(house, &lee, "/specimens?q=igel&sort=-amount");
    assert_eq!(sorted.iter().collect::<BTreeSet<_>>(), all);

    // A row that was deleted meanwhile does not break the page after it.
    let page = house.page(&lee, "/specimens");
    let next = next_link(&page).expect("a next page");
    let shown = rows(&page);
    let last = shown.last().expect("rows");
    lee.post(&house.app, &format!("/specimens/{last}/delete"), &[]);
    let after = rows(&house.page(&lee, &next));
    let expected: Vec<&String> = newest_first
        .iter()
        .skip(shown.len())
        .take(after.len())
        .collect();
    assert_eq!(after.iter().collect::<Vec<_>>(), expected);
}

/// Rows without a value are listed once, and in both directions.
pub fn sort_by_indexed_columns(house: &House) {
    let (eve, category) = a_new_user(house, "eve@example.com", 5);
    let spares = ["3", "", "1", "", "2"];
    let mut made = Vec::new();
    for spare in spares {
        let form = Form::specimen(&category).with("spare", spare);
        made.push(id_of(&house.create(&eve, "/specimens", &form)).to_owned());
    }
    let links = sort_links(house, &eve);
    for column in [
        "title", "amount", "spare", "total", "height", "price", "active", "born", "died",
        "ends_at", "batch", "size",
    ] {
        let by_column = |link: &&String| {
            link.contains(&format!("sort={column}")) || link.contains(&format!("sort=-{column}"))
        };
        assert!(
            links.iter().any(|link| by_column(&link)),
            "{column}: {links:?}"
        );
    }
    assert!(
        !links.iter().any(|link| link.contains("weight")),
        "it has no index: {links:?}"
    );
    for (sort, expected) in [("spare", ["1", "2", "3"]), ("-spare", ["3", "2", "1"])] {
        let seen = walk(house, &eve, &format!("/specimens?sort={sort}"));
        assert_eq!(seen.len(), 5, "{sort}");
        let values: Vec<&str> = seen
            .iter()
            .map(|id| spares[made.iter().position(|other| other == id).expect("ours")])
            .filter(|value| !value.is_empty())
            .collect();
        assert_eq!(values, expected, "{sort}");
    }
    // The list shows nothing for a missing value.
    let page = house.page(&eve, "/specimens");
    assert!(
        !page.contains(">none<") && !page.contains(">None<"),
        "{page}"
    );
}

/// The search ignores case in every alphabet, and takes `%`, `_`, `*` and `\` literally.
pub fn search_without_regard_to_case(house: &House) {
    let (kim, _) = a_new_user(house, "kim@example.com", 6);
    let names = [
        "Straße ÄÖÜ",
        "ёлка Москва",
        "ΣΊΣΥΦΟΣ",
        "100% wool",
        "snake_case",
        "a*b?c[d]",
        r"back\slash",
        "plain",
        "quote'd \"it\"",
        "100 wool",
        "snakeXcase",
    ];
    for name in names {
        house.category(&kim, name);
    }
    for (words, expected) in [
        ("straße", vec!["Straße ÄÖÜ"]),
        ("äöü", vec!["Straße ÄÖÜ"]),
        ("МОСКВА", vec!["ёлка Москва"]),
        ("Ёлка", vec!["ёлка Москва"]),
        ("PLAIN", vec!["plain"]),
        ("100%", vec!["100% wool"]),
        ("snake_", vec!["snake_case"]),
        ("*b?", vec!["a*b?c[d]"]),
        ("[d]", vec!["a*b?c[d]"]),
        (r"k\s", vec![r"back\slash"]),
        ("quote'd", vec!["quote'd \"it\""]),
        ("\"it\"", vec!["quote'd \"it\""]),
        ("nothing like it", vec![]),
    ] {
        let query = encoded(words);
        let page = house.page(&kim, &format!("/categories?q={query}"));
        assert_eq!(rows(&page).len(), expected.len(), "{words}:\n{page}");
        for name in expected {
            let begin = name.split(['\'', '"', '<', '&']).next().expect("a part");
            assert!(page.contains(begin), "{words} finds {name}:\n{page}");
        }
        assert!(page.contains("name=\"q\""), "the box keeps its place");
    }
    // An empty search, and one of spaces, list everything.
    for query in ["", "+", "%09"] {
        let page = house.page(&kim, &format!("/categories?q={query}"));
        assert_eq!(rows(&page).len(), names.len(), "{query}");
    }
}

/// Requests addresses that no link of the app has.
pub fn take_any_address(house: &House) {
    let garbage = [
        "",
        "x",
        "%00",
        "-",
        "--",
        "amount,title",
        "weight",
        "user_id",
        "password",
        "0",
        "-1",
        "null",
        "%F0%9F%A6%94",
        "%ff%fe",
        "eyJ9",
        "..%2F..",
        "a&after=b&after=c",
        "01995a5e-0000-7000-8000-ffffffffffff",
        "%E2%80%AE",
        "99999999999999999999999999",
        "2026-01-01T00:00:00Z_01995a5e-0000-7000-8000-ffffffffffff",
    ];
    let long = "é".repeat(3000);
    for browser in [&house.ann, &house.visitor] {
        for list in ["/specimens", "/categories", "/articles"] {
            for value in garbage.iter().copied().chain([&*long]) {
                for name in [
                    "after",
                    "before",
                    "sort",
                    "q",
                    "page",
                    "sort=amount&after",
                    "q=a&after",
                ] {
                    let path = format!("{list}?{name}={value}");
                    for method in [Method::GET, Method::HEAD] {
                        let answer = browser.ask(&house.app, method, &path, "text/html");
                        let status = answer.status().as_u16();
                        assert!(status < 500, "{path}: {status}\n{}", house.app.log());
                    }
                }
            }
        }
    }
    // A script gets an answer that it can tell from a page: a visitor is not sent to the log-in page.
    for (browser, list, status) in [
        (&house.ann, "/specimens", 200),
        (&house.visitor, "/specimens", 401),
        (&house.visitor, "/articles", 200),
    ] {
        let answer = browser.ask(&house.app, Method::GET, list, "application/json");
        assert_eq!(answer.status(), status, "{list} as JSON");
    }
    // A cursor of another sorting is not an error.
    let page = house.page(&house.ann, "/specimens");
    if let Some(next) = next_link(&page) {
        for sort in ["amount", "-title", "spare", "-died", "size"] {
            let answer = house.ann.get(&house.app, &format!("{next}&sort={sort}"));
            assert!(answer.status().as_u16() < 500, "{next} {sort}");
        }
    }
}

/// A specimen with the same amount as all others, and with other values that vary.
///
/// Every third has no optional values.
fn nth(category: &str, number: usize) -> Form {
    let form = Form::specimen(category)
        .with("title", &format!("igel {}", number % 7))
        .with("total", &format!("{}", 9_007_199_254_740_993 - number))
        .with("price", &format!("{}.{:02}", number % 11, number))
        .with("born", &format!("2024-02-{:02}", 1 + number % 29))
        .with("size", ["small", "medium", "very_large"][number % 3]);
    let form = if number.is_multiple_of(2) {
        form
    } else {
        form.without("active")
    };
    if number.is_multiple_of(3) {
        return form;
    }
    form.with("spare", &format!("{}", number % 5))
        .with("height", &format!("{}", 0.1 * number as f64))
        .with("died", &format!("2030-01-{:02}", 1 + number % 28))
        .with(
            "ends_at",
            &format!("2026-03-01T09:{:02}:{:02}", number % 60, number % 7),
        )
        .with("batch", &serial())
}

fn a_new_user(house: &House, email: &str, session: u8) -> (Browser, String) {
    let browser = Browser::in_session(session);
    browser.sign_up(&house.app, email);
    let category = house.category(&browser, "Hedgehogs");
    // The search test counts categories.
    if email.starts_with("kim") {
        browser.post(&house.app, &format!("/categories/{category}/delete"), &[]);
    }
    (browser, category)
}

/// The ids of all rows, page by page.
#[track_caller]
fn walk(house: &House, browser: &Browser, path: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = house.page(browser, &path);
        seen.extend(rows(&page));
        assert!(seen.len() <= 10 * ROWS, "{path} ends");
        next = next_link(&page);
    }
    seen
}

/// The ids of a page's rows in their order.
fn rows(page: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for link in links(page) {
        let path = link.split('?').next().expect("a first part");
        let id = id_of(path);
        let is_id = id.len() == 36 && id.bytes().filter(|byte| *byte == b'-').count() == 4;
        if is_id && !ids.iter().any(|other| other == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

fn next_link(page: &str) -> Option<String> {
    let link = links(page)
        .into_iter()
        .find(|link| link.contains("after="))?;
    Some(absolute(&link, page))
}

/// The links that sort a list, in both directions.
fn sort_links(house: &House, browser: &Browser) -> BTreeSet<String> {
    let page = house.page(browser, "/specimens");
    let mut all = BTreeSet::new();
    for link in links(&page) {
        if link.contains("sort=") && !link.contains("after=") {
            let link = absolute(&link, &page);
            let sorted = house.page(browser, &link);
            all.extend(
                links(&sorted)
                    .iter()
                    .filter(|link| link.contains("sort=") && !link.contains("after="))
                    .map(|link| absolute(link, &sorted)),
            );
            all.insert(link);
        }
    }
    all
}

/// The addresses of a page's links.
fn links(page: &str) -> Vec<String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|link| link.replace("&amp;", "&").replace("&#x2f;", "/"))
        .collect()
}

/// A link that begins with `?` belongs to the list of specimens, unless the page is that of categories.
fn absolute(link: &str, page: &str) -> String {
    match link.strip_prefix('?') {
        None => link.to_owned(),
        Some(query) if page.contains("action=\"/categories\"") => format!("/categories?{query}"),
        Some(query) => format!("/specimens?{query}"),
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
