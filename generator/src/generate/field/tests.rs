use super::*;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn kind(text: &str) -> FieldType {
    Field::parse(text).unwrap().kind
}

#[test]
fn a_field_has_a_name_a_type_and_modifiers_in_any_order() {
    let field = Field::parse("FullName:string?:private:search:unique").unwrap();
    assert_eq!(field.name.snake(), "full_name");
    assert_eq!(field.kind, FieldType::String);
    assert!(field.optional && field.unique && field.search && field.private && !field.index);
    assert_eq!(
        field,
        Field::parse("full_name:string?:unique:search:private").unwrap()
    );
}

#[test]
fn every_type_is_read() {
    let name = |text| Name::parse(text).unwrap();
    for (text, expected) in [
        ("string", FieldType::String),
        ("text", FieldType::Text),
        ("integer", FieldType::Integer),
        ("bigint", FieldType::Bigint),
        ("float", FieldType::Float),
        ("boolean", FieldType::Boolean),
        ("date", FieldType::Date),
        ("datetime", FieldType::Datetime),
        ("uuid", FieldType::Uuid),
        ("json", FieldType::Json),
        ("email", FieldType::Email),
        ("url", FieldType::Url),
        ("references", FieldType::References(name("field"))),
        ("references(user)", FieldType::References(name("user"))),
        (
            "enum( draft, In-Review )",
            FieldType::Enum(vec![name("draft"), name("in_review")]),
        ),
        ("enum(type)", FieldType::Enum(vec![name("type")])),
    ] {
        assert_eq!(kind(&format!("field:{text}")), expected);
    }
    for (text, precision, scale) in [("10,2", 10, 2), ("28, 28", 28, 28), ("1,0", 1, 0)] {
        let expected = FieldType::Decimal { precision, scale };
        assert_eq!(kind(&format!("price:decimal({text})")), expected);
    }
}

#[test]
fn a_reference_is_stored_as_an_id() {
    assert_eq!(
        Field::parse("author:references(user)").unwrap().column(),
        "author_id"
    );
    assert_eq!(Field::parse("author:string").unwrap().column(), "author");
}

#[test]
fn each_refusal_says_why() {
    let fields = [
        "title",
        "title:",
        ":string",
        "größe:string",
        "a:str\ning",
        "type:string",
        "title:String",
        "title:varchar",
        "title:strnig",
        "title:string(80)",
        "title:string?:uniq",
        "title:string:unique?",
        "title:string:optional",
        "title:string:required",
        "title:string:unique:unique",
        "title:string:",
        "title:string:unique:index",
        "body:text:unique",
        "data:json:index",
        "done:boolean:unique",
        "count:integer:search",
        "price:decimal",
        "price:decimal(10)",
        "price:decimal(10,2",
        "price:decimal(29,2)",
        "price:decimal(0,0)",
        "price:decimal(4,5)",
        "status:enum",
        "status:enum()",
        "status:enum(a,,b)",
        "status:enum(self)",
        "status:enum(new_one,NewOne)",
        "status:enum(1,2)",
        "post_id:references",
        "author:references(user,person)",
        "author:references(my.user)",
    ];
    let messages = fields.map(|field| Field::parse(field).unwrap_err());
    insta::assert_snapshot!(messages.join("\n"), @r"
    the field `title`: it has no type; write it as in `title:string`
    the field `title:`: it has no type; write it as in `title:string`
    the field `:string`: its name is not allowed: it is empty
    the field `größe:string`: its name is not allowed: it contains `ö`; letters from a to z, digits and `_` are allowed
    the field `a:str\ning`: it contains `\n`
    the field `type:string`: `type` is a keyword of Rust; take another word, such as `kind`
    the field `title:String`: the type `String` is called `string`
    the field `title:varchar`: the type `varchar` is called `string`
    the field `title:strnig`: there is no type `strnig`; the types are string, text, integer, bigint, float, decimal(P,S), boolean, date, datetime, uuid, json, email, url, enum(a,b), references
    the field `title:string(80)`: `string` has no parentheses
    the field `title:string?:uniq`: `:uniq` is unknown; the modifiers are `:unique`, `:index`, `:search` and `:private`
    the field `title:string:unique?`: the `?` belongs directly after the type, and not after `:unique`
    the field `title:string:optional`: an optional field has a `?` after its type, as in `text?`
    the field `title:string:required`: a field without a `?` is required already
    the field `title:string:unique:unique`: `:unique` appears twice
    the field `title:string:`: a modifier is missing after a `:`
    the field `title:string:unique:index`: `:unique` makes an index already; leave `:index` out
    the field `body:text:unique`: `:unique` needs a short value, such as a `string`
    the field `data:json:index`: `:index` needs a short value, such as a `string`
    the field `done:boolean:unique`: a unique boolean would allow only two rows
    the field `count:integer:search`: `:search` is for words: `string`, `text`, `email` and `url`
    the field `price:decimal`: a decimal needs the number of all digits, and of those after the point, as in `decimal(10,2)`
    the field `price:decimal(10)`: a decimal needs the number of all digits, and of those after the point, as in `decimal(10,2)`
    the field `price:decimal(10,2`: `decimal(10,2` must end with its `)`
    the field `price:decimal(29,2)`: a decimal has between 1 and 28 digits
    the field `price:decimal(0,0)`: a decimal has between 1 and 28 digits
    the field `price:decimal(4,5)`: of 4 digits, 5 cannot follow the point
    the field `status:enum`: an enum needs its values, as in `enum(draft,published)`
    the field `status:enum()`: an enum needs its values, as in `enum(draft,published)`
    the field `status:enum(a,,b)`: its value `` is not allowed: it is empty
    the field `status:enum(self)`: its value `self` is not allowed: `Self` is a keyword of Rust
    the field `status:enum(new_one,NewOne)`: its value `NewOne` is not allowed: it appears twice
    the field `status:enum(1,2)`: its value `1` is not allowed: it begins with a digit
    the field `post_id:references`: the column gets `_id` automatically; write `post:references`
    the field `author:references(user,person)`: it refers to one table, as in `references(user)`
    the field `author:references(my.user)`: it cannot refer to `my.user`: it contains `.`; letters from a to z, digits and `_` are allowed
    ");
}

#[test]
fn a_table_has_each_column_once_and_none_of_its_own() {
    let refused = |fields: &[&str]| Field::columns(&texts(fields)).unwrap_err();
    let messages = [
        refused(&["title:string", "body:text", "Title:text"]),
        refused(&["line_2:string", "line2:string"]),
        refused(&["author:references(user)", "author_id:uuid"]),
        refused(&["author:references(user)", "author:string"]),
        refused(&["id:uuid"]),
        refused(&["created_at:datetime"]),
        refused(&["user_id:uuid"]),
        refused(&["user:references(post)"]),
        refused(&["user:string"]),
        refused(&["ctid:string"]),
    ];
    insta::assert_snapshot!(messages.join("\n"), @"
    the field `Title:text`: there are two fields of this name (`Title` in CamelCase)
    the field `line2:string`: there are two fields of this name (`Line2` in CamelCase)
    the field `author_id:uuid`: there are two fields of this name (`AuthorId` in CamelCase)
    the field `author:string`: there are two fields of this name (`Author` in CamelCase)
    the field `id:uuid`: every row has an `id` already
    the field `created_at:datetime`: every row has `created_at` already
    the field `user_id:uuid`: `user_id` is the owner; for another user write `author:references(user)`
    the field `user:references(post)`: `user` is the owner; for another user write `author:references(user)`
    the field `user:string`: `user` is the owner; for another user write `author:references(user)`
    the field `ctid:string`: every table of PostgreSQL has a hidden column of this name
    ");
    assert!(Field::columns(&texts(&["user:references", "order:integer"])).is_ok());
    let many: Vec<String> = (0..80).map(|n| format!("field_{n}:string")).collect();
    assert_eq!(Field::columns(&many).unwrap().len(), 80);
}

#[test]
fn a_job_may_have_what_a_table_may_not() {
    let fields = Field::properties(&texts(&["user_id:uuid", "id:uuid", "body:text?"]));
    assert_eq!(fields.unwrap().len(), 3);
    let refused = |field| Field::properties(&texts(&[field])).unwrap_err();
    let messages = [
        refused("name:string:private"),
        refused("post:references"),
        refused("self:string"),
    ];
    insta::assert_snapshot!(messages.join("\n"), @"
    the field `name:string:private`: only a column of a table can be `:private`
    the field `post:references`: only a column of a table can be a reference; write `post_id:uuid`
    the field `self:string`: `self` is a keyword of Rust; take another word, such as `own`
    ");
}
