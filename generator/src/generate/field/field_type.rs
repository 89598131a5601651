//! Reads a field's type: `string`, `decimal(10,2)`, `enum(draft,published)`, `references(user)`.

use std::collections::BTreeSet;

use crate::generate::name::Name;
use crate::keywords::is_keyword;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    String,
    Text,
    Integer,
    Bigint,
    Float,
    Decimal {
        precision: u32,
        scale: u32,
    },
    Boolean,
    Date,
    Datetime,
    Uuid,
    Json,
    Email,
    Url,
    Enum(Vec<Name>),
    /// The singular name of the resource that the field refers to, such as `user`.
    ///
    /// The column is `NAME_id`.
    References(Name),
}

const TYPES: &str = "string, text, integer, bigint, float, decimal(P,S), boolean, date, datetime, uuid, json, email, url, enum(a,b), references";

/// The most digits of a `rust_decimal::Decimal` that are exact.
const MOST_DIGITS: u32 = 28;

/// Names that other frameworks use for these types.
const ALIASES: &[(&str, &str)] = &[
    ("belongs_to", "references"),
    ("bigserial", "bigint"),
    ("bool", "boolean"),
    ("char", "string"),
    ("double", "float"),
    ("f64", "float"),
    ("i32", "integer"),
    ("i64", "bigint"),
    ("int", "integer"),
    ("jsonb", "json"),
    ("longtext", "text"),
    ("mail", "email"),
    ("number", "integer"),
    ("numeric", "decimal(10,2)"),
    ("reference", "references"),
    ("str", "string"),
    ("timestamp", "datetime"),
    ("uri", "url"),
    ("utc_datetime", "datetime"),
    ("varchar", "string"),
];

/// `name` is the name of the field. `references` without parentheses refers to the resource of that name.
pub fn parse(name: &Name, text: &str) -> Result<FieldType, String> {
    let (kind, arguments) = split(text)?;
    let simple = match kind {
        "decimal" => return decimal(arguments),
        "enum" => return variants(arguments),
        "references" => return references(name, arguments),
        "string" => FieldType::String,
        "text" => FieldType::Text,
        "integer" => FieldType::Integer,
        "bigint" => FieldType::Bigint,
        "float" => FieldType::Float,
        "boolean" => FieldType::Boolean,
        "date" => FieldType::Date,
        "datetime" => FieldType::Datetime,
        "uuid" => FieldType::Uuid,
        "json" => FieldType::Json,
        "email" => FieldType::Email,
        "url" => FieldType::Url,
        _ => return Err(unknown(kind)),
    };
    match arguments {
        Some(_) => Err(format!("`{kind}` has no parentheses")),
        None => Ok(simple),
    }
}

fn unknown(kind: &str) -> String {
    let lower = kind.to_lowercase();
    let known = TYPES.split(", ").find(|known| *known == lower);
    let alias = ALIASES.iter().find(|(alias, _)| *alias == lower);
    match known.or(alias.map(|(_, known)| *known)) {
        Some(known) => format!("the type `{kind}` is called `{known}`"),
        None => format!("there is no type `{kind}`; the types are {TYPES}"),
    }
}

/// `decimal` and its arguments without the parentheses.
fn split(text: &str) -> Result<(&str, Option<Vec<&str>>), String> {
    let Some((kind, rest)) = text.split_once('(') else {
        return Ok((text, None));
    };
    let inside = rest.strip_suffix(')');
    let inside = inside.ok_or_else(|| format!("`{text}` must end with its `)`"))?;
    let arguments: Vec<&str> = inside.split(',').map(str::trim).collect();
    let is_empty = arguments == [""];
    Ok((
        kind.trim(),
        Some(if is_empty { Vec::new() } else { arguments }),
    ))
}

fn decimal(arguments: Option<Vec<&str>>) -> Result<FieldType, String> {
    let numbers = arguments.unwrap_or_default();
    let numbers: Vec<Option<u32>> = numbers.iter().map(|number| number.parse().ok()).collect();
    let [Some(precision), Some(scale)] = numbers[..] else {
        return Err(
            "a decimal needs the number of all digits, and of those after the point, as in `decimal(10,2)`"
                .to_owned(),
        );
    };
    if !(1..=MOST_DIGITS).contains(&precision) {
        return Err(format!("a decimal has between 1 and {MOST_DIGITS} digits"));
    }
    if scale > precision {
        return Err(format!(
            "of {precision} digits, {scale} cannot follow the point"
        ));
    }
    Ok(FieldType::Decimal { precision, scale })
}

fn variants(arguments: Option<Vec<&str>>) -> Result<FieldType, String> {
    let texts = arguments.unwrap_or_default();
    if texts.is_empty() {
        return Err("an enum needs its values, as in `enum(draft,published)`".to_owned());
    }
    let mut seen = BTreeSet::new();
    let mut variants = Vec::new();
    for text in texts {
        let refuse = |reason: &str| Err(format!("its value `{text}` is not allowed: {reason}"));
        let variant = match Name::parse(text) {
            Ok(variant) => variant,
            Err(reason) => return refuse(&reason),
        };
        let camel = variant.camel();
        // Variants are in CamelCase, and `Self` is the only keyword that begins with a capital letter.
        if is_keyword(&camel) {
            return refuse("`Self` is a keyword of Rust");
        }
        if !seen.insert(camel) {
            return refuse("it appears twice");
        }
        variants.push(variant);
    }
    Ok(FieldType::Enum(variants))
}

fn references(name: &Name, arguments: Option<Vec<&str>>) -> Result<FieldType, String> {
    if name.snake().ends_with("_id") {
        return Err(format!(
            "the column gets `_id` automatically; write `{}:references`",
            name.snake().trim_end_matches("_id")
        ));
    }
    match arguments.as_deref() {
        None => Ok(FieldType::References(name.clone())),
        Some([to]) => match Name::parse(to) {
            Ok(to) => Ok(FieldType::References(to)),
            Err(reason) => Err(format!("it cannot refer to `{to}`: {reason}")),
        },
        Some(_) => Err("it refers to one table, as in `references(user)`".to_owned()),
    }
}
