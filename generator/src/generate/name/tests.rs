use super::*;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[test]
fn every_spelling_gives_the_same_name() {
    for text in [
        "order_line",
        "OrderLine",
        "order-line",
        "orderLine",
        "ORDER_LINE",
        "Order_Line",
    ] {
        assert_eq!(name(text).snake(), "order_line", "{text}");
    }
    for (text, snake) in [
        ("HTTPServer", "http_server"),
        ("APIKey", "api_key"),
        ("URL", "url"),
        ("line2", "line2"),
        ("Line2Total", "line2_total"),
        ("line_2", "line_2"),
    ] {
        assert_eq!(name(text).snake(), snake);
    }
}

#[test]
fn a_name_has_all_spellings() {
    let name = name("OrderLine");
    assert_eq!(name.snake(), "order_line");
    assert_eq!(name.camel(), "OrderLine");
    assert_eq!(name.kebab(), "order-line");
    assert_eq!(name.title(), "Order line");
    assert_eq!(name.lower(), "order line");
    assert_eq!(name.screaming(), "ORDER_LINE");
    assert_eq!(name.plural().snake(), "order_lines");
}

#[test]
fn other_texts_are_refused_with_the_reason() {
    let longest = "a".repeat(LONGEST);
    assert!(Name::parse(&longest).is_ok());
    for (text, reason) in [
        ("", "it is empty"),
        ("2fa", "it begins with a digit"),
        (
            "größe",
            "it contains `ö`; letters from a to z, digits and `_` are allowed",
        ),
        (
            "a b",
            "it contains ` `; letters from a to z, digits and `_` are allowed",
        ),
        (
            "a\n",
            "it contains `\\n`; letters from a to z, digits and `_` are allowed",
        ),
        (
            "a/b",
            "it contains `/`; letters from a to z, digits and `_` are allowed",
        ),
        (
            "_a",
            "a `_` or `-` must have a letter or digit on both sides",
        ),
        (
            "a__b",
            "a `_` or `-` must have a letter or digit on both sides",
        ),
        (
            "--public",
            "a `_` or `-` must have a letter or digit on both sides",
        ),
        (
            &format!("{longest}a"),
            "it has 41 characters, and at most 40 are possible",
        ),
    ] {
        assert_eq!(Name::parse(text).unwrap_err(), reason, "{text}");
    }
}

const PLURALS: &str = "post posts, category categories, box boxes, bus buses, status statuses, class classes, day days,
    person people, salesperson salespeople, child children, woman women, human humans, movie movies, tie ties,
    quiz quizzes, photo photos, hero heroes, house houses, cause causes, database databases, base bases, case cases,
    tax taxes, axis axes, cache caches, coach coaches, beach beaches, headache headaches, branch branches, dish dishes,
    size sizes, shoe shoes, archive archives, knife knives, olive olives, address addresses, analysis analyses,
    hypothesis hypotheses, api apis, menu menus, taxi taxis, alias aliases, area areas, schema schemas, course courses,
    invoice invoices, company companies, key keys, reply replies, matrix matrices, index indices, virus viruses,
    life lives, leaf leaves, sleeve sleeves, video videos, boss bosses, spouse spouses, topic topics, lens lenses";

#[test]
fn english_plurals_and_back() {
    for pair in PLURALS.split(',') {
        let (singular, plural) = pair.trim().split_once(' ').unwrap();
        assert_eq!(name(singular).plural().snake(), plural);
        assert_eq!(name(plural).singular().snake(), singular);
        assert_eq!(name(singular).singular().snake(), singular, "stays");
    }
}

#[test]
fn a_table_has_a_singular_and_a_plural() {
    let names = |text, plural: Option<&str>| {
        let (singular, plural) = name(text).with_plural(plural.map(name).as_ref())?;
        Ok::<_, String>(format!("{singular} {plural}"))
    };
    assert_eq!(
        names("order_lines", None).unwrap(),
        "order_line order_lines"
    );
    assert_eq!(
        names("news", Some("news_items")).unwrap(),
        "news news_items"
    );
    assert_eq!(
        names("kubernetes", Some("clusters")).unwrap(),
        "kubernetes clusters"
    );
    assert_eq!(
        names("news", None).unwrap_err(),
        "its plural is the same, but a list needs another name than a row; give one, such as --plural news_list"
    );
}

#[test]
fn identifiers_fit_into_postgresql() {
    assert_eq!(
        identifier(&["posts", "user_id", "created_at", "id"]),
        "posts_user_id_created_at_id"
    );
    let long = "a".repeat(LONGEST);
    let (one, two) = (
        identifier(&[&long, &long, "one"]),
        identifier(&[&long, &long, "two"]),
    );
    assert_eq!((one.len(), two.len()), (63, 63));
    assert_ne!(one, two);
}
