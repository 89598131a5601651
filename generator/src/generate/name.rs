//! [`Name`]: the name of a resource, an event or a field, in every spelling that the code needs.

/// A name as words in lower case, such as `["order", "line"]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    words: Vec<String>,
}

impl Name {
    /// Reads `order_line`, `OrderLine` or `order-line`. The error is the reason, such as "it begins with a digit".
    pub fn parse(text: &str) -> Result<Self, String> {
        todo!("{text}")
    }

    /// `order_line`
    pub fn snake(&self) -> String {
        self.words.join("_")
    }

    /// `OrderLine`
    pub fn camel(&self) -> String {
        todo!()
    }

    /// `order-line`
    pub fn kebab(&self) -> String {
        self.words.join("-")
    }

    /// `Order line`, for headings and labels.
    pub fn title(&self) -> String {
        todo!()
    }

    /// `ORDER_LINE`
    pub fn screaming(&self) -> String {
        todo!()
    }

    /// `order_lines`: the English plural. Irregular words are known; `--plural` gives others.
    pub fn plural(&self) -> Self {
        todo!()
    }
}
