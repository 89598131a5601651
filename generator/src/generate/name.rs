//! [`Name`]: the name of a resource, an event or a field, in every spelling that the code needs.
//!
//! [`reserved`](super::reserved) checks whether a certain part can have the name.

mod english;
mod words;

use std::fmt;

/// The most characters of a name.
///
/// PostgreSQL cuts identifiers after 63 bytes, and the name of an index contains those of its table and columns.
pub const LONGEST: usize = 40;

/// A name as words in lower case, such as `["order", "line"]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    words: Vec<String>,
}

impl Name {
    /// Reads `order_line`, `OrderLine` or `order-line`.
    ///
    /// The error is the reason, such as "it begins with a digit".
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::parse_up_to(LONGEST, text)
    }

    /// Reads a name of at most `longest` characters.
    ///
    /// Names of migrations may be longer than others.
    pub fn parse_up_to(longest: usize, text: &str) -> Result<Self, String> {
        let words = words::split(text)?;
        let name = Self { words };
        let length = name.snake().len();
        if length > longest {
            return Err(format!(
                "it has {length} characters, and at most {longest} are possible"
            ));
        }
        Ok(name)
    }

    /// `order_line`
    pub fn snake(&self) -> String {
        self.words.join("_")
    }

    /// `OrderLine`
    pub fn camel(&self) -> String {
        self.words.iter().map(|word| capitalized(word)).collect()
    }

    /// `order-line`
    pub fn kebab(&self) -> String {
        self.words.join("-")
    }

    /// `Order line`, for headings and labels.
    pub fn title(&self) -> String {
        capitalized(&self.lower())
    }

    /// `order line`, inside a sentence.
    pub fn lower(&self) -> String {
        self.words.join(" ")
    }

    /// `ORDER_LINE`
    pub fn screaming(&self) -> String {
        self.snake().to_ascii_uppercase()
    }

    /// `order_lines`: the English plural.
    ///
    /// Common irregular words are known. For others there is `--plural`.
    pub fn plural(&self) -> Self {
        self.with_last_word(english::plural)
    }

    /// `order_line` for `order_lines`. A name that is singular already stays as it is.
    pub fn singular(&self) -> Self {
        self.with_last_word(english::singular)
    }

    /// The singular and the plural of a table's name.
    ///
    /// A plural name is made singular, as in Rails. If the user gives a plural, the name is not changed.
    pub fn with_plural(&self, given: Option<&Self>) -> Result<(Self, Self), String> {
        let (singular, plural) = match given {
            Some(plural) => (self.clone(), plural.clone()),
            None => {
                let singular = self.singular();
                let plural = singular.plural();
                (singular, plural)
            }
        };
        if singular == plural {
            return Err(format!(
                "its plural is the same, but a list needs another name than a row; give one, such as --plural {singular}_list"
            ));
        }
        Ok((singular, plural))
    }

    fn with_last_word(&self, change: impl Fn(&str) -> String) -> Self {
        let mut words = self.words.clone();
        if let Some(last) = words.last_mut() {
            *last = change(last);
        }
        Self { words }
    }
}

/// The same as [`Name::snake`].
impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.snake())
    }
}

/// Joins the parts of the name of an index, to at most 63 bytes, PostgreSQL's limit.
///
/// A longer name is cut and ends in a checksum, so that different names stay different.
pub fn identifier(parts: &[&str]) -> String {
    const LONGEST_IN_POSTGRESQL: usize = 63;
    let whole = parts.join("_");
    if whole.len() <= LONGEST_IN_POSTGRESQL {
        return whole;
    }
    // FNV-1a: short, and the same in every version of this program.
    let checksum = whole.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let start: String = whole.chars().take(LONGEST_IN_POSTGRESQL - 9).collect();
    format!("{start}_{checksum:08x}")
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + letters.as_str()
    })
}

#[cfg(test)]
mod tests;
