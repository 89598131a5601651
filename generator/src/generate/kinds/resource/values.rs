//! The values of the templates in `generator/templates/resource/`.

use serde::Serialize;

use super::columns::{Column, article, enumeration};
use super::indexes::Index;
use super::owner::{Owner, is_user};
use super::row_label::RowLabel;
use crate::generate::field::{Field, FieldType};
use crate::generate::name::Name;

/// The values that the templates of a resource can use.
#[derive(Debug, Clone, Serialize)]
pub struct Values {
    pub name: Spellings,
    pub names: Spellings,
    /// The article of the name: `a` or `an`.
    pub article: &'static str,
    /// `/posts`
    pub path: String,
    /// The name of the migration: `m20261201_090000_create_posts`.
    pub migration: String,
    /// Whether everybody can read the rows.
    pub public: bool,
    /// Whether the app captures events.
    pub posthog: bool,
    pub owner: OwnerColumn,
    pub label: RowLabel,
    /// The columns that users fill in.
    pub fields: Vec<Column>,
    /// The columns of the list, except the label.
    pub listed: Vec<Column>,
    pub enums: Vec<Enum>,
    /// The fields that refer to rows of other resources.
    pub references: Vec<Reference>,
    /// The resources that `references` refer to, each once.
    pub targets: Vec<Target>,
    /// The fields that refer to users, except the owner.
    pub users: Vec<Reference>,
    pub foreign_keys: Vec<ForeignKey>,
    pub indexes: Vec<Index>,
    /// The fields that events have as properties.
    pub properties: Vec<Column>,
    /// Whether the form offers rows, which must be the user's own.
    pub has_choices_of_rows: bool,
    /// Whether the form offers anything to choose from.
    pub has_choices: bool,
    /// Whether a field refers to another row of this resource, such as a parent.
    pub refers_to_itself: bool,
    /// The macros of `templates/forms.html` that the form needs: `field, select`.
    pub controls: String,
    /// The imports of the form from `hoglet_web::forms`: `Choice, Input, Line`.
    pub form_imports: String,
    /// The columns that the search reads: `Column::Title, Column::Body`.
    ///
    /// Often empty.
    pub searched: String,
    /// The columns that sort the list: `Column::Priority`. Often empty.
    pub sorted: String,
    /// How handlers get the variables of the pages with the form.
    pub form_values: FormValues,
    pub test: Test,
}

/// The spellings of a name.
#[derive(Debug, Clone, Serialize)]
pub struct Spellings {
    /// `order_line`
    pub snake: String,
    /// `OrderLine`
    pub camel: String,
    /// `order-line`
    pub kebab: String,
    /// `Order line`
    pub title: String,
    /// `order line`
    pub lower: String,
    /// `ORDER_LINE`
    pub screaming: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct OwnerColumn {
    /// `user_id`
    pub column: String,
    /// `UserId`
    pub variant: String,
}

/// An enum of the entity.
#[derive(Debug, Clone, Serialize)]
pub struct Enum {
    /// `Status`
    pub name: String,
    /// `status`
    pub column: String,
    /// `Draft` and `InReview`.
    pub variants: Vec<String>,
}

/// A field that refers to another row.
#[derive(Debug, Clone, Serialize)]
pub struct Reference {
    /// `author`
    pub name: String,
    /// `author_id`
    pub column: String,
    /// `Author`
    pub label: String,
    pub optional: bool,
    pub target: Target,
}

/// A resource to which others refer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// `category`
    pub snake: String,
    /// `category`, inside a sentence.
    pub lower: String,
    /// `categories`, the module of its handlers and of its tests.
    pub plural: String,
    /// `categories`, inside a sentence.
    pub lower_plural: String,
    /// `/categories`
    pub path: String,
    /// The article of the name: `a` or `an`.
    pub article: &'static str,
    /// Whether it is the resource that refers to it, as for a parent.
    pub is_self: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct ForeignKey {
    pub column: String,
    /// The table that the key refers to.
    pub table: String,
    /// The variant of SeaORM's `ForeignKeyAction`.
    ///
    /// Empty if the database must refuse to delete a row to which others refer.
    pub on_delete: &'static str,
}

impl ForeignKey {
    /// Rows without an owner are deleted with the row that they need. Otherwise an account whose rows they need could not be
    /// deleted.
    pub fn with_its_target(mut self) -> Self {
        if self.on_delete.is_empty() {
            self.on_delete = "Cascade";
        }
        self
    }
}

/// The function `form_values` of the handlers: the parts of its declaration and its calls that vary.
#[derive(Debug, Clone, Serialize)]
pub struct FormValues {
    /// `state: &AppState, user: &user::Model, `
    pub parameters: &'static str,
    /// `&state, &user, `
    pub arguments: &'static str,
    /// `.await?`
    pub wait: &'static str,
}

/// The values of the template of the tests.
#[derive(Debug, Clone, Serialize)]
pub struct Test {
    /// The columns in the form of a test, without references.
    pub fields: Vec<Column>,
    /// The required references, whose rows the test creates first.
    pub references: Vec<Reference>,
    /// The required references to users. The test finds their ids in the form.
    pub users: Vec<Reference>,
    /// Whether there are required references.
    pub needs_rows: bool,
    /// The imports of the test from `hoglet_web::testing`. May be empty.
    pub imports: &'static str,
    /// The resources to which the required references refer.
    pub targets: Vec<Target>,
    /// Whether the test can send the same form twice.
    pub can_repeat: bool,
    /// A field that can be changed, with another valid value.
    pub changed: Option<Column>,
    /// A field with a value that the form refuses.
    pub refused: Option<Column>,
    /// A unique field.
    pub unique: Option<Column>,
    /// A field that the search reads.
    pub searched: Option<Column>,
    /// A word of that field's value, in capital letters.
    pub query: String,
    /// The text that represents the row in the list. Empty if it is the row's time.
    pub label: String,
    /// A property of events whose value in JSON equals the typed text: a whole number.
    pub property: Option<Column>,
}

impl Spellings {
    pub fn of(name: &Name) -> Self {
        Self {
            snake: name.snake(),
            camel: name.camel(),
            kebab: name.kebab(),
            title: name.title(),
            lower: name.lower(),
            screaming: name.screaming(),
        }
    }
}

impl OwnerColumn {
    pub fn of(owner: &Owner) -> Self {
        Self {
            column: owner.column.clone(),
            variant: super::columns::camel(&owner.column),
        }
    }
}

/// The enums of the fields.
pub fn enums(row: &Name, fields: &[Field]) -> Vec<Enum> {
    let of = |field: &Field| match &field.kind {
        FieldType::Enum(variants) => Some(Enum {
            name: enumeration(row, field),
            column: field.column(),
            variants: variants.iter().map(Name::camel).collect(),
        }),
        _ => None,
    };
    fields.iter().filter_map(of).collect()
}

/// The fields that refer to other rows: to users, or to rows of resources.
///
/// `names` is this resource's singular and plural.
pub fn references(names: (&Name, &Name), fields: &[Field], to_users: bool) -> Vec<Reference> {
    let (row, rows) = names;
    let of = |field: &Field| match &field.kind {
        FieldType::References(target) if is_user(&field.kind) == to_users => {
            let is_self = target == row;
            let plural = if is_self {
                rows.clone()
            } else {
                target.plural()
            };
            Some(Reference {
                name: field.name.snake(),
                column: field.column(),
                label: field.name.title(),
                optional: field.optional,
                target: Target {
                    snake: target.snake(),
                    lower: target.lower(),
                    plural: plural.snake(),
                    lower_plural: plural.lower(),
                    path: format!("/{}", plural.kebab()),
                    article: article(target),
                    is_self,
                },
            })
        }
        _ => None,
    };
    fields.iter().filter_map(of).collect()
}

/// The imports of a form from `hoglet_web::forms`.
pub fn form_imports(fields: &[Column]) -> String {
    let own = [
        "Choice",
        "FixedPoint",
        "Line",
        "MultiLine",
        "Reference",
        "WebAddress",
    ];
    let is_used = |name: &str| {
        let of = |field: &Column| {
            let words = field.input.split(|letter: char| !letter.is_alphanumeric());
            words.skip(1).any(|word| word == name)
        };
        fields.iter().any(of)
    };
    let used = own.into_iter().filter(|name| is_used(name));
    let mut all: Vec<&str> = used.chain(["Input", "Stored", "stored"]).collect();
    all.sort_unstable();
    all.join(", ")
}

/// `Column::Title, Column::Body`
pub fn variants<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    let variants = columns.map(|column| format!("Column::{}", column.variant));
    variants.collect::<Vec<_>>().join(", ")
}

/// `field, number, select`
pub fn controls(columns: &[Column]) -> String {
    let mut macros: Vec<&str> = columns.iter().map(|column| column.control_macro).collect();
    macros.sort_unstable();
    macros.dedup();
    macros.join(", ")
}

/// The targets of references, each once.
pub fn targets<'a>(references: impl Iterator<Item = &'a Reference>) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for reference in references {
        if !targets.contains(&reference.target) {
            targets.push(reference.target.clone());
        }
    }
    targets
}

/// The foreign key of a reference. `table` returns the table of a target.
pub fn foreign_key(field: &Field, table: impl Fn(&Name) -> Name) -> Option<ForeignKey> {
    let FieldType::References(target) = &field.kind else {
        return None;
    };
    Some(ForeignKey {
        column: field.column(),
        table: table(target).snake(),
        on_delete: match field.optional {
            true => "SetNull",
            // Otherwise an account with rows that refer to it could not be deleted.
            false if is_user(&field.kind) => "Cascade",
            false => "",
        },
    })
}
