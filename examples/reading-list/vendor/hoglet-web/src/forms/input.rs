//! [`Input`]: a field of a form, with what was typed and the value that it means.

use std::fmt;

use garde::error::Path;
use garde::{Error, Report, Validate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::is_visible;

/// The type of a field: how its value is read and written.
///
/// Implement it for a type of your own, such as a colour, to use it as `Input<Colour>`.
pub trait InputType {
    /// The value, as a model stores it.
    type Value: Clone + Send + Sync;

    /// Whether a form that comes back shows a valid value exactly as it was typed. Otherwise it shows what
    /// [`InputType::write`] returns, which browsers understand.
    const KEEPS_TYPED_TEXT: bool = false;

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// If the text is not valid. The error is a sentence for the person who typed it.
    fn read(typed: &str) -> Result<Self::Value, String>;

    /// Writes a value for the `value` of an HTML input.
    fn write(value: &Self::Value) -> String;
}

/// A field of a form. It keeps what was typed, so that the form can show it again.
///
/// `Input<Option<T>>` is a field that may be empty. In a form's struct, `#[garde(dive)]` reports a value that is
/// not valid.
///
/// ```
/// use garde::Validate;
/// use hoglet_web::forms::{Input, Line, PlainEnglish, validate};
///
/// #[derive(Default, Validate)]
/// struct Order {
///     #[garde(dive)]
///     item: Input<Line>,
///     #[garde(dive)]
///     count: Input<Option<i32>>,
/// }
///
/// let order = Order { item: Input::read(" Tea "), count: Input::read("many") };
/// assert_eq!(order.item.value(), "Tea");
/// assert_eq!(validate(&order, PlainEnglish)["count"], ["Write a whole number such as 42."]);
/// ```
pub struct Input<T: InputType> {
    typed: String,
    value: Result<T::Value, String>,
}

impl<T: InputType> Input<T> {
    /// The field with a value, to fill in a form.
    pub fn of(value: &T::Value) -> Self {
        Self {
            typed: T::write(value),
            value: Ok(value.clone()),
        }
    }

    /// The field with what was typed.
    pub fn read(typed: &str) -> Self {
        let value = T::read(typed);
        let typed = match &value {
            Ok(value) if !T::KEEPS_TYPED_TEXT => T::write(value),
            _ => typed.to_owned(),
        };
        Self { typed, value }
    }

    /// The value of a valid form.
    ///
    /// # Panics
    ///
    /// If the value is not valid. Call [`validate`](super::validate) first.
    pub fn value(&self) -> T::Value {
        self.value
            .clone()
            .expect("the form was validated before its values are used")
    }

    /// The value, or `None` if it is not valid. For rules about values.
    pub fn get(&self) -> Option<&T::Value> {
        self.value.as_ref().ok()
    }
}

/// A field that may be empty.
impl<T: InputType> InputType for Option<T> {
    type Value = Option<T::Value>;

    const KEEPS_TYPED_TEXT: bool = T::KEEPS_TYPED_TEXT;

    fn read(typed: &str) -> Result<Self::Value, String> {
        match is_visible(typed) {
            true => T::read(typed).map(Some),
            false => Ok(None),
        }
    }

    fn write(value: &Self::Value) -> String {
        value.as_ref().map(T::write).unwrap_or_default()
    }
}

/// An empty field, as in a form that nobody has filled in yet.
impl<T: InputType> Default for Input<T> {
    fn default() -> Self {
        Self::read("")
    }
}

impl<T: InputType> Clone for Input<T> {
    fn clone(&self) -> Self {
        Self {
            typed: self.typed.clone(),
            value: self.value.clone(),
        }
    }
}

/// Hides what was typed, because logs must not contain personal data.
impl<T: InputType> fmt::Debug for Input<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let validity = self.value.as_ref().map_or("not valid", |_| "valid");
        write!(formatter, "Input({validity}, {} bytes)", self.typed.len())
    }
}

impl<'de, T: InputType> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|typed| Self::read(&typed))
    }
}

impl<T: InputType> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.typed)
    }
}

impl<T: InputType> Validate for Input<T> {
    type Context = ();

    fn validate_into(&self, (): &(), path: &mut dyn FnMut() -> Path, report: &mut Report) {
        if let Err(message) = &self.value {
            report.append(path(), Error::new(message.clone()));
        }
    }
}
