//! Fields of forms, and links of pages.

/// The fields of a form with values that a test computed, such as the id of a row.
#[derive(Clone, Debug)]
pub struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// Fields with fixed values.
    pub fn of(fields: &[(&'static str, &str)]) -> Self {
        let owned = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        Self(owned.collect())
    }

    /// The same fields and one more.
    #[must_use]
    pub fn and(mut self, name: &'static str, value: &str) -> Self {
        self.0.push((name, value.to_owned()));
        self
    }

    /// The fields as [`Browser::post`](super::Browser::post) takes them.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let pairs = self.0.iter().map(|(name, value)| (*name, value.as_str()));
        pairs.collect()
    }
}

/// The fields of a form, with another value for one of them.
pub fn with_field<'a>(
    fields: &[(&'a str, &'a str)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let others = fields.iter().filter(|(field, _)| *field != name);
    others.copied().chain([(name, value)]).collect()
}

/// The address of the next page of a list, from the link of this page.
#[track_caller]
pub fn next_page(page: &str) -> String {
    let link = page.split_once(r#"rel="next" href=""#);
    let (_, rest) = link.expect("a link to the next page");
    let (address, _) = rest.split_once('"').expect("the end of the address");
    address.replace("&#x2f;", "/").replace("&amp;", "&")
}
