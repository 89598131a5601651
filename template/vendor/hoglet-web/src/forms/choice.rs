//! Fields with a choice: a checkbox, an enum, another row.

use std::marker::PhantomData;

use sea_orm::{ActiveEnum, Iterable};
use uuid::Uuid;

use super::errors::NOT_IN_THE_LIST;
use super::input::{Input, InputType};

/// A checkbox. Browsers send nothing for a checkbox that is not ticked.
impl InputType for bool {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, String> {
        match typed.trim() {
            "true" | "on" | "1" => Ok(true),
            "" | "false" | "off" | "0" => Ok(false),
            _ => Err("Choose yes or no.".into()),
        }
    }

    fn write(value: &Self) -> String {
        value.to_string()
    }
}

/// One of the values of an enum, which the database stores as text.
#[derive(Clone, Copy, Debug)]
pub struct Choice<E>(PhantomData<E>);

impl<E: ActiveEnum<Value = String> + Clone + Send + Sync> InputType for Choice<E> {
    type Value = E;

    fn read(typed: &str) -> Result<E, String> {
        E::try_from_value(&typed.to_owned()).map_err(|_| NOT_IN_THE_LIST.into())
    }

    fn write(value: &E) -> String {
        value.to_value()
    }
}

/// The values of an enum with their labels, for a `select`.
pub fn choices<E: ActiveEnum<Value = String> + Iterable>() -> Vec<(String, String)> {
    E::iter()
        .map(|value| (value.to_value(), label(&value)))
        .collect()
}

/// The label of a value: `In review` for `in_review`.
pub fn label<E: ActiveEnum<Value = String>>(value: &E) -> String {
    let words = value.to_value().replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase());
    first.into_iter().flatten().chain(letters).collect()
}

/// An id that is typed, such as the key of a row of another system.
impl InputType for Uuid {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, String> {
        match typed.trim() {
            "" => Err("Fill this in.".into()),
            id => Self::try_parse(id).map_err(|_| {
                "Write a UUID such as 3f2b8c1e-5d4a-4e6f-9a7b-1c2d3e4f5a6b.".to_owned()
            }),
        }
    }

    fn write(value: &Self) -> String {
        value.to_string()
    }
}

/// The id of another row, which a `select` offers.
///
/// Anybody can send any id. Check that the person may choose this row: see [`Input::chosen`].
#[derive(Clone, Copy, Debug)]
pub struct Reference;

impl InputType for Reference {
    type Value = Uuid;

    fn read(typed: &str) -> Result<Uuid, String> {
        Uuid::try_parse(typed).map_err(|_| NOT_IN_THE_LIST.into())
    }

    fn write(value: &Uuid) -> String {
        value.to_string()
    }
}

impl Input<Reference> {
    /// The chosen row, if there is one. It may belong to somebody else.
    pub fn chosen(&self) -> Option<Uuid> {
        self.get().copied()
    }
}

impl Input<Option<Reference>> {
    /// The chosen row, if there is one. It may belong to somebody else.
    pub fn chosen(&self) -> Option<Uuid> {
        self.get().copied().flatten()
    }
}
